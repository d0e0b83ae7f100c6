// SPDX-License-Identifier: LGPL-2.1-or-later
#include "media/producer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "media/reaper.h"

namespace {

// What the main thread of cv-launch would do, with the rest of it left out.
class ProducerTest : public testing::Test {
 protected:
  void SetUp() override { gst_init(nullptr, nullptr); }
  void TearDown() override {
    if (producer_) producer_->stop();
    EXPECT_TRUE(reaper_.wait(std::chrono::minutes(2)));
  }
  void start(const char* text) {
    Producer::Events events;
    events.started = [this] { happened_ += "started "; };
    events.could_not_start = [this](const std::string& message) { happened_ += "could not: " + message + " "; };
    events.lost = [this] { happened_ += "lost: " + producer_->trouble().value() + " "; };
    events.back = [this] { happened_ += "back "; };
    events.result = [](const protocol::Result&) {};
    events.model = [](const protocol::ModelState&) {};
    events.warning = [](const std::string&) {};
    producer_ = std::make_shared<Producer>(expand_pipe_text("a.pipe", text, {}), reaper_, events);
    producer_->start();
  }
  // Runs the main loop until what happened contains `text`.
  void await(const std::string& text) {
    while (happened_.find(text) == std::string::npos) g_main_context_iteration(nullptr, TRUE);
  }

  Reaper reaper_;
  std::shared_ptr<Producer> producer_;
  std::string happened_;
};

TEST_F(ProducerTest, APipelineThatCannotBeMadeAgainIsALostSourceAndIsTriedAgain) {
  start(
      "videotestsrc is-live=true num-buffers=5 ! video/x-raw,width=32,height=32 ! vp8enc deadline=1 ! rtpvp8pay ! "
      "webrtcbin");
  await("started ");
  GstRegistry* registry = gst_registry_get();
  g_autoptr(GstPluginFeature) encoder = gst_registry_lookup_feature(registry, "vp8enc");
  gst_registry_remove_feature(registry, encoder);
  await("lost: the source has ended ");
  await("lost: a.pipe:1");
  EXPECT_THAT(happened_, testing::HasSubstr("vp8enc"));
  gst_registry_add_feature(registry, encoder);
  await("back ");
}

}  // namespace
