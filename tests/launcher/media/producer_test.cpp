// SPDX-License-Identifier: LGPL-2.1-or-later
#include "media/producer.h"

#include <glib/gstdio.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "media/adjustables.h"
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
    events.could_not_start = [this](const std::string& message) {
      happened_ += "could not: " + message + " ";
      return try_again_;
    };
    events.lost = [this] { happened_ += "lost: " + producer_->trouble().value() + " "; };
    events.back = [this] { happened_ += "back "; };
    events.inference = [this](auto) { happened_ += "inference "; };
    events.result = [this](const Output& output, const protocol::Result& result) {
      happened_ += output.name() + " has " + result.model + (result.whole ? " " : " of a part ");
    };
    events.model = [this](const auto& outputs, const protocol::ModelState& state) {
      for (const auto* output : outputs) happened_ += output->name() + "'s " + state.model + " is " + state.state + " ";
    };
    events.property = [this](const protocol::Property& property) {
      happened_ += property.name + " is " +
                   std::visit([](const auto& value) { return testing::PrintToString(value); }, property.value) + " ";
    };
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
  bool try_again_ = false;
};

TEST_F(ProducerTest, ASourceThatIsNotThereAtFirstIsTriedAgainWhereThatIsWanted) {
  try_again_ = true;
  g_autofree char* folder = g_dir_make_tmp("cv-XXXXXX", nullptr);
  const std::string socket = std::string(folder) + "/socket";
  start(("filesrc location=" + socket +
         " ! videoparse width=32 height=32 format=i420 framerate=25/1 ! vp8enc deadline=1 ! rtpvp8pay ! webrtcbin")
            .c_str());
  await("could not: filesrc");
  EXPECT_TRUE(producer_->trouble());
  await("could not: filesrc");
  const std::string frames(32 * 32 * 3 / 2 * 50, '\x55');
  ASSERT_TRUE(g_file_set_contents(socket.c_str(), frames.data(), static_cast<gssize>(frames.size()), nullptr));
  await("started ");
  EXPECT_FALSE(producer_->trouble());
  EXPECT_THAT(happened_, testing::Not(testing::HasSubstr("back"))) << "it was never there";
  EXPECT_THAT(happened_, testing::Not(testing::HasSubstr("lost")));
  g_unlink(socket.c_str());
  g_rmdir(folder);
}

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

constexpr const char* kOutputs =
    "videotestsrc is-live=true num-buffers=60 ! video/x-raw,format=I420,width=160,height=120,framerate=30/1 ! tee "
    "name=t\n"
    "t. ! queue ! vp8enc deadline=1 ! rtpvp8pay ! webrtcbin name=raw\n"
    "t. ! queue ! tee name=u ! queue ! framestamp ! vp8enc deadline=1 ! rtpvp8pay ! webrtcbin name=drawn\n"
    "u. ! queue ! modelproc command=false ! fakesink name=results-own async=false\n"
    "t. ! queue ! circledetect ! fakesink name=results-both async=false";

TEST_F(ProducerTest, EachOutputHasTheResultsAndModelsOfWhatItShowsInEachRun) {
  start(kOutputs);
  for (int run = 0; run < 2; ++run) {
    await("inference raw has circledetect drawn has circledetect of a part ");
    await("drawn's false is failed ");
    EXPECT_THAT(happened_, testing::Not(testing::HasSubstr("raw's")));
    await("lost: ");
    happened_.clear();
  }
  ASSERT_EQ(producer_->outputs().size(), 2U);
  for (const auto& output : producer_->outputs()) EXPECT_GT(output->frames(), 30U) << output->name();
}

TEST_F(ProducerTest, WhatAViewerHasChangedStaysSoInTheNextRun) {
  start(
      "videotestsrc name=source is-live=true num-buffers=15 ! video/x-raw,width=32,height=32,framerate=30/1 ! "
      "vp8enc name=encoder deadline=1 ! rtpvp8pay ! webrtcbin\n"
      "adjustable source.pattern\nadjustable source.foreground-color max=100\nadjustable source.flip\n"
      "adjustable encoder.target-bitrate min=1000");
  await("started ");
  const auto& properties = producer_->properties();
  ASSERT_EQ(properties.size(), 4U);
  EXPECT_EQ(properties[0].value, protocol::Value(std::string("smpte")));
  EXPECT_THAT(properties[0].choices, testing::Contains(testing::Field(&protocol::Property::Choice::value, "snow")));
  EXPECT_EQ(properties[1].least, 0);
  EXPECT_EQ(properties[1].most, 4294967295) << "what it is now lies in its range";
  EXPECT_TRUE(properties[1].whole);
  EXPECT_EQ(properties[2].value, protocol::Value(false));
  EXPECT_EQ(properties[3].least, 1000);
  EXPECT_EQ(properties[3].most, 2147483647);
  EXPECT_EQ(producer_->set_property({"source.pattern", std::string("snow")}), std::nullopt);
  EXPECT_EQ(producer_->set_property({"source.flip", true}), std::nullopt);
  await("source.pattern is \"snow\" source.flip is true ");
  await("lost: ");  // nothing runs now
  EXPECT_EQ(producer_->set_property({"encoder.target-bitrate", 5000.0}), std::nullopt);
  EXPECT_THAT(happened_, testing::HasSubstr("encoder.target-bitrate is 5000 "));
  await("back ");
  happened_.clear();
  EXPECT_EQ(producer_->set_property({"source.flip", true}), std::nullopt);
  await("source.flip is true ");
  EXPECT_EQ(properties[0].value, protocol::Value(std::string("snow")));
  EXPECT_EQ(properties[3].value, protocol::Value(5000.0));
  for (const auto& [name, value] :
       std::vector<std::pair<std::string, protocol::Value>>{{"source.nothing", 1.0},
                                                            {"source.pattern", 1.0},
                                                            {"source.pattern", std::string("none")},
                                                            {"source.flip", 1.0},
                                                            {"source.foreground-color", -1.0},
                                                            {"source.foreground-color", 0.5},
                                                            {"encoder.target-bitrate", 999.0},
                                                            {"encoder.target-bitrate", std::string("5000")}}) {
    const auto wrong = producer_->set_property({name, value});
    ASSERT_TRUE(wrong) << name;
    EXPECT_EQ(wrong->code, "malformed");
    EXPECT_THAT(wrong->message, testing::HasSubstr("\"" + name + "\""));
  }
}

// In the pipeline, and not only in what is said of it.
TEST(AdjustablesTest, WhatWasChangedIsSetInAnotherPipeline) {
  gst_init(nullptr, nullptr);
  const auto pipeline = [] {
    return gst_adopt(gst_parse_launch("videotestsrc name=source ! fakesink name=end", nullptr));
  };
  const auto first = pipeline();
  Adjustables adjustables(
      {{"source", "pattern", {}, {}, "a:1"}, {"source", "flip", {}, {}, "a:2"}, {"end", "max-lateness", {}, {}, "a:3"}},
      first.get());
  EXPECT_EQ(adjustables.all()[2].least, -1);
  EXPECT_EQ(adjustables.all()[2].most, 9007199254740991);
  EXPECT_EQ(adjustables.all()[2].value, protocol::Value(-1.0));
  EXPECT_EQ(set_value(adjustables.element(2, first.get()).get(), "max-lateness", 7.0), protocol::Value(7.0));
  adjustables.keep(0, std::string("ball"));
  const auto second = pipeline();
  adjustables.apply(second.get());
  const auto source = adjustables.element(0, second.get());
  int pattern = 0;
  g_object_get(source.get(), "pattern", &pattern, nullptr);
  EXPECT_EQ(pattern, 18) << "ball";
}

}  // namespace
