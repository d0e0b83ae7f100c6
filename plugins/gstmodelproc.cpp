// SPDX-License-Identifier: LGPL-2.1-or-later
// modelproc: asks a program, which runs the model in a process of its own, about each frame.
/**
 * SECTION:element-modelproc
 * @title: modelproc
 *
 * Starts the program that #modelproc:command names and gives it one frame at a time in shared memory; what it answers
 * is attached to the frame. The program may be written in any language: core/MODEL.md says what it hears and says. For
 * Python there is cv_model.py.
 *
 * Each object becomes a #GstVideoRegionOfInterestMeta whose type is its label and whose box is its box, with a params
 * structure "detection": the doubles "x", "y", "w", "h" (the box with fractions), "confidence", "center-x", "center-y"
 * and "radius", the strings "label" and "text", "polygon" and "keypoints" as arrays of arrays of doubles, and the
 * object's other fields in the string "json", a JSON object. Each frame that the model saw gets a custom meta
 * "CvInferenceMeta": "model" (string) and "duration" (guint64, nanoseconds from the question to the answer).
 *
 * Each model has a branch of its own: of several in a row the first one's CvInferenceMeta counts. Frames wait for the
 * model, so put a leaky queue of one frame in front of the element: then it sees the newest one. How long they wait is
 * measured and is part of the pipeline's latency.
 *
 * #GstModelProc:while-starting says what happens to frames while the program does not run: it is starting, or failed
 * and waits to be started again. A frame that passes has a CvInferenceMeta with a boolean "skipped"; so has one at
 * which the program failed, which is not asked about it again. A program that fails is told in a warning message (an
 * error message with while-starting=error), the others in info messages, with the details structure "model-state": the
 * strings "model", "state" ("starting", "running" or "failed") and "message".
 *
 * With #modelproc:post-messages an element message named "modelproc" is posted for each inference, with the fields of
 * circledetect's; `objects` are structures "detection" as above.
 *
 * |[
 * gst-launch-1.0 ballsrc ! modelproc command="python3 models/brightest.py" ! overlaydraw ! autovideosink
 * ]| A ball, and a box on the brightest place, found in Python.
 * |[
 * gst-launch-1.0 -m ballsrc ! modelproc command="python3 models/brightest.py" ! fakesink
 * ]| Messages on the terminal, each with that place.
 * |[
 * gst-launch-1.0 -m ballsrc is-live=false num-buffers=9 ! modelproc command="python3 models/brightest.py" ! fakesink
 * ]| A message for each of the nine frames: they wait for the program.
 */
#include "gstmodelproc.h"

#include <cstdio>
#include <memory>
#include <stdexcept>

#include "allocation.h"
#include "core/frame_id.h"
#include "core/model_process.h"
#include "inference_latency.h"
#include "model_command.h"
#include "model_protocol.h"
#include "model_results.h"
#include "model_state.h"
#include "properties.h"
#include "regions.h"
#include "shared_frame.h"
#include "video_frame.h"

GST_DEBUG_CATEGORY_STATIC(model_proc_debug);
#define GST_CAT_DEFAULT model_proc_debug

namespace {

enum Format { kFormatBgr, kFormatRgb, kFormatGrey };
enum WhileStarting { kWhileStartingAuto, kWhileStartingPass, kWhileStartingWait, kWhileStartingError };

struct Settings {
  int format = kFormatBgr;
  guint timeout = 10'000;
  guint start_timeout = 60'000;
  int while_starting = kWhileStartingAuto;
  bool post_messages = true;
};

const Settings kDefaults;
constexpr guint kPropCommand = 100;  // not plain fields; the others are in the table
constexpr guint kPropModelName = 101;

cvgst::PropertyTable<Settings> properties;

}  // namespace

struct ModelProcState {
  // Guarded by the object lock.
  Settings settings;
  std::string command;
  std::string model_name;    // "": program_name is used
  std::string program_name;  // made from the command

  std::unique_ptr<core::ModelProcess> process;  // from start to stop
  cvgst::InferenceLatency latency;              // written by the streaming thread

  // Belongs to the streaming thread.
  cvgst::SharedFrame shared;
  cvgst::ModelResults results;
};

struct _GstModelProc {
  GstVideoFilter parent;
  ModelProcState* state;
};

G_DEFINE_FINAL_TYPE(GstModelProc, gst_model_proc, GST_TYPE_VIDEO_FILTER)
GST_ELEMENT_REGISTER_DEFINE(modelproc, "modelproc", GST_RANK_NONE, GST_TYPE_MODEL_PROC)

static GType format_type() {
  static const GEnumValue values[] = {{kFormatBgr, "Blue, green, red: OpenCV's order", "bgr"},
                                      {kFormatRgb, "Red, green, blue", "rgb"},
                                      {kFormatGrey, "One channel of brightness", "gray"},
                                      {0, nullptr, nullptr}};
  static const GType type = g_enum_register_static("GstModelProcFormat", values);
  return type;
}

static GType while_starting_type() {
  static const GEnumValue values[] = {
      {kWhileStartingAuto, "pass where the source is live, otherwise wait", "auto"},
      {kWhileStartingPass, "Frames pass at once; the model does not see them", "pass"},
      {kWhileStartingWait, "Frames wait until the program runs", "wait"},
      {kWhileStartingError, "Frames wait; a program that fails is an error and is not started again", "error"},
      {0, nullptr, nullptr}};
  static const GType type = g_enum_register_static("GstModelProcWhileStarting", values);
  return type;
}

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE(
    "sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS(GST_VIDEO_CAPS_MAKE(CV_VIDEO_FORMATS)));
static GstStaticPadTemplate src_template =
    GST_STATIC_PAD_TEMPLATE("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS(GST_VIDEO_CAPS_MAKE(CV_VIDEO_FORMATS)));

static std::string model_name(GstModelProc* self) {
  GST_OBJECT_LOCK(self);
  const ModelProcState& state = *self->state;
  std::string name = state.model_name.empty() ? state.program_name : state.model_name;
  GST_OBJECT_UNLOCK(self);
  return name;
}

static gboolean gst_model_proc_start(GstBaseTransform* base) {
  GstModelProc* self = GST_MODEL_PROC(base);
  GST_OBJECT_LOCK(self);
  const Settings settings = self->state->settings;
  const std::string command = self->state->command;
  GST_OBJECT_UNLOCK(self);
  std::string reason;
  core::ModelProcess::Options options;
  options.command = cvgst::parse_command(command, reason);
  options.start_timeout = core::ModelProcess::Milliseconds(settings.start_timeout);
  options.answer_timeout = core::ModelProcess::Milliseconds(settings.timeout);
  options.restart = settings.while_starting != kWhileStartingError;
  if (options.command.empty()) {
    GST_ELEMENT_ERROR(self, LIBRARY, SETTINGS,
                      ("The property command names no program: %s", reason.empty() ? "it is empty" : reason.c_str()),
                      ("Set it to the program that runs the model, for example command=\"python3 my_model.py\"."));
    return FALSE;
  }
  GST_OBJECT_LOCK(self);
  self->state->program_name = cvgst::program_name(options.command);
  GST_OBJECT_UNLOCK(self);
  core::ModelProcess::Events events;
  events.changed = [self, fatal = !options.restart](auto state, const std::string& message) {
    cvgst::post_model_state(GST_ELEMENT(self), model_name(self), state, message, fatal);
  };
  events.greeted = cvgst::wrong_with_greeting;
  events.said = [self](const std::string& line) {
    std::fprintf(stderr, "[%s] %s\n", model_name(self).c_str(), line.c_str());
  };
  try {
    self->state->process = std::make_unique<core::ModelProcess>(std::move(options), std::move(events));
  } catch (const std::runtime_error& error) {
    GST_ELEMENT_ERROR(self, RESOURCE, FAILED, ("The model can't be started: %s.", error.what()), (nullptr));
    return FALSE;
  }
  return TRUE;
}

static gboolean gst_model_proc_stop(GstBaseTransform* base) {
  GST_MODEL_PROC(base)->state->process.reset();
  return TRUE;
}

static gboolean gst_model_proc_set_info(GstVideoFilter* filter, GstCaps*, GstVideoInfo* in, GstCaps*, GstVideoInfo*) {
  GstModelProc* self = GST_MODEL_PROC(filter);
  ModelProcState& state = *self->state;
  GST_OBJECT_LOCK(self);
  const int format = state.settings.format;
  GST_OBJECT_UNLOCK(self);
  return state.shared.set_format(*in, format == kFormatBgr   ? GST_VIDEO_FORMAT_BGR
                                      : format == kFormatRgb ? GST_VIDEO_FORMAT_RGB
                                                             : GST_VIDEO_FORMAT_GRAY8);
}

// Nothing if the model does not run or fails.
static std::optional<cvgst::ModelAnswer> ask(GstModelProc* self, GstBuffer* buffer) {
  ModelProcState& state = *self->state;
  const GstSegment& segment = GST_BASE_TRANSFORM(self)->segment;
  const std::uint32_t frame = frame_id(gst_segment_to_running_time(&segment, GST_FORMAT_TIME, GST_BUFFER_PTS(buffer)));
  const GstVideoInfo& info = state.shared.info();
  state.shared.write(state.process->memory(info.size), buffer);
  const auto line = state.process->ask(
      cvgst::question_line({frame, info.width, info.height, gst_video_format_to_string(GST_VIDEO_INFO_FORMAT(&info)),
                            info.stride[0], info.size}));
  if (!line) return {};
  auto answer = cvgst::parse_model_answer(*line, frame);
  if (const auto* wrong = std::get_if<cvgst::Wrong>(&answer)) {
    state.process->reject(wrong->reason);
    return {};
  }
  return std::get<cvgst::ModelAnswer>(std::move(answer));
}

// Whether frames wait for a program that does not run.
static bool frames_wait(GstModelProc* self, int while_starting) {
  if (while_starting != kWhileStartingAuto) return while_starting != kWhileStartingPass;
  g_autoptr(GstQuery) query = gst_query_new_latency();
  gboolean live = FALSE;
  if (gst_pad_peer_query(GST_BASE_TRANSFORM_SINK_PAD(self), query) != FALSE)
    gst_query_parse_latency(query, &live, nullptr, nullptr);
  return live == FALSE;
}

static GstFlowReturn wait_for_program(core::ModelProcess& process) {
  switch (process.wait_until_running()) {
    case core::ModelProcess::Wait::kInterrupted:
      return GST_FLOW_FLUSHING;
    case core::ModelProcess::Wait::kOver:
      return GST_FLOW_ERROR;  // the message with the reason has been posted
    case core::ModelProcess::Wait::kRunning:
      break;
  }
  return GST_FLOW_OK;
}

static GstFlowReturn gst_model_proc_transform_ip(GstBaseTransform* base, GstBuffer* buffer) {
  GstModelProc* self = GST_MODEL_PROC(base);
  core::ModelProcess& process = *self->state->process;
  GST_OBJECT_LOCK(self);
  const Settings settings = self->state->settings;
  GST_OBJECT_UNLOCK(self);
  GstFlowReturn flow = GST_FLOW_OK;
  if (!process.running() && frames_wait(self, settings.while_starting)) flow = wait_for_program(process);
  if (flow != GST_FLOW_OK) return flow;

  const GstClockTime start = gst_util_get_timestamp();
  try {
    if (auto answer = process.running() ? ask(self, buffer) : std::nullopt) {
      const GstClockTime duration = gst_util_get_timestamp() - start;
      self->state->results.attach(GST_VIDEO_FILTER(self), buffer, model_name(self), *std::move(answer), duration,
                                  settings.post_messages);
      if (self->state->latency.add(duration)) cvgst::post_latency(self);
      return GST_FLOW_OK;
    }
  } catch (const std::runtime_error& error) {
    GST_ELEMENT_ERROR(self, RESOURCE, FAILED, ("The model can't be shown the frame: %s.", error.what()), (nullptr));
    return GST_FLOW_ERROR;
  }
  if (process.interrupted()) return GST_FLOW_FLUSHING;
  cvgst::add_skipped(buffer, model_name(self).c_str());
  return settings.while_starting == kWhileStartingError ? wait_for_program(process) : GST_FLOW_OK;
}

static gboolean gst_model_proc_query(GstBaseTransform* base, GstPadDirection direction, GstQuery* query) {
  if (GST_BASE_TRANSFORM_CLASS(gst_model_proc_parent_class)->query(base, direction, query) == FALSE) return FALSE;
  if (direction == GST_PAD_SRC && GST_QUERY_TYPE(query) == GST_QUERY_LATENCY)
    cvgst::add_latency(query, GST_MODEL_PROC(base)->state->latency.value());
  return TRUE;
}

static gboolean gst_model_proc_propose_allocation(GstBaseTransform* base, GstQuery*, GstQuery* query) {
  return cvgst::pass_on_allocation(base, query);
}

static gboolean gst_model_proc_sink_event(GstBaseTransform* base, GstEvent* event) {
  const auto& process = GST_MODEL_PROC(base)->state->process;
  if (process && GST_EVENT_TYPE(event) == GST_EVENT_FLUSH_START) process->interrupt();
  if (process && GST_EVENT_TYPE(event) == GST_EVENT_FLUSH_STOP) process->resume();
  return GST_BASE_TRANSFORM_CLASS(gst_model_proc_parent_class)->sink_event(base, event);
}

static GstStateChangeReturn gst_model_proc_change_state(GstElement* element, GstStateChange transition) {
  const auto& process = GST_MODEL_PROC(element)->state->process;
  // Must come before the pads are deactivated: that waits for the streaming thread.
  if (process && transition == GST_STATE_CHANGE_PAUSED_TO_READY) process->end_questions();
  return GST_ELEMENT_CLASS(gst_model_proc_parent_class)->change_state(element, transition);
}

static void gst_model_proc_set_property(GObject* object, guint id, const GValue* value, GParamSpec* spec) {
  ModelProcState& state = *GST_MODEL_PROC(object)->state;
  bool known = true;
  const auto text = [value] { return g_value_get_string(value) != nullptr ? g_value_get_string(value) : ""; };
  GST_OBJECT_LOCK(object);
  if (id == kPropCommand)
    state.command = text();
  else if (id == kPropModelName)
    state.model_name = text();
  else
    known = properties.set(state.settings, id, value);
  GST_OBJECT_UNLOCK(object);
  if (!known) G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
}

static void gst_model_proc_get_property(GObject* object, guint id, GValue* value, GParamSpec* spec) {
  const ModelProcState& state = *GST_MODEL_PROC(object)->state;
  bool known = true;
  GST_OBJECT_LOCK(object);
  if (id == kPropCommand)
    g_value_set_string(value, state.command.c_str());
  else if (id == kPropModelName)
    g_value_set_string(value, state.model_name.c_str());
  else
    known = properties.get(state.settings, id, value);
  GST_OBJECT_UNLOCK(object);
  if (!known) G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
}

static void gst_model_proc_finalize(GObject* object) {
  delete GST_MODEL_PROC(object)->state;
  G_OBJECT_CLASS(gst_model_proc_parent_class)->finalize(object);
}

static void gst_model_proc_init(GstModelProc* self) {
  self->state = new ModelProcState;
}

static void install_properties(GObjectClass* klass) {
  constexpr auto kFlags =
      static_cast<GParamFlags>(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY);
  constexpr auto kLive =
      static_cast<GParamFlags>(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING);
  const Settings& d = kDefaults;
  const auto add = [klass](GParamSpec* spec, auto field) { properties.install(klass, spec, field); };
  add(g_param_spec_enum("format", "Format", "What the model sees of each pixel", format_type(), d.format, kFlags),
      &Settings::format);
  add(g_param_spec_uint("timeout", "Timeout",
                        "A model that takes longer for one frame, in milliseconds, is started again; 0: no limit", 0,
                        3600000, d.timeout, kFlags),
      &Settings::timeout);
  add(g_param_spec_uint("start-timeout", "Start timeout",
                        "A model that takes longer to be ready, in milliseconds, is started again; 0: no limit", 0,
                        3600000, d.start_timeout, kFlags),
      &Settings::start_timeout);
  add(g_param_spec_enum("while-starting", "While starting",
                        "What frames do while the program starts, or waits to be started again", while_starting_type(),
                        d.while_starting, kFlags),
      &Settings::while_starting);
  add(g_param_spec_boolean("post-messages", "Post messages", "Post an element message for each inference",
                           d.post_messages, kLive),
      &Settings::post_messages);
  g_object_class_install_property(
      klass, kPropCommand,
      g_param_spec_string("command", "Command",
                          "Program that runs the model, with its arguments, quoted as for a shell (there is none: no "
                          "variables, no redirection)",
                          "", kFlags));
  g_object_class_install_property(
      klass, kPropModelName,
      g_param_spec_string("model-name", "Model name",
                          "Name of the model in messages and metadata; empty: that of its program or script", "",
                          kLive));
}

static void gst_model_proc_class_init(GstModelProcClass* klass) {
  GST_DEBUG_CATEGORY_INIT(model_proc_debug, "modelproc", 0, "Models in processes of their own");
  cvgst::register_inference_meta();
  auto* object = G_OBJECT_CLASS(klass);
  auto* element = GST_ELEMENT_CLASS(klass);
  auto* transform = GST_BASE_TRANSFORM_CLASS(klass);
  object->set_property = gst_model_proc_set_property;
  object->get_property = gst_model_proc_get_property;
  object->finalize = gst_model_proc_finalize;
  install_properties(object);
  gst_element_class_set_static_metadata(element, "Model in a process of its own", "Filter/Analyzer/Video",
                                        "Asks a program, in Python or any language, about each frame and attaches what "
                                        "it answers as regions of interest",
                                        CV_AUTHOR);
  gst_element_class_add_static_pad_template(element, &sink_template);
  gst_element_class_add_static_pad_template(element, &src_template);
  element->change_state = gst_model_proc_change_state;
  // Replaces GstVideoFilter's, which maps frames for writing: that would copy a frame that a tee shares.
  transform->transform_ip = gst_model_proc_transform_ip;
  transform->propose_allocation = gst_model_proc_propose_allocation;
  transform->query = gst_model_proc_query;
  transform->start = gst_model_proc_start;
  transform->stop = gst_model_proc_stop;
  transform->sink_event = gst_model_proc_sink_event;
  GST_VIDEO_FILTER_CLASS(klass)->set_info = gst_model_proc_set_info;
}
