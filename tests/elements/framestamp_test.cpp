// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gst/base/gstbasetransform.h>
#include <gtest/gtest.h>

#include <array>
#include <atomic>

#include "core/draw.h"
#include "core/frame_id.h"
#include "core/stamp.h"
#include "frames.h"

namespace {

struct Reading {
  guint id = 0;
  gboolean valid = FALSE;
  double margin = 0;
};

Reading reading_of(GstBuffer* buffer) {
  Reading reading;
  GstCustomMeta* meta = gst_buffer_get_custom_meta(buffer, "CvStampMeta");
  EXPECT_NE(meta, nullptr);
  if (meta != nullptr) {
    EXPECT_TRUE(gst_structure_get(gst_custom_meta_get_structure(meta), "id", G_TYPE_UINT, &reading.id, "valid",
                                  G_TYPE_BOOLEAN, &reading.valid, "margin", G_TYPE_DOUBLE, &reading.margin, nullptr));
  }
  return reading;
}

GstVideoInfo stamped_info(const GstHarness& harness) {
  const Ptr<GstCaps> caps(gst_pad_get_current_caps(harness.sinkpad));
  GstVideoInfo info;
  gst_video_info_from_caps(&info, caps.get());
  return info;
}

guint property_of(GstElement* element, const char* name) {
  guint value = 0;
  g_object_get(element, name, &value, nullptr);
  return value;
}

void expect_error(const std::string& launch_line, const std::string& caps, const char* text) {
  const auto harness = play(launch_line, caps);
  const Ptr<GstBus> bus(gst_bus_new());
  gst_element_set_bus(harness->element, bus.get());
  EXPECT_NE(gst_harness_push(harness.get(), black_frame(info_of(caps)).release()), GST_FLOW_OK);
  const Ptr<GstMessage> message(gst_bus_pop_filtered(bus.get(), GST_MESSAGE_ERROR));
  gst_element_set_bus(harness->element, nullptr);
  ASSERT_TRUE(message);
  g_autoptr(GError) error = nullptr;
  gst_message_parse_error(message.get(), &error, nullptr);
  EXPECT_NE(std::string(error->message).find(text), std::string::npos) << error->message;
}

}  // namespace

TEST(FrameStamp, is_read_back_in_every_format_size_position_and_stride) {
  for (const auto& format : kFormats) {
    for (const auto& [width, height] : {std::pair{52, 33}, {207, 64}, {641, 359}, {832, 48}}) {
      for (const std::string position : {"below", "over"}) {
        for (const bool padded : {false, true}) {
          const auto caps = caps_text(format, width, height);
          const auto harness = play("framestamp position=" + position + " ! framestamp mode=read", caps);
          const GstClockTime pts = 123456789 * GST_USECOND;
          const Ptr<GstBuffer> out(
              gst_harness_push_and_pull(harness.get(), black_frame(info_of(caps), pts, padded).release()));
          ASSERT_TRUE(out) << caps;
          const auto reading = reading_of(out.get());
          EXPECT_TRUE(reading.valid) << caps << position;
          EXPECT_EQ(reading.id, frame_id(pts));
          EXPECT_GT(reading.margin, 0.99);
        }
      }
    }
  }
}

TEST(FrameStamp, below_leaves_the_picture_as_it_is_and_adds_dark_rows) {
  for (const auto& format : kFormats) {
    for (const bool shared : {false, true}) {
      const auto caps = caps_text(format, 641, 359);
      const auto info = info_of(caps);
      const auto source = play_source("ballsrc is-live=false num-buffers=1 filled=true", caps);
      const Ptr<GstBuffer> picture(gst_harness_pull(source.get()));
      const auto harness = play("framestamp", caps);
      const Ptr<GstBuffer> out(gst_harness_push_and_pull(
          harness.get(), shared ? gst_buffer_ref(picture.get()) : gst_buffer_copy_deep(picture.get())));
      const auto grown = stamped_info(*harness);
      ASSERT_EQ(grown.height, 384);
      const cvgst::MappedFrame before(info, picture.get(), GST_MAP_READ);
      const cvgst::MappedFrame after(grown, out.get(), GST_MAP_READ);
      const auto from = cvgst::image_of(before.frame());
      const auto to = cvgst::image_of(after.frame());
      const auto dark = cvgst::dark_of(info);
      for (std::size_t c = 0; c < static_cast<std::size_t>(from.count); ++c) {
        const auto component = static_cast<int>(c);
        const int rows = GST_VIDEO_FRAME_COMP_HEIGHT(&before.frame(), component);
        const int strip = 368 >> to.components[c].y_shift;
        for (int y = 0; y < strip; ++y) {
          for (int x = 0; x < GST_VIDEO_FRAME_COMP_WIDTH(&before.frame(), component); ++x) {
            const int expected = y < rows ? from.components[c].row(y)[x * from.components[c].step] : dark[c];
            ASSERT_EQ(to.components[c].row(y)[x * to.components[c].step], expected) << format << " " << x << "," << y;
          }
        }
      }
    }
  }
}

TEST(FrameStamp, grows_a_source_s_frame_without_copying_it) {
  for (const auto& format : kFormats) {
    const Ptr<GstHarness> harness(
        gst_harness_new_parse("ballsrc is-live=false speed=1 ! framestamp name=stamp ! framestamp mode=read"));
    gst_harness_set_sink_caps_str(harness.get(), ("video/x-raw,format=" + format + ",width=640,height=384").c_str());
    const Ptr<GstElement> stamp(gst_bin_get_by_name(GST_BIN(harness->element), "stamp"));
    const Ptr<GstPad> sink(gst_element_get_static_pad(stamp.get(), "sink"));
    const Ptr<GstPad> src(gst_element_get_static_pad(stamp.get(), "src"));
    std::pair<std::atomic<GstMemory*>, std::atomic<int>> seen{nullptr, 0};
    gst_pad_add_probe(
        sink.get(), GST_PAD_PROBE_TYPE_BUFFER,
        [](GstPad*, GstPadProbeInfo* info, gpointer data) {
          static_cast<decltype(seen)*>(data)->first = gst_buffer_peek_memory(GST_PAD_PROBE_INFO_BUFFER(info), 0);
          return GST_PAD_PROBE_OK;
        },
        &seen, nullptr);
    gst_pad_add_probe(
        src.get(), GST_PAD_PROBE_TYPE_BUFFER,
        [](GstPad*, GstPadProbeInfo* info, gpointer data) {
          auto* both = static_cast<decltype(seen)*>(data);
          if (both->first == gst_buffer_peek_memory(GST_PAD_PROBE_INFO_BUFFER(info), 0)) ++both->second;
          return GST_PAD_PROBE_OK;
        },
        &seen, nullptr);
    gst_harness_play(harness.get());
    for (int i = 0; i < 20; ++i) {
      const Ptr<GstBuffer> out(gst_harness_pull(harness.get()));
      const auto reading = reading_of(out.get());
      ASSERT_TRUE(reading.valid) << format;
      ASSERT_EQ(reading.id, frame_id(GST_BUFFER_PTS(out.get())));
    }
    EXPECT_GE(seen.second, 20) << format;
    gst_element_set_state(harness->element, GST_STATE_NULL);
  }
}

TEST(FrameStamp, keeps_results_also_where_it_copies_the_frame) {
  for (const std::string before : {"", "identity drop-allocation=true ! "}) {
    const auto harness =
        play_source("ballsrc is-live=false num-buffers=3 ground-truth=true ! circledetect ! " + before + "framestamp",
                    "video/x-raw,format=I420,width=640,height=384");
    for (int i = 0; i < 3; ++i) {
      const Ptr<GstBuffer> out(gst_harness_pull(harness.get()));
      ASSERT_TRUE(out);
      ASSERT_NE(inference_of(out.get()), nullptr) << before;
      const auto circles = regions_of(out.get(), "circle");
      const auto truth = regions_of(out.get(), "truth");
      ASSERT_EQ(circles.size(), 1U) << before << "the model saw the frame, and nothing on it";
      ASSERT_EQ(truth.size(), 1U) << before;
      EXPECT_NEAR(field_of(circles[0], "center-x"), field_of(truth[0], "center-x"), 1);
      EXPECT_NEAR(field_of(circles[0], "center-y"), field_of(truth[0], "center-y"), 1);
      EXPECT_EQ(circles[0]->w, circles[0]->h);
    }
  }
}

namespace {

// The pool that framestamp offers to whoever makes its frames, after this has set the layout.
Ptr<GstBufferPool> offered_pool(const GstHarness& harness, const std::string& caps_text,
                                const GstVideoAlignment& layout) {
  const Ptr<GstCaps> caps(gst_caps_from_string(caps_text.c_str()));
  const Ptr<GstQuery> query(gst_query_new_allocation(caps.get(), TRUE));
  EXPECT_TRUE(gst_pad_peer_query(harness.srcpad, query.get()));
  GstBufferPool* offered = nullptr;
  guint size = 0;
  gst_query_parse_nth_allocation_pool(query.get(), 0, &offered, &size, nullptr, nullptr);
  Ptr<GstBufferPool> pool(offered);
  GstStructure* config = gst_buffer_pool_get_config(pool.get());
  gst_buffer_pool_config_set_params(config, caps.get(), size, 0, 0);
  gst_buffer_pool_config_add_option(config, GST_BUFFER_POOL_OPTION_VIDEO_META);
  gst_buffer_pool_config_add_option(config, GST_BUFFER_POOL_OPTION_VIDEO_ALIGNMENT);
  gst_buffer_pool_config_set_video_alignment(config, &layout);
  EXPECT_TRUE(gst_buffer_pool_set_config(pool.get(), config));
  EXPECT_TRUE(gst_buffer_pool_set_active(pool.get(), TRUE));
  return pool;
}

}  // namespace

TEST(FrameStamp, its_pool_keeps_the_alignment_and_the_padding_that_are_asked_for) {
  const auto caps = caps_text("I420", 648, 360);
  const auto info = info_of(caps);
  const auto harness = play("framestamp ! framestamp mode=read", caps);
  GstVideoAlignment layout;
  gst_video_alignment_reset(&layout);
  layout.padding_top = 16;
  layout.padding_left = 32;
  layout.padding_bottom = 40;
  for (guint& align : layout.stride_align) align = 63;
  const auto pool = offered_pool(*harness, caps, layout);
  for (int i = 0; i < 3; ++i) {
    GstBuffer* acquired = nullptr;
    ASSERT_EQ(gst_buffer_pool_acquire_buffer(pool.get(), &acquired, nullptr), GST_FLOW_OK);
    Ptr<GstBuffer> frame(acquired);
    const GstVideoMeta* meta = gst_buffer_get_video_meta(frame.get());
    ASSERT_NE(meta, nullptr);
    for (guint plane = 0; plane < 3; ++plane) EXPECT_EQ(meta->stride[plane] % 64, 0) << "plane " << plane;
    EXPECT_GE(meta->offset[0], static_cast<gsize>(16 * meta->stride[0] + 32)) << "rows above and columns on the left";
    EXPECT_GE(meta->offset[1] - meta->offset[0], static_cast<gsize>((360 + 40) * meta->stride[0])) << "rows below";
    {
      const cvgst::MappedFrame mapped(info, frame.get(), GST_MAP_READWRITE);
      core::fill(cvgst::image_of(mapped.frame()), {0, 0, 648, 360}, cvgst::light_of(info));
    }
    GST_BUFFER_PTS(frame.get()) = GST_SECOND;
    const Ptr<GstBuffer> out(gst_harness_push_and_pull(harness.get(), frame.release()));
    ASSERT_TRUE(out);
    EXPECT_TRUE(reading_of(out.get()).valid);
    const auto stamped = stamped_info(*harness);
    for (const auto& [x, y, light] : {std::array{0, 0, 235}, {647, 359, 235}, {0, 360, 16}})
      EXPECT_EQ(sample_at(stamped, out.get(), 0, x, y), light) << x << "," << y;
  }
}

TEST(FrameStamp, says_which_rows_and_cells_it_uses) {
  struct Case {
    int width, height;
    const char* properties;
    guint rows, cell;
  };
  for (const Case& c : {Case{640, 360, "", 24, 8}, Case{1280, 720, "", 16, 16}, Case{641, 359, "", 25, 8},
                        Case{1280, 720, "force-cell-size=8", 16, 8}, Case{100, 100, "", 28, 4},
                        Case{1920, 1080, "position=over", 24, 16}, Case{640, 384, "mode=read", 16, 8}}) {
    const auto caps = caps_text("I420", c.width, c.height);
    Ptr<GstHarness> harness(gst_harness_new_parse((std::string("framestamp ") + c.properties).c_str()));
    const Ptr<GstElement> stamp(gst_harness_find_element(harness.get(), "framestamp"));
    EXPECT_EQ(property_of(stamp.get(), "rows"), 0U);
    EXPECT_EQ(property_of(stamp.get(), "cell-size"), 0U);
    gst_harness_set_src_caps_str(harness.get(), caps.c_str());
    const Ptr<GstBuffer> out(gst_harness_push_and_pull(harness.get(), black_frame(info_of(caps)).release()));
    EXPECT_EQ(property_of(stamp.get(), "rows"), c.rows) << caps << c.properties;
    EXPECT_EQ(property_of(stamp.get(), "cell-size"), c.cell) << caps << c.properties;
    gst_element_set_state(harness->element, GST_STATE_NULL);
    EXPECT_EQ(property_of(stamp.get(), "rows"), 0U);
  }
}

TEST(FrameStamp, id_is_the_running_time_not_the_timestamp) {
  const auto caps = caps_text("I420", 640, 360);
  const auto harness = play("framestamp ! framestamp mode=read", caps);
  GstSegment segment;
  gst_segment_init(&segment, GST_FORMAT_TIME);
  segment.start = segment.position = 1000 * GST_SECOND;
  segment.base = 5 * GST_SECOND;
  gst_harness_push_event(harness.get(), gst_event_new_segment(&segment));
  const Ptr<GstBuffer> out(
      gst_harness_push_and_pull(harness.get(), black_frame(info_of(caps), 1002 * GST_SECOND).release()));
  EXPECT_EQ(reading_of(out.get()).id, 7 * 90000U);
}

TEST(FrameStamp, its_offset_moves_the_id_forwards_and_backwards_while_it_plays) {
  const auto caps = caps_text("I420", 640, 360);
  const auto harness = play("framestamp name=stamp ! framestamp mode=read", caps);
  const Ptr<GstElement> stamp(gst_bin_get_by_name(GST_BIN(harness->element), "stamp"));
  for (const gint64 seconds : {2, -1, 0}) {
    g_object_set(stamp.get(), "running-time-offset", seconds * static_cast<gint64>(GST_SECOND), nullptr);
    const Ptr<GstBuffer> out(
        gst_harness_push_and_pull(harness.get(), black_frame(info_of(caps), 5 * GST_SECOND).release()));
    EXPECT_EQ(reading_of(out.get()).id, (5 + seconds) * 90000U);
  }
}

TEST(FrameStamp, reading_says_when_there_is_no_stamp) {
  const auto caps = caps_text("I420", 640, 384);
  const auto harness = play("framestamp mode=read", caps);
  const Ptr<GstBus> bus(gst_bus_new());
  gst_element_set_bus(harness->element, bus.get());
  const Ptr<GstBuffer> out(gst_harness_push_and_pull(harness.get(), black_frame(info_of(caps)).release()));
  EXPECT_FALSE(reading_of(out.get()).valid);
  const auto message = last_message(bus.get(), "framestamp");
  ASSERT_TRUE(message);
  gboolean valid = TRUE;
  EXPECT_TRUE(gst_structure_get_boolean(gst_message_get_structure(message.get()), "valid", &valid));
  EXPECT_FALSE(valid);
  const Ptr<GstElement> stamp(gst_harness_find_element(harness.get(), "framestamp"));
  g_object_set(stamp.get(), "post-messages", FALSE, nullptr);
  const Ptr<GstBuffer> quiet(gst_harness_push_and_pull(harness.get(), black_frame(info_of(caps)).release()));
  EXPECT_FALSE(last_message(bus.get(), "framestamp"));
}

TEST(FrameStamp, over_does_not_touch_a_shared_frame) {
  const auto caps = caps_text("I420", 640, 360);
  const auto info = info_of(caps);
  const auto harness = play("framestamp position=over", caps);
  const auto frame = black_frame(info);
  const auto before = bytes_of(info, frame.get());
  const Ptr<GstBuffer> out(gst_harness_push_and_pull(harness.get(), gst_buffer_ref(frame.get())));
  EXPECT_TRUE(bytes_of(info, frame.get()) == before);
  EXPECT_FALSE(bytes_of(info, out.get()) == before);
}

TEST(FrameStamp, refuses_what_it_cannot_stamp) {
  expect_error("framestamp", caps_text("I420", 48, 48), "at least 52");
  expect_error("framestamp force-cell-size=16", caps_text("I420", 640, 360), "at least 832");
  expect_error("framestamp position=over", caps_text("I420", 640, 12), "at least 16");
}

// Without a timestamp, or before the segment's start, as frames are after an exact seek.
TEST(FrameStamp, leaves_a_frame_without_a_running_time_unreadable_warns_once_and_goes_on) {
  const auto caps = caps_text("I420", 640, 360);
  const auto info = info_of(caps);
  for (const std::string position : {"below", "over"}) {
    for (const auto& [pts, words] : {std::pair{GST_CLOCK_TIME_NONE, "without a timestamp"},
                                     std::pair<GstClockTime, const char*>{GST_SECOND, "outside its segment"}}) {
      const auto harness = play("framestamp position=" + position + " ! framestamp mode=read", caps);
      const Ptr<GstBus> bus(gst_bus_new());
      gst_element_set_bus(harness->element, bus.get());
      GstSegment segment;
      gst_segment_init(&segment, GST_FORMAT_TIME);
      segment.start = segment.position = 10 * GST_SECOND;
      gst_harness_push_event(harness.get(), gst_event_new_segment(&segment));
      for (int i = 0; i < 3; ++i) {
        auto frame = black_frame(info, pts);
        {
          // there is a stamp in the picture already
          const cvgst::MappedFrame mapped(info, frame.get(), GST_MAP_READWRITE);
          core::write_stamp(cvgst::image_of(mapped.frame()), core::stamp_top(360), 8, 1, cvgst::dark_of(info),
                            cvgst::light_of(info));
        }
        const Ptr<GstBuffer> out(gst_harness_push_and_pull(harness.get(), frame.release()));
        ASSERT_TRUE(out) << position << ": a frame " << words;
        EXPECT_FALSE(reading_of(out.get()).valid) << position << ": a frame " << words;
      }
      const Ptr<GstMessage> warning(gst_bus_pop_filtered(bus.get(), GST_MESSAGE_WARNING));
      ASSERT_TRUE(warning);
      g_autoptr(GError) error = nullptr;
      gst_message_parse_warning(warning.get(), &error, nullptr);
      EXPECT_NE(std::string(error->message).find(words), std::string::npos) << error->message;
      EXPECT_FALSE(Ptr<GstMessage>(gst_bus_pop_filtered(bus.get(), GST_MESSAGE_WARNING))) << "once is enough";

      const Ptr<GstBuffer> out(gst_harness_push_and_pull(harness.get(), black_frame(info, 11 * GST_SECOND).release()));
      EXPECT_TRUE(reading_of(out.get()).valid);
      EXPECT_EQ(reading_of(out.get()).id, 90000U);
      gst_element_set_bus(harness->element, nullptr);
    }
  }
}

TEST(FrameStamp, tells_both_sides_which_heights_go_together) {
  const Ptr<GstElement> stamp(gst_element_factory_make("framestamp", nullptr));
  const auto heights = [&](GstPadDirection direction, const char* height) {
    const Ptr<GstCaps> caps(gst_caps_from_string((std::string("video/x-raw,height=") + height).c_str()));
    const Ptr<GstCaps> other(GST_BASE_TRANSFORM_GET_CLASS(stamp.get())
                                 ->transform_caps(GST_BASE_TRANSFORM(stamp.get()), direction, caps.get(), nullptr));
    if (gst_caps_is_empty(other.get())) return std::string("none");
    g_autofree char* text =
        gst_value_serialize(gst_structure_get_value(gst_caps_get_structure(other.get(), 0), "height"));
    return std::string(text);
  };
  EXPECT_EQ(heights(GST_PAD_SINK, "360"), "384");
  EXPECT_EQ(heights(GST_PAD_SINK, "368"), "384");
  EXPECT_EQ(heights(GST_PAD_SINK, "[1,2147483647]"), "[ 32, 2147483647 ]");
  EXPECT_EQ(heights(GST_PAD_SINK, "{360,720}"), "{ (int)384, (int)736 }");
  EXPECT_EQ(heights(GST_PAD_SRC, "384"), "[ 353, 368 ]");
  EXPECT_EQ(heights(GST_PAD_SRC, "360"), "none");
  EXPECT_EQ(heights(GST_PAD_SRC, "[1,2147483647]"), "[ 1, 2147483647 ]");
}

TEST(FrameStamp, takes_new_caps_while_running) {
  const auto harness = play("framestamp ! framestamp mode=read", caps_text("I420", 640, 360));
  for (const int width : {640, 1280, 100, 320}) {
    const auto caps = caps_text("NV12", width, 200);
    gst_harness_set_src_caps_str(harness.get(), caps.c_str());
    const Ptr<GstBuffer> out(
        gst_harness_push_and_pull(harness.get(), black_frame(info_of(caps), GST_SECOND).release()));
    EXPECT_TRUE(reading_of(out.get()).valid) << width;
    EXPECT_EQ(reading_of(out.get()).id, 90000U);
  }
}

TEST(FrameStamp, starts_and_stops_a_hundred_times) {
  const auto harness = play("framestamp", caps_text("I420", 320, 240));
  for (int i = 0; i < 100; ++i) {
    ASSERT_EQ(gst_element_set_state(harness->element, GST_STATE_NULL), GST_STATE_CHANGE_SUCCESS);
    ASSERT_EQ(gst_element_set_state(harness->element, GST_STATE_PLAYING), GST_STATE_CHANGE_SUCCESS);
  }
}
