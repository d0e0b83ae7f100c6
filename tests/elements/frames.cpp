// SPDX-License-Identifier: LGPL-2.1-or-later
#include "frames.h"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

namespace {

class GStreamer : public testing::Environment {
  void SetUp() override { gst_init(nullptr, nullptr); }
};

const testing::Environment* const kGStreamer = testing::AddGlobalTestEnvironment(new GStreamer);

}  // namespace

Ptr<GstBuffer> black_frame(const GstVideoInfo& info, GstClockTime pts, bool padded) {
  constexpr int kPadding = 20;
  gsize offset[GST_VIDEO_MAX_PLANES] = {};
  gint stride[GST_VIDEO_MAX_PLANES] = {};
  gsize size = 0;
  for (guint i = 0; i < GST_VIDEO_INFO_N_PLANES(&info); ++i) {
    const gint component = static_cast<gint>(i);
    offset[i] = size;
    stride[i] = info.stride[i] + (padded ? kPadding : 0);
    size += static_cast<gsize>(stride[i] * GST_VIDEO_INFO_COMP_HEIGHT(&info, component));
  }
  Ptr<GstBuffer> buffer(gst_buffer_new_allocate(nullptr, padded ? size : info.size, nullptr));
  gst_buffer_memset(buffer.get(), 0, 0, size);
  if (padded) {
    gst_buffer_add_video_meta_full(buffer.get(), GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_INFO_FORMAT(&info),
                                   static_cast<guint>(info.width), static_cast<guint>(info.height),
                                   GST_VIDEO_INFO_N_PLANES(&info), offset, stride);
  }
  GST_BUFFER_PTS(buffer.get()) = pts;
  const cvgst::MappedFrame frame(info, buffer.get(), GST_MAP_WRITE);
  const core::Image image = cvgst::image_of(frame.frame());
  const core::Pixel black = cvgst::dark_of(info);
  for (int c = 0; c < image.count; ++c) {
    const auto& component = image.components.at(static_cast<std::size_t>(c));
    for (int y = 0; y < GST_VIDEO_FRAME_COMP_HEIGHT(&frame.frame(), c); ++y) {
      for (int x = 0; x < GST_VIDEO_FRAME_COMP_WIDTH(&frame.frame(), c); ++x)
        component.row(y)[x * component.step] = black.at(static_cast<std::size_t>(c));
    }
  }
  return buffer;
}

std::vector<std::uint8_t> bytes_of(const GstVideoInfo& info, GstBuffer* buffer) {
  const cvgst::MappedFrame frame(info, buffer, GST_MAP_READ);
  const core::Image image = cvgst::image_of(frame.frame());
  std::vector<std::uint8_t> bytes;
  for (int c = 0; c < image.count; ++c) {
    const auto& component = image.components.at(static_cast<std::size_t>(c));
    for (int y = 0; y < GST_VIDEO_FRAME_COMP_HEIGHT(&frame.frame(), c); ++y) {
      for (int x = 0; x < GST_VIDEO_FRAME_COMP_WIDTH(&frame.frame(), c); ++x)
        bytes.push_back(component.row(y)[x * component.step]);
    }
  }
  return bytes;
}

std::uint8_t sample_at(const GstVideoInfo& info, GstBuffer* buffer, int component, int x, int y) {
  const cvgst::MappedFrame frame(info, buffer, GST_MAP_READ);
  const core::Image image = cvgst::image_of(frame.frame());
  const auto& c = image.components.at(static_cast<std::size_t>(component));
  return c.row(y >> c.y_shift)[(x >> c.x_shift) * c.step];
}

Ptr<GstHarness> play(const std::string& launch_line, const std::string& src_caps, const std::string& sink_caps) {
  Ptr<GstHarness> harness(gst_harness_new_parse(launch_line.c_str()));
  if (!sink_caps.empty()) gst_harness_set_sink_caps_str(harness.get(), sink_caps.c_str());
  gst_harness_set_src_caps_str(harness.get(), src_caps.c_str());
  return harness;
}

Ptr<GstHarness> play_source(const std::string& launch_line, const std::string& sink_caps) {
  Ptr<GstHarness> harness(gst_harness_new_parse(launch_line.c_str()));
  gst_harness_set_sink_caps_str(harness.get(), sink_caps.c_str());
  gst_harness_play(harness.get());
  return harness;
}

std::future<GstFlowReturn> push_into(GstHarness* harness, const char* factory, Ptr<GstBuffer> frame) {
  // its own pad, not its bin's: behind this probe no flush keeps the frame from the element
  const Ptr<GstElement> element(gst_harness_find_element(harness, factory));
  const Ptr<GstPad> pad(gst_element_get_static_pad(element.get(), "sink"));
  std::promise<void> inside;
  const auto enter = [](GstPad*, GstPadProbeInfo*, gpointer entered) {
    static_cast<std::promise<void>*>(entered)->set_value();
    return GST_PAD_PROBE_REMOVE;
  };
  gst_pad_add_probe(pad.get(), GST_PAD_PROBE_TYPE_BUFFER, enter, &inside, nullptr);
  auto result =
      std::async(std::launch::async, [harness, pushed = frame.release()] { return gst_harness_push(harness, pushed); });
  inside.get_future().wait();
  return result;
}

const GstStructure* inference_of(GstBuffer* buffer) {
  GstCustomMeta* meta = gst_buffer_get_custom_meta(buffer, "CvInferenceMeta");
  return meta != nullptr ? gst_custom_meta_get_structure(meta) : nullptr;
}

bool skipped(GstBuffer* buffer) {
  gboolean value = FALSE;
  return gst_structure_get_boolean(inference_of(buffer), "skipped", &value) != FALSE && value != FALSE;
}

Ptr<GstBuffer> seen(GstHarness* harness, const Ptr<GstBuffer>& frame) {
  for (int i = 0; i < 3000; ++i) {
    Ptr<GstBuffer> out(gst_harness_push_and_pull(harness, gst_buffer_copy(frame.get())));
    if (!skipped(out.get())) return out;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  ADD_FAILURE() << "the model did not run within 30 s";
  return nullptr;
}

std::vector<GstVideoRegionOfInterestMeta*> regions_of(GstBuffer* buffer, const std::string& type) {
  std::vector<GstVideoRegionOfInterestMeta*> regions;
  gpointer state = nullptr;
  while (GstMeta* meta = gst_buffer_iterate_meta_filtered(buffer, &state, GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE)) {
    auto* region = reinterpret_cast<GstVideoRegionOfInterestMeta*>(meta);
    if (type.empty() || type == g_quark_to_string(region->roi_type)) regions.push_back(region);
  }
  return regions;
}

double field_of(GstVideoRegionOfInterestMeta* region, const char* name) {
  const GstStructure* params = gst_video_region_of_interest_meta_get_param(region, "detection");
  double value = -1;
  EXPECT_TRUE(params != nullptr && gst_structure_get_double(params, name, &value)) << name;
  return value;
}

Ptr<GstMessage> last_message(GstBus* bus, const char* name) {
  Ptr<GstMessage> last;
  while (Ptr<GstMessage> message{gst_bus_pop_filtered(bus, GST_MESSAGE_ELEMENT)}) {
    if (gst_message_has_name(message.get(), name)) last = std::move(message);
  }
  return last;
}
