// SPDX-License-Identifier: LGPL-2.1-or-later
// A viewer by WebSocket of a real producer. What it is sent is compared with what the encoder gave.
#include "viewer/socket_viewer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <mutex>

#include "base/deadlines.h"
#include "core/frame_id.h"
#include "media/producer.h"
#include "media/reaper.h"

namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr const char* kVp8 =
    "videotestsrc is-live=true pattern=snow ! video/x-raw,width=160,height=120,framerate=30/1 ! vp8enc deadline=1 "
    "cpu-used=8 keyframe-max-dist=100000 ! rtpvp8pay ! webrtcbin";
// Until much has arrived, a viewer gets the lower of two encodings, and its frames in parts.
constexpr const char* kLadder =
    "videotestsrc is-live=true pattern=snow ! video/x-raw,width=160,height=120,framerate=30/1 ! tee name=t "
    "t. ! queue ! vp8enc deadline=1 cpu-used=8 ! ladder. "
    "t. ! queue ! videoscale ! video/x-raw,width=80,height=60 ! vp8enc deadline=1 cpu-used=8 min-quantizer=0 "
    "max-quantizer=4 ! ladder. "
    "input-selector name=ladder sync-streams=false ! rtpvp8pay ! webrtcbin";
constexpr std::size_t kLowest = 1;  // of these encodings
constexpr const char* kWantsNothing = R"({"type":"video","wanted":false,"maxBitrate":null})";
constexpr const char* kWantsVideo = R"({"type":"video","wanted":true,"maxBitrate":null})";

struct Encoded {
  std::string bytes;
  bool key = false;
  gint64 at = 0;  // monotonic
};

// Sees the frames of an encoding before any viewer that comes later.
class Tap : public Outlet {
 public:
  void push(GstSample* frame) override {
    GstBuffer* buffer = gst_sample_get_buffer(frame);
    std::string bytes(gst_buffer_get_size(buffer), '\0');
    gst_buffer_extract(buffer, 0, bytes.data(), bytes.size());
    const std::lock_guard lock(mutex_);
    frames_[frame_id(GST_BUFFER_PTS(buffer))] = {bytes, !GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_DELTA_UNIT),
                                                 g_get_monotonic_time()};
  }
  bool behind() override { return false; }

  std::map<std::uint32_t, Encoded> frames() const {
    const std::lock_guard lock(mutex_);
    return frames_;
  }
  std::size_t count() const {
    const std::lock_guard lock(mutex_);
    return frames_.size();
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::uint32_t, Encoded> frames_;
};

struct Message {
  gint64 at = 0;     // monotonic
  std::string text;  // or it is binary:
  int kind = 0;
  bool key = false;
  bool more = false;
  std::uint32_t id = 0;
  std::string bytes{};
};

// Main thread of cv-launch and page in one: acknowledges what has come as long as it is told to.
class SocketViewerTest : public testing::Test {
 protected:
  void SetUp() override { gst_init(nullptr, nullptr); }
  void TearDown() override {
    if (viewer_) viewer_->end();
    if (tap_feed_) tap_feed_->stop();
    if (producer_) producer_->stop();
    EXPECT_TRUE(reaper_.wait(std::chrono::minutes(2)));
  }

  void start(const char* pipe, std::size_t tapped = 0) {
    Producer::Events events;
    events.started = events.lost = events.back = events.awake = [] {};
    events.could_not_start = [](const std::string& message) {
      ADD_FAILURE() << message;
      return false;
    };
    events.inference = [](auto) {};
    events.result = [](const auto&, const auto&) {};
    events.model = [](const auto&, const auto&) {};
    events.warning = [](const std::string&) {};
    producer_ = std::make_shared<Producer>(expand_pipe_text("a.pipe", pipe, {}), reaper_, events);
    auto outlet = std::make_unique<Tap>();
    tap_ = outlet.get();
    tap_feed_ = std::make_shared<Feed>(std::move(outlet),
                                       producer_->outputs()[0]->streams()[0]->rungs()[tapped]->fan_out(), true);
    tap_feed_->begin();
    viewer_ = std::make_shared<SocketViewer>(*producer_->outputs()[0], 1, viewer_events());
    viewer_->start({});
    producer_->start();
  }
  Viewer::Events viewer_events() {
    Viewer::Events events;
    events.send = [this](const std::string& json) { messages_.push_back({g_get_monotonic_time(), json}); };
    events.send_bytes = [this](GBytes* message) {
      gsize size = 0;
      const auto* data = static_cast<const guint8*>(g_bytes_get_data(message, &size));
      ASSERT_GE(size, protocol::kFrameHeader);
      std::uint32_t id = 0;
      for (int i = 2; i < 6; ++i) id = id << 8U | data[i];
      messages_.push_back({g_get_monotonic_time(), "", data[0], (data[1] & 1) != 0, (data[1] & 2) != 0, id,
                           std::string(data + protocol::kFrameHeader, data + size)});
    };
    events.failed = [this](const protocol::Error& error) {
      failed_ += error.code + ": " + error.message;
      viewer_->end();
    };
    events.stays = [this] { ++stays_; };
    events.now = [] { return 1.5; };
    events.stream_info = [] { return protocol::StreamInfo{}; };
    events.model_states = [] { return std::vector<protocol::ModelState>{{"m", "running", "", 1}}; };
    events.properties = [] {
      return std::vector<protocol::Property>{{"a.b", "B", "", true, false, {}, {}, false, {}}};
    };
    events.set_property = [this](const protocol::SetRequest& request) {
      set_ += request.name + " ";
      return request.name == "a.b" ? std::nullopt : std::optional(protocol::Error{"forbidden", "no"});
    };
    return events;
  }

  // Runs the main loop until it holds.
  template <typename Condition>
  void await(Condition holds) {
    Timer wakes;  // what holds may change on other threads
    wakes.every(5, [] {});
    while (!holds()) {
      g_main_context_iteration(nullptr, TRUE);
      if (acknowledges_ && messages_.size() > behind_) acknowledge(messages_.size() - behind_);
    }
  }
  void acknowledge(std::size_t number) {
    if (number > std::exchange(acknowledged_, std::max(acknowledged_, number))) tell_again();
  }
  void tell_again() {
    const gint64 came = messages_[acknowledged_ - 1].at;
    viewer_->handle(R"({"type":"ack","number":)" + std::to_string(acknowledged_) + R"(,"at":)" +
                    std::to_string(came / 1000) + "}");
    round_trip_ = std::min(round_trip_, g_get_monotonic_time() - came);
  }
  // Until the encoder has given so many more.
  void await_encoded(std::size_t count) {
    const std::size_t before = tap_->count();
    await([&] { return tap_->count() >= before + count; });
  }
  std::vector<Message> of_kind(int kind, std::size_t from = 0) const {
    std::vector<Message> found;
    for (std::size_t i = from; i < messages_.size(); ++i)
      if (messages_[i].text.empty() && messages_[i].kind == kind) found.push_back(messages_[i]);
    return found;
  }
  std::vector<Message> video(std::size_t from = 0) const { return of_kind(1, from); }
  // Those whose parts have all come.
  std::vector<Message> frames() const {
    std::vector<Message> whole;
    std::string bytes;
    for (auto& part : video()) {
      part.bytes = std::exchange(bytes, "").append(part.bytes);
      if (part.more)
        bytes = part.bytes;
      else
        whole.push_back(std::move(part));
    }
    return whole;
  }
  void await_video(std::size_t count) {
    const std::size_t from = messages_.size();
    await([&] { return video(from).size() >= count; });
  }
  bool has_text(const std::string& part, std::size_t from = 0) const {
    return std::any_of(messages_.begin() + static_cast<std::ptrdiff_t>(from), messages_.end(),
                       [&](const Message& message) { return message.text.find(part) != std::string::npos; });
  }
  // When the oldest message without an acknowledgement had left, at the latest.
  gint64 oldest() const { return messages_.at(acknowledged_ + 1).at; }

  Reaper reaper_;
  std::shared_ptr<Producer> producer_;
  Tap* tap_ = nullptr;  // the feed's
  std::shared_ptr<Feed> tap_feed_;
  std::shared_ptr<SocketViewer> viewer_;
  std::vector<Message> messages_;
  std::string failed_;
  std::string set_;
  int stays_ = 0;
  bool acknowledges_ = true;
  std::size_t behind_ = 0;  // so many of the newest messages have not come yet
  std::size_t acknowledged_ = 0;
  gint64 round_trip_ = G_MAXINT64;  // not shorter than what the viewer takes it for
};

constexpr gint64 kMostUnderWay = 300'000;

TEST_F(SocketViewerTest, TheMediaComeFirstThenTheStreamThenAKeyFrame) {
  start(kVp8);
  viewer_->send_stream_info();
  viewer_->handle(R"({"type":"ping","t":1})");
  EXPECT_TRUE(messages_.empty()) << "no picture yet";
  await_video(1);
  ASSERT_GE(messages_.size(), 6U);
  EXPECT_EQ(messages_[0].text, R"({"type":"media","video":{"codec":"vp8"},"audio":null})");
  EXPECT_THAT(messages_[1].text, StartsWith(R"({"type":"stream",)"));
  EXPECT_THAT(messages_[1].text, HasSubstr(R"("rtpOffset":0,)"));
  EXPECT_THAT(messages_[2].text, StartsWith(R"({"type":"model","model":"m",)"));
  EXPECT_THAT(messages_[4].text, StartsWith(R"({"type":"link",)"));
  EXPECT_TRUE(video().front().key);
}

TEST_F(SocketViewerTest, FramesComeAsTheyWereEncodedAndInOrderWithTheirIds) {
  start(kVp8);
  await([&] { return frames().size() >= 30; });
  const auto encoded = tap_->frames();
  std::optional<std::uint32_t> last;
  for (const auto& frame : frames()) {
    ASSERT_TRUE(encoded.contains(frame.id));
    EXPECT_EQ(frame.bytes, encoded.at(frame.id).bytes);
    EXPECT_EQ(frame.key, encoded.at(frame.id).key);
    EXPECT_TRUE(!last || frame_id_difference(frame.id, *last) > 0);
    last = frame.id;
  }
}

TEST_F(SocketViewerTest, FramesComeInPartsWhileTheNetworkIsTriedOut) {
  start(kLadder, kLowest);
  await([&] { return !frames().empty(); });
  const auto frame = frames().front();
  EXPECT_EQ(frame.bytes, tap_->frames().at(frame.id).bytes);
  EXPECT_GT(frame.bytes.size(), 1200U);
  EXPECT_TRUE(video().front().more);
  EXPECT_EQ(video().front().id, frame.id);
  EXPECT_LE(video().size(), 8U);
}

TEST_F(SocketViewerTest, SoundComesOnceItsDecoderIsKnown) {
  start(
      "videotestsrc is-live=true ! video/x-raw,width=32,height=32 ! vp8enc deadline=1 ! rtpvp8pay ! webrtcbin name=w "
      "audiotestsrc is-live=true ! audio/x-raw,rate=48000,channels=1 ! opusenc ! rtpopuspay ! w.");
  await([&] { return of_kind(2).size() >= 5; });
  const auto first = std::ranges::find_if(messages_, [](const Message& message) { return message.kind == 2; });
  const auto media = std::ranges::find_if(messages_, [](const Message& message) {
    return message.text.find(R"("audio":{"codec":"opus","rate":48000,"channels":1})") != std::string::npos;
  });
  EXPECT_LT(media - messages_.begin(), first - messages_.begin());
  EXPECT_FALSE(of_kind(2).front().bytes.empty());
}

TEST_F(SocketViewerTest, WithoutAcknowledgementsOnlySomeFramesGoAndThenAKeyFrameIsFirst) {
  acknowledges_ = false;
  start(kVp8);
  await_video(1);
  await_encoded(25);
  const auto encoded = tap_->frames();
  for (const auto& frame : video()) EXPECT_LE(encoded.at(frame.id).at, oldest() + kMostUnderWay);
  EXPECT_LT(video().size(), encoded.size());

  const std::size_t before = messages_.size();
  acknowledges_ = true;
  await([&] { return std::ranges::any_of(video(before), [](const Message& frame) { return !frame.key; }); });
  EXPECT_TRUE(video(before).front().key);
}

TEST_F(SocketViewerTest, ResultsAreLeftOutWhileItIsBehind) {
  start(kVp8);
  await_video(1);
  await([&] {
    viewer_->send_result("result");
    return messages_.back().text == "result";
  });
  acknowledges_ = false;
  await_video(2);
  const std::size_t before = tap_->count();
  std::size_t gone = messages_.size();
  await([&] {
    const gint64 now = g_get_monotonic_time();
    viewer_->send_result("late result");
    if (messages_.size() > gone && messages_.back().text == "late result") {
      EXPECT_LE(now, oldest() + round_trip_ + kMostUnderWay);
    }
    gone = messages_.size();
    return tap_->count() > before + 25;
  });
}

TEST_F(SocketViewerTest, AViewerThatDoesNotLookGetsNeitherFramesNorResults) {
  start(kVp8);
  await_video(5);
  const std::size_t before = messages_.size();
  viewer_->handle(kWantsNothing);
  const gint64 hidden = g_get_monotonic_time();
  await([&] { return has_text(R"("reason":"hidden")", before); });
  await_encoded(25);
  const auto encoded = tap_->frames();
  for (const auto& frame : video(before))
    EXPECT_LE(encoded.at(frame.id).at, hidden) << "only what was on its way already";
  viewer_->send_result("result");
  EXPECT_FALSE(has_text("result", before));

  const std::size_t again = messages_.size();
  viewer_->handle(kWantsVideo);
  await_video(2);
  EXPECT_TRUE(video(again).front().key);
}

TEST_F(SocketViewerTest, ItIsToldOnceThatAViewerGetsWhatItIsSent) {
  acknowledges_ = false;
  start(kVp8);
  await_video(1);
  EXPECT_EQ(stays_, 0);
  acknowledges_ = true;
  await([&] { return acknowledged_ > 5; });
  EXPECT_EQ(stays_, 1);
}

TEST_F(SocketViewerTest, AViewerLivesAsLongAsItAcknowledges) {
  start(kVp8);
  const gint64 limit = std::chrono::microseconds(deadlines().heartbeat).count();
  await([&] { return acknowledged_ > 0; });
  const gint64 first = messages_[0].at;
  behind_ = 1;  // a network on which there is always one
  await([&] {
    tell_again();
    viewer_->check_deadline();
    return g_get_monotonic_time() - first > limit * 3 / 2;
  });
  EXPECT_EQ(failed_, "");
  acknowledges_ = false;
  await([&] {
    viewer_->check_deadline();
    return !failed_.empty();
  });
  EXPECT_EQ(failed_, "timeout: no acknowledgement for " + seconds_text(deadlines().heartbeat));
  EXPECT_GE(g_get_monotonic_time() - messages_[acknowledged_ - 1].at, limit);
  const std::size_t before = messages_.size();
  await_encoded(5);
  EXPECT_EQ(messages_.size(), before) << "it has ended";
}

TEST_F(SocketViewerTest, AViewerThatIsSentNothingIsAskedForASignOfLife) {
  start(kVp8);
  await_video(1);
  viewer_->handle(kWantsNothing);
  await([&] { return has_text(R"("reason":"hidden")"); });
  const std::size_t before = messages_.size();
  acknowledge(before);
  await([&] {
    tell_again();  // its deadline is shorter here
    viewer_->check_deadline();
    return !of_kind(3, before).empty();
  });
  EXPECT_EQ(of_kind(3, before).front().bytes, "");
  EXPECT_GE(messages_.back().at - messages_[messages_.size() - 2].at, 3'000'000);
}

TEST_F(SocketViewerTest, AnAcknowledgementOfWhatWasNotSentEndsIt) {
  acknowledges_ = false;
  start(kVp8);
  await_video(1);
  acknowledge(messages_.size());
  EXPECT_EQ(failed_, "");
  const std::string more = std::to_string(messages_.size() + 1);
  viewer_->handle(R"({"type":"ack","number":)" + more + R"(,"at":1})");
  EXPECT_EQ(failed_, "unexpected: an acknowledgement of " + more + " messages; so many were not sent");
}

TEST_F(SocketViewerTest, AViewerThatIsAnsweredAndAcknowledgesNothingEndsSoon) {
  acknowledges_ = false;
  start(kVp8);
  await_video(1);
  while (messages_.size() < AckLog::kMost) viewer_->handle(R"({"type":"ping","t":1})");
  EXPECT_EQ(failed_, "");
  viewer_->send_model_state({"m", "failed", "", 1});
  EXPECT_EQ(failed_, "") << "who calls this goes on to other viewers";
  await([&] { return !failed_.empty(); });
  EXPECT_EQ(failed_, "unexpected: 4096 messages without an acknowledgement");
  EXPECT_FALSE(has_text(R"("state":"failed")")) << "one too many";
}

TEST_F(SocketViewerTest, APingIsAnsweredWithTheDelaysOfItsFrames) {
  start(kVp8);
  await_video(5);
  viewer_->handle(R"({"type":"ping","t":7.5})");
  EXPECT_THAT(messages_.back().text, StartsWith(R"({"type":"pong","t":7.5,"now":1.5,"encoded":)"));
  EXPECT_THAT(messages_.back().text, testing::Not(HasSubstr("null")));
}

TEST_F(SocketViewerTest, AKeyFrameComesWhenItIsAskedFor) {
  start(kVp8);
  await_video(5);
  const std::size_t before = messages_.size();
  viewer_->handle(R"({"type":"keyframe"})");
  await([&] { return std::ranges::any_of(video(before), [](const Message& frame) { return frame.key; }); });
}

TEST_F(SocketViewerTest, WhatMayBeChangedIsToldAndSet) {
  start(kVp8);
  await([&] { return messages_.size() >= 5; });
  EXPECT_THAT(messages_[3].text, StartsWith(R"({"type":"property","name":"a.b",)"));
  EXPECT_THAT(messages_[3].text, HasSubstr(R"("writable":false,"value":true)"));
  viewer_->handle(R"({"type":"set","name":"a.b","value":false})");
  EXPECT_EQ(failed_, "");
  viewer_->handle(R"({"type":"set","name":"a.c","value":false})");
  EXPECT_EQ(set_, "a.b a.c ");
  EXPECT_EQ(failed_, "forbidden: no");
}

TEST_F(SocketViewerTest, WhatItCannotReadEndsIt) {
  start(kVp8);
  viewer_->handle(R"({"type":"answer","sdp":""})");
  EXPECT_THAT(failed_, StartsWith("unknown-type: "));
  viewer_->handle("{");
  EXPECT_THAT(failed_, StartsWith("unknown-type: ")) << "once";
}

TEST_F(SocketViewerTest, VideoThatNoBrowserDecodesHereIsRefused) {
  start("videotestsrc is-live=true ! video/x-raw,width=32,height=32 ! theoraenc ! rtptheorapay ! webrtcbin");
  await([&] { return !failed_.empty(); });
  EXPECT_EQ(failed_, "unsupported: video of the type video/x-theora can't go by WebSocket; VP8, VP9 and H.264 can");
  EXPECT_TRUE(messages_.empty());
}

}  // namespace
