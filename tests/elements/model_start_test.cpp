// SPDX-License-Identifier: LGPL-2.1-or-later
// What frames do while a model's program does not run: it starts, or has failed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "frames.h"

namespace {

using testing::HasSubstr;
using testing::Not;

const std::string kCaps = "video/x-raw,format=I420,width=64,height=64,framerate=30/1";

std::string model(const std::string& way = "") {
  return "modelproc name=model model-name=mine command=\"'" NODE "' '" TEST_MODELS "/model.js' " + way + "\" ";
}

std::string film(int frames) {
  return "ballsrc is-live=false num-buffers=" + std::to_string(frames) + " ! " + kCaps + " ! ";
}

struct Outcome {
  int seen = 0;      // frames that the model saw
  int unseen = 0;    // frames that passed it
  std::string from;  // the element whose error ended it
  std::string error;
};

void count(GstElement*, GstBuffer* buffer, GstPad*, gpointer outcome) {
  auto& counted = *static_cast<Outcome*>(outcome);
  ++(skipped(buffer) ? counted.unseen : counted.seen);
}

Outcome outcome_of(const std::string& line) {
  Outcome outcome;
  g_autoptr(GError) wrong = nullptr;
  const Ptr<GstElement> pipeline(
      gst_parse_launch((line + " ! fakesink name=sink signal-handoffs=true").c_str(), &wrong));
  const Ptr<GstElement> sink(gst_bin_get_by_name(GST_BIN(pipeline.get()), "sink"));
  g_signal_connect(sink.get(), "handoff", G_CALLBACK(count), &outcome);
  const Ptr<GstBus> bus(gst_element_get_bus(pipeline.get()));
  gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
  const Ptr<GstMessage> end(gst_bus_timed_pop_filtered(
      bus.get(), 120 * GST_SECOND, static_cast<GstMessageType>(GST_MESSAGE_EOS | GST_MESSAGE_ERROR)));
  gst_element_set_state(pipeline.get(), GST_STATE_NULL);
  if (!end) {
    ADD_FAILURE() << line << " does not end";
  } else if (GST_MESSAGE_TYPE(end.get()) == GST_MESSAGE_ERROR) {
    g_autoptr(GError) error = nullptr;
    gst_message_parse_error(end.get(), &error, nullptr);
    outcome.from = GST_MESSAGE_SRC_NAME(end.get());
    outcome.error = error->message;
  }
  return outcome;
}

class ModelStart : public testing::Test {
 protected:
  void SetUp() override {
    setenv("CV_MODEL_RETRY_MS", "50", 1);
    setenv("CV_MODEL_LAST_RETRY_MS", "50", 1);
  }
  void TearDown() override {
    for (const char* name : {"CV_MODEL_RETRY_MS", "CV_MODEL_LAST_RETRY_MS"}) unsetenv(name);
  }
};

}  // namespace

TEST_F(ModelStart, every_frame_of_what_is_not_live_waits_for_the_model_and_is_seen) {
  const Outcome outcome = outcome_of(film(20) + model());
  EXPECT_EQ(outcome.seen, 20);
  EXPECT_EQ(outcome.unseen, 0);
  EXPECT_EQ(outcome.error, "");
}

TEST_F(ModelStart, frames_of_what_is_not_live_pass_where_they_are_told_to) {
  const Outcome outcome = outcome_of(film(20) + "modelproc command=\"/bin/sleep 1000\" while-starting=pass");
  EXPECT_EQ(outcome.seen, 0);
  EXPECT_EQ(outcome.unseen, 20);
}

// So are the films of cv-launch's pipelines.
TEST_F(ModelStart, frames_of_a_film_that_a_clocksync_paces_pass) {
  const Outcome outcome = outcome_of(film(5) + "clocksync ! modelproc command=\"/bin/sleep 1000\"");
  EXPECT_EQ(outcome.seen, 0);
  EXPECT_EQ(outcome.unseen, 5);
}

TEST_F(ModelStart, live_frames_wait_where_they_are_told_to) {
  const Outcome outcome = outcome_of("ballsrc num-buffers=5 ! " + kCaps + " ! " + model() + "while-starting=wait");
  EXPECT_EQ(outcome.seen, 5);
  EXPECT_EQ(outcome.unseen, 0);
}

TEST_F(ModelStart, frames_wait_for_a_model_that_is_started_again_and_only_those_at_which_it_failed_pass) {
  const Outcome outcome = outcome_of(film(9) + model("crash"));  // it fails at its third frame
  EXPECT_EQ(outcome.seen, 6);
  EXPECT_EQ(outcome.unseen, 3);
}

TEST_F(ModelStart, a_model_that_does_not_start_is_an_error_where_it_is_told_to_be) {
  const Outcome outcome = outcome_of(film(9) + model("exit-at-start") + "while-starting=error");
  EXPECT_EQ(outcome.seen + outcome.unseen, 0);
  EXPECT_EQ(outcome.from, "model");
  EXPECT_THAT(outcome.error, HasSubstr("mine: the model ended with status 1. It said last:\n"));
  EXPECT_THAT(outcome.error, HasSubstr("no module named torch"));
  EXPECT_THAT(outcome.error, Not(HasSubstr("trying again")));
}

TEST_F(ModelStart, a_model_that_fails_later_is_an_error_where_it_is_told_to_be) {
  for (const char* source : {"ballsrc is-live=false ! ", "ballsrc ! "}) {
    const Outcome outcome = outcome_of(source + kCaps + " ! " + model("crash") + "while-starting=error");
    EXPECT_EQ(outcome.seen, 2);
    EXPECT_EQ(outcome.unseen, 0);
    EXPECT_EQ(outcome.from, "model");
    EXPECT_THAT(outcome.error, HasSubstr("the model ended with status 3. It said last:\n"));
  }
}

TEST_F(ModelStart, a_flush_and_a_state_change_end_the_wait_for_the_model) {
  for (const char* waiting : {"wait", "error"}) {
    for (const bool flush : {true, false}) {
      const auto caps = caps_text("I420", 64, 64);
      const auto harness = play(std::string("modelproc command=\"/bin/sleep 1000\" while-starting=") + waiting, caps);
      auto result = push_into(harness.get(), "modelproc", black_frame(info_of(caps)));
      if (flush)
        gst_harness_push_event(harness.get(), gst_event_new_flush_start());
      else
        gst_element_set_state(harness->element, GST_STATE_NULL);
      EXPECT_EQ(result.get(), GST_FLOW_FLUSHING);
    }
  }
}
