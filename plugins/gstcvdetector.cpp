// SPDX-License-Identifier: LGPL-2.1-or-later
#include "gstcvdetector.h"

#include <gst/video/gstvideofilter.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <random>
#include <stdexcept>

#include "allocation.h"
#include "inference_latency.h"
#include "inference_message.h"
#include "inference_timer.h"
#include "regions.h"
#include "video_frame.h"

GST_DEBUG_CATEGORY_STATIC(cv_detector_debug);
#define GST_CAT_DEFAULT cv_detector_debug

namespace {

constexpr guint kDefaultRuntime = 0;
constexpr guint kDefaultRuntimeJitter = 0;
constexpr bool kDefaultPostMessages = true;

enum Property { kPropRuntime = 1, kPropRuntimeJitter, kPropModelName, kPropPostMessages, kPropFirstParameter };

struct Settings {
  guint runtime = kDefaultRuntime;
  guint runtime_jitter = kDefaultRuntimeJitter;
  bool post_messages = kDefaultPostMessages;
  std::string model_name;
  std::vector<double> parameters;
};

using ConverterPtr = std::unique_ptr<GstVideoConverter, decltype(&gst_video_converter_free)>;

}  // namespace

struct CvDetectorState {
  Settings settings;  // guarded by the object lock
  cvgst::InferenceTimer timer;
  cvgst::InferenceLatency latency;  // written by the streaming thread

  // What follows belongs to the streaming thread.
  std::minstd_rand random;  // always the default seed: the same jitter on each run

  // For formats that the detector can't read in place.
  ConverterPtr converter{nullptr, gst_video_converter_free};
  GstVideoInfo converted_info{};
  GstBuffer* converted = nullptr;

  ~CvDetectorState() { gst_clear_buffer(&converted); }
};

struct GstCvDetector {
  GstVideoFilter parent;
  CvDetectorState* state;
};

struct GstCvDetectorClass {
  GstVideoFilterClass parent_class;
  const cvgst::DetectorSpec* spec;
};

static gpointer parent_class = nullptr;

static GstCvDetector* detector_cast(gpointer object) {
  return static_cast<GstCvDetector*>(object);
}

static const cvgst::DetectorSpec& spec_of(gpointer object) {
  return *reinterpret_cast<GstCvDetectorClass*>(G_OBJECT_GET_CLASS(object))->spec;
}

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE(
    "sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS(GST_VIDEO_CAPS_MAKE(CV_VIDEO_FORMATS)));
static GstStaticPadTemplate src_template =
    GST_STATIC_PAD_TEMPLATE("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS(GST_VIDEO_CAPS_MAKE(CV_VIDEO_FORMATS)));

static cvgst::StructurePtr describe(const core::Detection& detection) {
  cvgst::StructurePtr object(gst_structure_new("object", "type", G_TYPE_STRING, detection.type.c_str(), "x",
                                               G_TYPE_DOUBLE, detection.x, "y", G_TYPE_DOUBLE, detection.y, "w",
                                               G_TYPE_DOUBLE, detection.width, "h", G_TYPE_DOUBLE, detection.height,
                                               "confidence", G_TYPE_DOUBLE, detection.confidence, nullptr));
  for (const auto& [name, value] : detection.fields)
    gst_structure_set(object.get(), name.c_str(), G_TYPE_DOUBLE, value, nullptr);
  return object;
}

static void post_message(GstCvDetector* self, GstBuffer* buffer, const std::string& model, GstClockTime duration,
                         const std::vector<core::Detection>& found) {
  std::vector<cvgst::StructurePtr> objects;
  objects.reserve(found.size());
  for (const auto& detection : found) objects.push_back(describe(detection));
  cvgst::post_inference(GST_VIDEO_FILTER(self), spec_of(self).name, buffer, model, duration, std::move(objects));
}

// Whether the detector can read the frame's first plane as it is.
static bool readable_in_place(const GstVideoInfo& info, cvgst::Input input) {
  if (input == cvgst::Input::kBgr) return GST_VIDEO_INFO_FORMAT(&info) == GST_VIDEO_FORMAT_BGR;
  return !GST_VIDEO_INFO_IS_RGB(&info) && GST_VIDEO_INFO_COMP_PSTRIDE(&info, 0) == 1;
}

static core::Pixels pixels_of(const GstVideoFrame& frame, cvgst::Input input) {
  return {static_cast<const std::uint8_t*>(GST_VIDEO_FRAME_PLANE_DATA(&frame, 0)), GST_VIDEO_FRAME_WIDTH(&frame),
          GST_VIDEO_FRAME_HEIGHT(&frame), GST_VIDEO_FRAME_PLANE_STRIDE(&frame, 0), input == cvgst::Input::kBgr ? 3 : 1};
}

static std::vector<core::Detection> detect(GstCvDetector* self, GstVideoFrame& frame, const Settings& settings) {
  const cvgst::DetectorSpec& spec = spec_of(self);
  const cvgst::Parameters parameters(spec.parameters, settings.parameters);
  CvDetectorState& state = *self->state;
  if (!state.converter) return spec.detect(pixels_of(frame, spec.input), parameters);

  cvgst::MappedFrame converted(state.converted_info, state.converted, GST_MAP_READWRITE);
  gst_video_converter_frame(state.converter.get(), &frame, &converted.frame());
  return spec.detect(pixels_of(converted.frame(), spec.input), parameters);
}

static GstFlowReturn post_failure(GstCvDetector* self, const char* what) {
  const GstVideoInfo& info = GST_VIDEO_FILTER(self)->in_info;
  g_autofree char* reason = g_utf8_make_valid(what, -1);
  GST_ELEMENT_ERROR(
      self, LIBRARY, FAILED,
      ("%s failed on a picture of %d x %d pixels: %s", spec_of(self).name, info.width, info.height, g_strchomp(reason)),
      ("The detector's function threw this. Other values of the properties, or a larger picture, may do."));
  return GST_FLOW_ERROR;
}

// The least time for this inference: the runtime, longer or shorter by up to the jitter.
static std::chrono::milliseconds least_duration(std::minstd_rand& random, const Settings& settings) {
  const auto runtime = static_cast<int>(settings.runtime);
  const auto jitter = static_cast<int>(settings.runtime_jitter);
  return std::chrono::milliseconds(std::uniform_int_distribution(runtime - jitter, runtime + jitter)(random));
}

static GstFlowReturn cv_detector_transform_ip(GstBaseTransform* base, GstBuffer* buffer) {
  GstCvDetector* self = detector_cast(base);
  GST_OBJECT_LOCK(self);
  const Settings settings = self->state->settings;
  GST_OBJECT_UNLOCK(self);
  const GstVideoInfo& info = GST_VIDEO_FILTER(self)->in_info;

  const auto start = cvgst::InferenceTimer::Clock::now();
  std::vector<core::Detection> found;
  {
    cvgst::MappedFrame frame(info, buffer, GST_MAP_READ);
    if (!frame) {
      GST_ELEMENT_ERROR(self, RESOURCE, READ, ("Can't read the video frame."), (nullptr));
      return GST_FLOW_ERROR;
    }
    // An exception must not get into GStreamer's C, where it would end the whole program.
    try {
      found = detect(self, frame.frame(), settings);
    } catch (const std::exception& error) {
      return post_failure(self, error.what());
    } catch (...) {
      return post_failure(self, "an exception that is no std::exception");
    }
  }
  const auto end = start + least_duration(self->state->random, settings);
  if (!self->state->timer.wait_until(end)) return GST_FLOW_FLUSHING;

  const GstClockTime duration =
      static_cast<GstClockTime>(std::chrono::nanoseconds(cvgst::InferenceTimer::Clock::now() - start).count());
  for (const auto& detection : found) cvgst::add_region(buffer, detection, info.width, info.height);
  cvgst::add_inference(buffer, settings.model_name.c_str(), duration);
  if (settings.post_messages) post_message(self, buffer, settings.model_name, duration, found);
  if (self->state->latency.add(duration)) cvgst::post_latency(self);
  return GST_FLOW_OK;
}

static gboolean cv_detector_set_info(GstVideoFilter* filter, GstCaps*, GstVideoInfo* in, GstCaps*, GstVideoInfo*) {
  GstCvDetector* self = detector_cast(filter);
  CvDetectorState& state = *self->state;
  const cvgst::Input input = spec_of(self).input;
  state.converter.reset();
  gst_clear_buffer(&state.converted);
  if (readable_in_place(*in, input)) return TRUE;

  const GstVideoFormat format = input == cvgst::Input::kBgr ? GST_VIDEO_FORMAT_BGR : GST_VIDEO_FORMAT_GRAY8;
  gst_video_info_set_format(&state.converted_info, format, static_cast<guint>(in->width),
                            static_cast<guint>(in->height));
  state.converted_info.interlace_mode = in->interlace_mode;
  state.converted_info.fps_n = in->fps_n;
  state.converted_info.fps_d = in->fps_d;
  state.converter.reset(gst_video_converter_new(in, &state.converted_info, nullptr));
  state.converted = gst_buffer_new_allocate(nullptr, state.converted_info.size, nullptr);
  return state.converter != nullptr;
}

static gboolean cv_detector_propose_allocation(GstBaseTransform* base, GstQuery*, GstQuery* query) {
  return cvgst::pass_on_allocation(base, query);
}

// The slowest inference that was asked for is known before the first one.
static GstClockTime cv_detector_latency(GstCvDetector* self) {
  GST_OBJECT_LOCK(self);
  const guint longest = self->state->settings.runtime + self->state->settings.runtime_jitter;
  GST_OBJECT_UNLOCK(self);
  return std::max<GstClockTime>(self->state->latency.value(), longest * GST_MSECOND);
}

static gboolean cv_detector_query(GstBaseTransform* base, GstPadDirection direction, GstQuery* query) {
  if (GST_BASE_TRANSFORM_CLASS(parent_class)->query(base, direction, query) == FALSE) return FALSE;
  if (direction == GST_PAD_SRC && GST_QUERY_TYPE(query) == GST_QUERY_LATENCY)
    cvgst::add_latency(query, cv_detector_latency(detector_cast(base)));
  return TRUE;
}

static gboolean cv_detector_start(GstBaseTransform* base) {
  detector_cast(base)->state->timer.resume();
  return TRUE;
}

static gboolean cv_detector_sink_event(GstBaseTransform* base, GstEvent* event) {
  cvgst::InferenceTimer& timer = detector_cast(base)->state->timer;
  if (GST_EVENT_TYPE(event) == GST_EVENT_FLUSH_START) timer.interrupt();
  if (GST_EVENT_TYPE(event) == GST_EVENT_FLUSH_STOP) timer.resume();
  return GST_BASE_TRANSFORM_CLASS(parent_class)->sink_event(base, event);
}

static GstStateChangeReturn cv_detector_change_state(GstElement* element, GstStateChange transition) {
  // Must come before the pads are deactivated: that waits for the streaming thread.
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY) detector_cast(element)->state->timer.interrupt();
  return GST_ELEMENT_CLASS(parent_class)->change_state(element, transition);
}

static void cv_detector_set_property(GObject* object, guint id, const GValue* value, GParamSpec*) {
  Settings& settings = detector_cast(object)->state->settings;
  GST_OBJECT_LOCK(object);
  if (id == kPropRuntime) {
    settings.runtime = g_value_get_uint(value);
  } else if (id == kPropRuntimeJitter) {
    settings.runtime_jitter = g_value_get_uint(value);
  } else if (id == kPropPostMessages) {
    settings.post_messages = g_value_get_boolean(value) != FALSE;
  } else if (id == kPropModelName) {
    const char* name = g_value_get_string(value);
    settings.model_name = name != nullptr ? name : "";
  } else {
    double& parameter = settings.parameters[id - kPropFirstParameter];
    parameter = G_VALUE_HOLDS_INT(value) ? g_value_get_int(value) : g_value_get_double(value);
  }
  GST_OBJECT_UNLOCK(object);
  if (id == kPropRuntime || id == kPropRuntimeJitter) cvgst::post_latency(object);
}

static void cv_detector_get_property(GObject* object, guint id, GValue* value, GParamSpec*) {
  const Settings& settings = detector_cast(object)->state->settings;
  GST_OBJECT_LOCK(object);
  if (id == kPropRuntime)
    g_value_set_uint(value, settings.runtime);
  else if (id == kPropRuntimeJitter)
    g_value_set_uint(value, settings.runtime_jitter);
  else if (id == kPropPostMessages)
    g_value_set_boolean(value, settings.post_messages ? TRUE : FALSE);
  else if (id == kPropModelName)
    g_value_set_string(value, settings.model_name.c_str());
  else if (const double parameter = settings.parameters[id - kPropFirstParameter]; G_VALUE_HOLDS_INT(value))
    g_value_set_int(value, static_cast<int>(parameter));
  else
    g_value_set_double(value, parameter);
  GST_OBJECT_UNLOCK(object);
}

static void cv_detector_finalize(GObject* object) {
  delete detector_cast(object)->state;
  G_OBJECT_CLASS(parent_class)->finalize(object);
}

static void cv_detector_init(GTypeInstance* instance, gpointer klass) {
  const cvgst::DetectorSpec& spec = *static_cast<GstCvDetectorClass*>(klass)->spec;
  auto* state = new CvDetectorState;
  state->settings.model_name = spec.name;
  for (const auto& parameter : spec.parameters) state->settings.parameters.push_back(parameter.default_value);
  reinterpret_cast<GstCvDetector*>(instance)->state = state;
}

static void install_properties(GObjectClass* klass, const cvgst::DetectorSpec& spec) {
  constexpr auto kFlags =
      static_cast<GParamFlags>(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING);
  g_object_class_install_property(
      klass, kPropRuntime,
      g_param_spec_uint("runtime", "Runtime",
                        "Minimum time that an inference takes, in milliseconds, to be as slow as some other model", 0,
                        60000, kDefaultRuntime, kFlags));
  g_object_class_install_property(
      klass, kPropRuntimeJitter,
      g_param_spec_uint("runtime-jitter", "Runtime jitter",
                        "By how much the runtime varies from inference to inference, up and down, in milliseconds", 0,
                        60000, kDefaultRuntimeJitter, kFlags));
  g_object_class_install_property(
      klass, kPropModelName,
      g_param_spec_string("model-name", "Model name", "Name of the model in messages and metadata", spec.name, kFlags));
  g_object_class_install_property(
      klass, kPropPostMessages,
      g_param_spec_boolean("post-messages", "Post messages", "Post an element message for each frame",
                           kDefaultPostMessages, kFlags));
  guint id = kPropFirstParameter;
  for (const auto& p : spec.parameters) {
    GParamSpec* property =
        p.whole ? g_param_spec_int(p.name, p.name, p.description, static_cast<int>(p.minimum),
                                   static_cast<int>(p.maximum), static_cast<int>(p.default_value), kFlags)
                : g_param_spec_double(p.name, p.name, p.description, p.minimum, p.maximum, p.default_value, kFlags);
    g_object_class_install_property(klass, id++, property);
  }
}

static void cv_detector_class_init(gpointer klass, gpointer data) {
  const auto& spec = *static_cast<const cvgst::DetectorSpec*>(data);
  static_cast<GstCvDetectorClass*>(klass)->spec = &spec;
  if (parent_class == nullptr) parent_class = g_type_class_peek_parent(klass);
  auto* object = G_OBJECT_CLASS(klass);
  auto* element = GST_ELEMENT_CLASS(klass);
  auto* transform = GST_BASE_TRANSFORM_CLASS(klass);
  object->set_property = cv_detector_set_property;
  object->get_property = cv_detector_get_property;
  object->finalize = cv_detector_finalize;
  install_properties(object, spec);
  gst_element_class_set_static_metadata(element, spec.title, "Filter/Analyzer/Video", spec.description, spec.author);
  gst_element_class_add_static_pad_template(element, &sink_template);
  gst_element_class_add_static_pad_template(element, &src_template);
  element->change_state = cv_detector_change_state;
  // Replaces GstVideoFilter's, which maps frames for writing: that would copy a frame that a tee shares.
  transform->transform_ip = cv_detector_transform_ip;
  transform->propose_allocation = cv_detector_propose_allocation;
  transform->query = cv_detector_query;
  transform->start = cv_detector_start;
  transform->sink_event = cv_detector_sink_event;
  GST_VIDEO_FILTER_CLASS(klass)->set_info = cv_detector_set_info;
}

namespace cvgst {

double Parameters::operator[](std::string_view name) const {
  const auto found = std::find_if(specs_.begin(), specs_.end(), [&](const auto& spec) { return spec.name == name; });
  if (found == specs_.end()) throw std::invalid_argument("it has no parameter \"" + std::string(name) + "\"");
  return values_[static_cast<std::size_t>(found - specs_.begin())];
}

bool register_detector(GstPlugin* plugin, DetectorSpec spec) {
  GST_DEBUG_CATEGORY_INIT(cv_detector_debug, "cvdetector", 0, "Detectors");
  register_inference_meta();
  const std::string type_name = std::string("cv-") + spec.name;
  GType type = g_type_from_name(type_name.c_str());
  if (type == 0) {
    const auto* kept = new DetectorSpec(std::move(spec));  // kept for ever, as GLib keeps its type
    GTypeInfo info{};
    info.class_size = sizeof(GstCvDetectorClass);
    info.class_init = cv_detector_class_init;
    info.class_data = kept;
    info.instance_size = sizeof(GstCvDetector);
    info.instance_init = cv_detector_init;
    type = g_type_register_static(GST_TYPE_VIDEO_FILTER, type_name.c_str(), &info, static_cast<GTypeFlags>(0));
    return gst_element_register(plugin, kept->name, GST_RANK_NONE, type) != FALSE;
  }
  return gst_element_register(plugin, spec.name, GST_RANK_NONE, type) != FALSE;
}

}  // namespace cvgst
