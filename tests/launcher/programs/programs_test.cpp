// SPDX-License-Identifier: LGPL-2.1-or-later
#include "programs/programs.h"

#include <glib/gstdio.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/user_error.h"

namespace {

constexpr std::chrono::milliseconds kSoon(100);

using testing::ElementsAre;
using testing::HasSubstr;

// A program's end of the socket, message by message.
class Guest {
 public:
  explicit Guest(const std::string& path) : socket_(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::ranges::copy(path, std::begin(address.sun_path));
    EXPECT_EQ(connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  }
  void say(const std::string& text, int descriptor = -1) const {
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
    iovec part{const_cast<char*>(text.data()), text.size()};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    if (descriptor >= 0) {
      message.msg_control = control;
      message.msg_controllen = sizeof(control);
      cmsghdr* head = CMSG_FIRSTHDR(&message);
      head->cmsg_level = SOL_SOCKET;
      head->cmsg_type = SCM_RIGHTS;
      head->cmsg_len = CMSG_LEN(sizeof(int));
      std::memcpy(CMSG_DATA(head), &descriptor, sizeof(int));
    }
    ssize_t sent = -1;
    // whoever reads it is this thread
    while ((sent = sendmsg(socket_.get(), &message, MSG_NOSIGNAL | MSG_DONTWAIT)) < 0 && errno == EAGAIN)
      g_main_context_iteration(nullptr, FALSE);
    EXPECT_EQ(sent, static_cast<ssize_t>(text.size()));
  }
  void greet() const { say(encode(windows::Program{.pid = 1, .name = "python3 x.py"})); }
  void open(std::uint32_t window, const std::string& name) const {
    say(encode(windows::NewWindow{.window = window, .name = name}));
  }
  void tell(const auto& message) const { say(encode(message)); }
  // The next message, while the main loop runs. "": the connection is closed.
  std::string hear() const {
    char text[4096];
    for (;;) {
      const ssize_t size = recv(socket_.get(), text, sizeof(text), MSG_DONTWAIT);
      if (size >= 0) return {text, static_cast<std::size_t>(size)};
      g_main_context_iteration(nullptr, FALSE);
    }
  }
  void leave() { socket_.reset(); }
  int socket() const { return socket_.get(); }

 private:
  core::Fd socket_;
};

class ProgramsTest : public testing::Test {
 protected:
  ProgramsTest() {
    gst_init(nullptr, nullptr);
    folder_ = take_string(g_dir_make_tmp("cv-XXXXXX", nullptr));
    path_ = folder_ + "/socket";
    begin(std::chrono::hours(1));
  }
  ~ProgramsTest() override {
    shown_.clear();
    if (window_) window_->set_events({});
    programs_.reset();
    g_rmdir(folder_.c_str());
  }
  void begin(std::chrono::milliseconds patience) {
    programs_.reset();
    programs_ = std::make_unique<Programs>(
        Programs::Events{
            .opened =
                [this](const std::shared_ptr<Window>& window) {
                  window_ = window;
                  happened_.push_back("opened " + window->name());
                  window->set_events({.changed = [this] { ++changes_; },
                                      .show =
                                          [this](const Still* still) {
                                            if (!still || watched_ != Shown::kYes) return watched_;
                                            shown_.emplace_back(gst_sample_ref(still->sample));
                                            objects_ = still->objects ? std::optional(*still->objects) : std::nullopt;
                                            return Shown::kYes;
                                          },
                                      .warning = [this](const std::string& message) { warnings_ += message + "\n"; }});
                },
            .closed =
                [this](const std::shared_ptr<Window>& window) { happened_.push_back("closed " + window->name()); },
            .warning = [this](const std::string& message) { warnings_ += message + "\n"; }},
        patience);
    programs_->listen(path_);
  }
  static void await(const std::function<bool()>& condition) {
    while (!condition()) g_main_context_iteration(nullptr, TRUE);
  }
  // A picture of one brightness.
  static bool publish(windows::PictureWriter& writer, std::uint64_t number, std::uint32_t width, std::uint8_t value) {
    std::fill_n(writer.lines(), windows::stride_of(width, 1) * 2, value);
    windows::Picture picture;
    picture.number = number, picture.width = width, picture.height = 2, picture.channels = 1;
    return writer.publish(picture);
  }
  static int first_byte(GstSample* sample) {
    guint8 byte = 0;
    gst_buffer_extract(gst_sample_get_buffer(sample), 0, &byte, 1);
    return byte;
  }

  std::string folder_;
  std::string path_;
  Shown watched_ = Shown::kYes;
  std::vector<std::string> happened_;
  std::string warnings_;
  int changes_ = 0;
  std::vector<SamplePtr> shown_;
  std::optional<std::vector<protocol::Object>> objects_;  // of the last one
  std::shared_ptr<Window> window_;
  std::unique_ptr<Programs> programs_;
};

TEST_F(ProgramsTest, TheSocketIsForItsUserAlone) {
  struct stat status {};
  ASSERT_EQ(stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
  Programs other({}, {});
  EXPECT_THROW(other.listen(path_), UserError);
  EXPECT_THROW(other.listen(folder_ + "/" + std::string(200, 'x')), UserError);
}

TEST_F(ProgramsTest, OneThatWasLeftOverIsReplaced) {
  const std::string path = folder_ + "/left";
  {
    core::Fd left(::socket(AF_UNIX, SOCK_SEQPACKET, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::ranges::copy(path, std::begin(address.sun_path));
    ASSERT_EQ(bind(left.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  }
  Programs other({}, {});
  EXPECT_NO_THROW(other.listen(path));
}

TEST_F(ProgramsTest, WhatAProgramSaysIsTheWindowsState) {
  const Guest guest(path_);
  guest.greet();
  guest.open(1, "camera");
  guest.tell(windows::Title{.window = 1, .title = "Camera 1"});
  guest.tell(windows::Trackbar{.window = 1, .name = "threshold", .min = 0, .max = 255, .value = 300});
  guest.tell(windows::Trackbar{.window = 1, .name = "blur", .min = -5, .max = 5, .value = 0});
  guest.tell(windows::Trackbar{.window = 1, .name = "threshold", .min = 0, .max = 100, .value = 7});
  guest.tell(windows::ShownText{.window = 1, .over = true, .text = "over"});
  guest.tell(windows::ShownText{.window = 1, .over = false, .text = "below"});
  guest.tell(windows::Button{.window = 1, .button = 7, .name = "edges", .kind = windows::ButtonKind::kCheck, .bar = 2});
  guest.tell(windows::Button{.window = 1, .button = 1, .name = "save"});
  guest.tell(windows::Button{
      .window = 1, .button = 7, .name = "edges", .kind = windows::ButtonKind::kRadio, .bar = 2, .on = true});
  guest.tell(windows::Mouse{.window = 1, .wanted = true});
  await([this] { return window_ && window_->state().mouse; });
  EXPECT_THAT(happened_, ElementsAre("opened camera"));
  EXPECT_EQ(window_->state().title, "Camera 1");
  EXPECT_EQ(window_->state().state, "open");
  EXPECT_THAT(window_->state().trackbars,
              ElementsAre(protocol::Trackbar{"threshold", 0, 100, 7}, protocol::Trackbar{"blur", -5, 5, 0}));
  EXPECT_EQ(window_->state().overlay, "over");
  EXPECT_EQ(window_->state().status, "below");
  EXPECT_THAT(window_->state().buttons, ElementsAre(protocol::Button{7, "edges", "radio", 2, true},
                                                    protocol::Button{1, "save", "push", 0, false}));
}

TEST_F(ProgramsTest, ATextGoesWhenItsTimeIsOverAndANewOneHasItsOwn) {
  const Guest guest(path_);
  guest.greet();
  guest.open(1, "camera");
  guest.tell(windows::ShownText{.window = 1, .over = true, .text = "short", .milliseconds = 20});
  guest.tell(windows::ShownText{.window = 1, .over = false, .text = "first", .milliseconds = 20});
  guest.tell(windows::ShownText{.window = 1, .over = false, .text = "stays"});
  await([this] { return window_ && window_->state().overlay == "short"; });
  await([this] { return window_->state().status == "stays" && window_->state().overlay.empty(); });
  bool later = false;
  Timer timer;
  timer.once(40, [&later] { later = true; });
  await([&later] { return later; });
  EXPECT_EQ(window_->state().status, "stays");
  guest.tell(windows::Close{.window = 1});
  guest.open(2, "camera");
  guest.tell(windows::Title{.window = 2, .title = "another"});
  await([this] { return window_->state().title == "another"; });
  EXPECT_EQ(window_->state().status, "") << "it was of the window before";
}

TEST_F(ProgramsTest, WhatViewersDoIsSaidToTheProgram) {
  const Guest guest(path_);
  guest.greet();
  guest.open(3, "camera");
  guest.tell(windows::Trackbar{.window = 3, .name = "threshold", .min = 0, .max = 255, .value = 1});
  await([this] { return window_ && !window_->state().trackbars.empty(); });
  window_->input(protocol::KeyPress{"q"});
  EXPECT_EQ(guest.hear(), encode(windows::ToProgram(windows::Key{.window = 3, .code = 'q'})));
  window_->input(protocol::TrackbarMove{"threshold", 1000});
  EXPECT_EQ(guest.hear(),
            encode(windows::ToProgram(windows::MoveTrackbar{.window = 3, .name = "threshold", .value = 255})));
  EXPECT_EQ(window_->state().trackbars[0].value, 1) << "where it is, the program says";
  window_->input(protocol::TrackbarMove{"other", 1});
  window_->input(protocol::ButtonPress{6, true});
  guest.tell(windows::Button{.window = 3, .button = 5, .name = "save"});
  await([this] { return !window_->state().buttons.empty(); });
  window_->input(protocol::ButtonPress{5, true});
  EXPECT_EQ(guest.hear(), encode(windows::ToProgram(windows::PressButton{.window = 3, .button = 5, .on = true})));
  window_->input(protocol::MouseInput{});  // it does not want to know of the mouse
  window_->input(protocol::CloseRequest{});
  EXPECT_EQ(guest.hear(), encode(windows::ToProgram(windows::CloseWindow{.window = 3})));
  EXPECT_EQ(window_->state().state, "closed");
}

TEST_F(ProgramsTest, MovesOfTheMouseAreLeftOutBeforeOthersForOneThatDoesNotRead) {
  const Guest guest(path_);
  guest.greet();
  guest.open(1, "camera");
  guest.tell(windows::Mouse{.window = 1, .wanted = true});
  await([this] { return window_ && window_->state().mouse; });
  for (int i = 0; i < 5000; ++i) window_->input(protocol::MouseInput{.x = static_cast<double>(i)});
  window_->input(protocol::MouseInput{.kind = protocol::MouseInput::Kind::kUp});
  window_->input(protocol::KeyPress{"q"});
  std::string last;
  int moves = -2;
  while (last.find("\"key\"") == std::string::npos) last = guest.hear(), ++moves;
  EXPECT_GT(moves, 10);
  EXPECT_LT(moves, 5000);
}

TEST_F(ProgramsTest, PicturesAreShownAndTheLastOneAgainAndAgain) {
  const Guest guest(path_);
  guest.greet();
  guest.open(1, "camera");
  windows::PictureWriter writer(windows::slot_for(6, 2, 1));
  guest.say(encode(windows::Memory{.window = 1, .slot = writer.slot()}), writer.memory());
  ASSERT_TRUE(publish(writer, 1, 5, 50));
  guest.tell(windows::PictureReady{.window = 1});
  await([this] { return shown_.size() >= 3; });
  EXPECT_EQ(first_byte(shown_[0].get()), 50);
  EXPECT_EQ(shown_[1].get(), shown_[0].get());
  EXPECT_EQ(window_->state().width, 5U);
  EXPECT_EQ(window_->state().height, 2U);
  g_autofree char* caps = gst_caps_to_string(gst_sample_get_caps(shown_[0].get()));
  EXPECT_THAT(caps, HasSubstr("format=(string)GRAY8, width=(int)5, height=(int)2"));
  shown_.clear();
  ASSERT_TRUE(publish(writer, 2, 6, 60)) << "the first one was taken";
  guest.tell(windows::PictureReady{.window = 1});
  await([this] { return !shown_.empty() && first_byte(shown_.back().get()) == 60; });
  EXPECT_EQ(window_->state().width, 6U);
}

TEST_F(ProgramsTest, OneWithoutAPictureIsBlackUntilItHasOne) {
  const Guest guest(path_);
  guest.greet();
  guest.open(1, "control");
  await([this] { return shown_.size() >= 2; });
  EXPECT_EQ(first_byte(shown_[0].get()), 0);
  EXPECT_EQ(window_->state().width, 0U);
  EXPECT_EQ(window_->state().picture, "");
  windows::PictureWriter writer(windows::slot_for(5, 2, 1));
  guest.say(encode(windows::Memory{.window = 1, .slot = writer.slot()}), writer.memory());
  ASSERT_TRUE(publish(writer, 1, 5, 50));
  guest.tell(windows::PictureReady{.window = 1});
  await([this] { return first_byte(shown_.back().get()) == 50; });
  EXPECT_EQ(window_->state().width, 5U);
}

// The last one is shown again only after 200 ms: who waited for that would show five a second.
TEST_F(ProgramsTest, APictureThatComesRightAfterAnotherOneIsShownSoon) {
  const Guest guest(path_);
  guest.greet();
  guest.open(1, "camera");
  windows::PictureWriter writer(windows::slot_for(5, 2, 1));
  guest.say(encode(windows::Memory{.window = 1, .slot = writer.slot()}), writer.memory());
  int again = 0;
  for (std::uint8_t i = 1; i < 50; ++i) {
    shown_.clear();
    if (publish(writer, i, 5, i)) guest.tell(windows::PictureReady{.window = 1});
    await([this] { return !shown_.empty(); });
    if (first_byte(shown_[0].get()) != i) ++again;
  }
  EXPECT_LT(again, 25);
}

TEST_F(ProgramsTest, ObjectsComeWithTheirPicture) {
  const Guest guest(path_);
  guest.greet();
  guest.open(1, "camera");
  windows::PictureWriter writer(windows::slot_for(5, 2, 1, 200));
  guest.say(encode(windows::Memory{.window = 1, .slot = writer.slot()}), writer.memory());
  windows::Picture picture;
  picture.width = 5, picture.height = 2, picture.channels = 1;
  const auto show = [&](const char* objects) {
    ++picture.number;
    picture.objects = objects;
    shown_.clear();
    if (writer.publish(picture)) guest.tell(windows::PictureReady{.window = 1});
    await([this] { return !shown_.empty(); });
  };
  show(
      R"([{"label":"cup","confidence":0.5,"x":1,"y":2,"w":3,"h":4,"id":"a"},{"center-x":5,"center-y":5,"radius":2},{}])");
  await([this] { return objects_ && objects_->size() == 2; });
  EXPECT_EQ(objects_->at(0).label, "cup");
  EXPECT_EQ(objects_->at(0).confidence, 0.5);
  EXPECT_EQ(objects_->at(0).h, 4);
  EXPECT_EQ(objects_->at(1).label, "object");
  EXPECT_EQ(objects_->at(1).x, 3);
  EXPECT_TRUE(window_->state().objects);
  EXPECT_THAT(warnings_, HasSubstr("an object is left out"));
  show("[]");
  await([this] { return objects_ && objects_->empty(); });
  show("");
  await([this] { return !objects_; });
  EXPECT_FALSE(window_->state().objects);
  ++picture.number, picture.objects = "nonsense";
  if (writer.publish(picture)) guest.tell(windows::PictureReady{.window = 1});
  EXPECT_THAT(guest.hear(), HasSubstr("\"type\":\"error\""));
}

// A pipeline still reads the last one; if its place were given back the program would write into what is shown.
TEST_F(ProgramsTest, APictureThatIsReadStaysAsItIs) {
  const Guest guest(path_);
  guest.greet();
  guest.open(1, "camera");
  windows::PictureWriter writer(windows::slot_for(5, 2, 1));
  guest.say(encode(windows::Memory{.window = 1, .slot = writer.slot()}), writer.memory());
  publish(writer, 1, 5, 50);
  guest.tell(windows::PictureReady{.window = 1});
  await([this] { return !shown_.empty(); });
  const BufferPtr read(gst_buffer_copy(gst_sample_get_buffer(shown_[0].get())));
  for (std::uint8_t i = 2; i < 20; ++i) {
    if (publish(writer, i, 5, 60 + i)) guest.tell(windows::PictureReady{.window = 1});
    for (int turns = 0; turns < 3; ++turns) g_main_context_iteration(nullptr, FALSE);
  }
  shown_.clear();
  await([this] { return window_ != nullptr; });
  guint8 byte = 0;
  gst_buffer_extract(read.get(), 0, &byte, 1);
  EXPECT_EQ(byte, 50);
}

TEST_F(ProgramsTest, NobodyWatchesNothingIsTaken) {
  watched_ = Shown::kNobody;
  const Guest guest(path_);
  guest.greet();
  guest.open(1, "camera");
  windows::PictureWriter writer(windows::slot_for(5, 2, 1));
  guest.say(encode(windows::Memory{.window = 1, .slot = writer.slot()}), writer.memory());
  EXPECT_TRUE(publish(writer, 1, 5, 50));
  guest.tell(windows::PictureReady{.window = 1});
  guest.tell(windows::Mouse{.window = 1, .wanted = true});  // comes after it
  await([this] { return window_ && window_->state().mouse; });
  EXPECT_FALSE(publish(writer, 2, 5, 60)) << "nothing is to be said of it: the first one was not taken";
  watched_ = Shown::kYes;
  window_->wake();
  await([this] { return !shown_.empty(); });
  EXPECT_EQ(first_byte(shown_[0].get()), 60);
}

TEST_F(ProgramsTest, AWindowOfTheSameNameIsTheSameOne) {
  begin(kSoon);
  Guest first(path_);
  first.greet();
  first.open(1, "camera");
  await([this] { return window_ != nullptr; });
  const auto window = window_;
  first.leave();
  await([&window] { return window->state().state == "ended"; });
  EXPECT_EQ(window->state().message, "The program has ended.");
  const Guest second(path_);
  second.greet();
  second.open(9, "camera");
  await([&window] { return window->state().state == "open"; });
  EXPECT_EQ(window->state().message, "");
  EXPECT_THAT(happened_, ElementsAre("opened camera"));
  const Guest third(path_);
  third.greet();
  third.open(2, "camera");
  third.tell(windows::Title{.window = 2, .title = "mine"});
  await([&window] { return window->state().title == "mine"; });
  second.tell(windows::Title{.window = 9, .title = "not any more"});
  second.open(10, "another");
  await([this] { return happened_.size() == 2; });
  window->input(protocol::KeyPress{"x"});
  EXPECT_THAT(third.hear(), HasSubstr("\"window\":2"));
  EXPECT_EQ(window->state().title, "mine");
}

TEST_F(ProgramsTest, OneThatItsProgramClosesIsGone) {
  begin(kSoon);
  const Guest guest(path_);
  guest.greet();
  guest.open(1, "camera");
  guest.tell(windows::Close{.window = 1});
  await([this] { return happened_.size() == 2; });
  EXPECT_THAT(happened_, ElementsAre("opened camera", "closed camera"));
}

TEST_F(ProgramsTest, OneThatItsProgramClosesAsItEndsStays) {
  begin(std::chrono::seconds(2));
  Guest guest(path_);
  guest.greet();
  guest.open(1, "camera");
  await([this] { return window_ != nullptr; });
  guest.tell(windows::Close{.window = 1});
  guest.leave();
  await([this] { return happened_.size() > 1 || window_->state().state == "ended"; });
  EXPECT_THAT(happened_, ElementsAre("opened camera"));
  programs_->end("The program has ended with exit code 3.");
  EXPECT_EQ(window_->state().message, "The program has ended with exit code 3.");
}

TEST_F(ProgramsTest, WhoKnowsHowAProgramEndedSaysItAtOnce) {
  std::string said;
  Guest guest(path_);
  guest.greet();
  guest.open(1, "camera");
  await([this] { return window_ != nullptr; });
  window_->set_events(
      {.changed = [&said, camera = window_.get()] { said += camera->state().message; }, .show = {}, .warning = {}});
  guest.leave();
  Guest other(path_);
  other.greet();
  other.open(1, "other");
  const auto camera = window_;
  await([&] { return window_ != camera; });
  programs_->end("With exit code 3.");
  await([&said] { return !said.empty(); });
  EXPECT_EQ(said, "With exit code 3.") << "nothing else was said before";
  camera->set_events({});
}

TEST_F(ProgramsTest, OneThatIsOpenedAgainAtOnceIsTheSameOne) {
  const Guest guest(path_);
  guest.greet();
  guest.open(1, "camera");
  await([this] { return window_ != nullptr; });
  guest.tell(windows::Close{.window = 1});
  guest.open(1, "camera");
  guest.open(2, "last");
  await([this] { return happened_.size() == 2; });
  EXPECT_THAT(happened_, ElementsAre("opened camera", "opened last"));
}

TEST_F(ProgramsTest, OfProgramsThatHaveEndedTheLastPicturesStay) {
  begin(kSoon);
  for (int program = 0; program < 2; ++program) {
    Guest guest(path_);
    guest.greet();
    for (std::uint32_t i = 1; i <= 20; ++i) guest.open(i, std::to_string(program) + " " + std::to_string(i));
    await([&] { return happened_.size() == 20U * (program + 1); });
    const auto last = window_;
    guest.leave();
    await([&last] { return last->state().state == "ended"; });
  }
  await([this] { return happened_.size() == 48; });
  for (std::size_t i = 40; i < 48; ++i) EXPECT_THAT(happened_[i], HasSubstr("closed 0 "));
}

TEST_F(ProgramsTest, ThereAreNotMoreThan512) {
  const Guest guest(path_);
  guest.greet();
  for (std::uint32_t i = 1; i <= 512; ++i) guest.open(i, "w" + std::to_string(i));
  await([this] { return happened_.size() == 512; });
  guest.open(513, "one more");
  EXPECT_THAT(guest.hear(), HasSubstr("more than 512 windows"));
}

TEST_F(ProgramsTest, OneThatIsSentAwayIsNotHeardAnyMore) {
  const Guest guest(path_);
  guest.greet();
  guest.open(1, "camera");
  windows::PictureWriter writer(windows::slot_for(5, 2, 1));
  guest.say(encode(windows::Memory{.window = 1, .slot = writer.slot()}), writer.memory());
  await([this] { return window_ != nullptr; });
  windows::Picture picture;
  picture.number = 1, picture.width = 4000000000U, picture.height = 4000000000U, picture.channels = 1;
  writer.publish(picture);
  guest.tell(windows::PictureReady{.window = 1});
  guest.open(2, "late");
  EXPECT_THAT(guest.hear(), HasSubstr("\"type\":\"error\""));
  EXPECT_EQ(guest.hear(), "");
  EXPECT_THAT(happened_, ElementsAre("opened camera"));
}

TEST_F(ProgramsTest, ASecondDescriptorIsNonsense) {
  const Guest guest(path_);
  guest.greet();
  alignas(cmsghdr) char control[CMSG_SPACE(2 * sizeof(int))] = {};
  const std::string text = encode(windows::NewWindow{.window = 1, .name = "w"});
  iovec part{const_cast<char*>(text.data()), text.size()};
  msghdr message{};
  message.msg_iov = &part, message.msg_iovlen = 1;
  message.msg_control = control, message.msg_controllen = sizeof(control);
  cmsghdr* head = CMSG_FIRSTHDR(&message);
  head->cmsg_level = SOL_SOCKET, head->cmsg_type = SCM_RIGHTS, head->cmsg_len = CMSG_LEN(2 * sizeof(int));
  const int both[2] = {0, 1};
  std::memcpy(CMSG_DATA(head), both, sizeof(both));
  ASSERT_GT(sendmsg(guest.socket(), &message, MSG_NOSIGNAL), 0);
  EXPECT_THAT(guest.hear(), HasSubstr("more than one descriptor"));
}

TEST_F(ProgramsTest, WhatIsNoSocketIsLeftAlone) {
  const std::string path = folder_ + "/file";
  ASSERT_TRUE(g_file_set_contents(path.c_str(), "mine", -1, nullptr));
  Programs other({}, {});
  EXPECT_THROW(other.listen(path), UserError);
  EXPECT_TRUE(g_file_test(path.c_str(), G_FILE_TEST_EXISTS));
  g_unlink(path.c_str());
}

TEST_F(ProgramsTest, ATitleThatChangesAllTheTimeIsToldNowAndThen) {
  const Guest guest(path_);
  guest.greet();
  guest.open(1, "camera");
  for (int i = 0; i < 500; ++i) guest.tell(windows::Title{.window = 1, .title = std::to_string(i)});
  std::string told;
  await([this] { return window_ != nullptr; });
  await([this] { return window_->state().title == "499"; });
  const int changes = changes_;
  window_->set_events({.changed = [&] { told = window_->state().title; }, .show = {}, .warning = {}});
  if (told.empty()) guest.tell(windows::Title{.window = 1, .title = "last"});
  await([&] { return told == "last" || told == "499"; });
  EXPECT_LT(changes, 250);
  window_->set_events({});
}

// Each is told what was wrong, and nobody else notices.
TEST_F(ProgramsTest, NonsenseEndsItsProgramsConnectionOnly) {
  const Guest good(path_);
  good.greet();
  good.open(1, "good");
  await([this] { return window_ != nullptr; });
  const auto window = window_;
  const auto told = [this](const std::function<void(const Guest&)>& nonsense) {
    const Guest bad(path_);
    nonsense(bad);
    std::string said = bad.hear();
    EXPECT_EQ(bad.hear(), "") << "the connection is closed";
    return said;
  };
  EXPECT_THAT(told([](const Guest& bad) { bad.say("{"); }), HasSubstr("\"type\":\"error\""));
  EXPECT_THAT(told([](const Guest& bad) { bad.open(1, "x"); }), HasSubstr("the first message"));
  EXPECT_THAT(told([](const Guest& bad) { bad.greet(), bad.greet(); }), HasSubstr("the first message"));
  EXPECT_THAT(told([](const Guest& bad) { bad.greet(), bad.open(1, "x"), bad.open(1, "y"); }),
              HasSubstr("there is a window 1 already"));
  EXPECT_THAT(told([](const Guest& bad) { bad.greet(), bad.tell(windows::Title{.window = 5, .title = "x"}); }),
              HasSubstr("there is no window 5"));
  EXPECT_THAT(told([](const Guest& bad) {
                bad.greet(), bad.open(1, "x"), bad.tell(windows::Memory{.window = 1, .slot = 4096});
              }),
              HasSubstr("\"type\":\"error\""))
      << "no descriptor came";
  EXPECT_THAT(told([](const Guest& bad) {
                bad.greet(), bad.open(1, "x");
                bad.tell(windows::Trackbar{.window = 1, .name = "t", .min = 5, .max = 1, .value = 3});
              }),
              HasSubstr("ends before it begins"));
  EXPECT_THAT(told([](const Guest& bad) {
                bad.greet(), bad.open(1, "x");
                for (std::uint32_t i = 1; i <= 65; ++i)
                  bad.tell(windows::Button{.window = 1, .button = i, .name = "b"});
              }),
              HasSubstr("more than 64 buttons"));
  EXPECT_EQ(told([](const Guest& bad) { bad.say(std::string(windows::kMaxMessage + 1, ' ')); }).substr(0, 15),
            "{\"type\":\"error\"");
  window->input(protocol::KeyPress{"x"});
  EXPECT_THAT(good.hear(), HasSubstr("\"key\""));
  EXPECT_THAT(warnings_, HasSubstr("is sent away: "));
}

TEST_F(ProgramsTest, APictureOfNonsenseEndsItsProgramsConnectionOnly) {
  const Guest guest(path_);
  guest.greet();
  guest.open(1, "camera");
  windows::PictureWriter writer(windows::slot_for(5, 2, 1));
  guest.say(encode(windows::Memory{.window = 1, .slot = writer.slot()}), writer.memory());
  windows::Picture picture;
  picture.number = 1, picture.width = 4000000000U, picture.height = 4000000000U, picture.channels = 1;
  writer.publish(picture);
  guest.tell(windows::PictureReady{.window = 1});
  EXPECT_THAT(guest.hear(), HasSubstr("\"type\":\"error\""));
  EXPECT_EQ(guest.hear(), "");
  EXPECT_EQ(window_->state().state, "ended");
  EXPECT_TRUE(shown_.empty());
}

}  // namespace
