// SPDX-License-Identifier: LGPL-2.1-or-later
// A program's side, with a socket of the test's in place of cv-launch.
#include "windows/client.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <set>
#include <thread>

#include "blocked.h"
#include "launcher.h"

namespace windows {
namespace {

class ClientTest : public testing::Test {
 protected:
  ClientTest() {
    EXPECT_NE(mkdtemp(folder_.data()), nullptr);
    path_ = std::string(folder_.data()) + "/socket";
  }
  ~ClientTest() override {
    unlink(path_.c_str());
    rmdir(folder_.data());
  }
  // A window of which cv-launch knows.
  std::uint32_t open(Launcher& launcher, Client& client, const char* name) {
    const auto window = client.open(name);
    launcher.accept();
    EXPECT_EQ(launcher.next_as<Program>().name, "test");
    EXPECT_EQ(launcher.next_as<NewWindow>().name, name);
    return window;
  }
  static bool show(Client& client, std::uint32_t window, std::uint8_t grey, std::uint32_t width = 2,
                   std::string_view objects = {}) {
    const std::vector<std::uint8_t> pixels(width, grey);
    return client.show(window, {pixels.data(), width, 1, width, Depth::u8, 1}, objects);
  }
  // It may first have to say what could not be said.
  static std::optional<Event> next_event(Client& client) { return client.wait(std::chrono::seconds(30)).event; }

  std::array<char, 32> folder_{"/tmp/cv-client-XXXXXX"};
  std::string path_;
};

TEST_F(ClientTest, AWindowAndWhatIsInItAreSaid) {
  Launcher launcher(path_);
  Client client(path_, "test");
  const auto window = open(launcher, client, "edges");
  client.set_title(window, "Edges");
  EXPECT_EQ(launcher.next_as<Title>().title, "Edges");
  client.set_trackbar(window, "threshold", 0, 255, 9);
  EXPECT_EQ(launcher.next_as<Trackbar>().value, 9);
  client.set_mouse_wanted(window, true);
  EXPECT_TRUE(launcher.next_as<Mouse>().wanted);
  EXPECT_TRUE(show(client, window, 7, 2, "[]"));
  PictureReader pictures = launcher.next_memory();
  EXPECT_EQ(launcher.next_as<PictureReady>().window, window);
  const auto picture = pictures.take();
  ASSERT_TRUE(picture);
  EXPECT_EQ(picture->number, 1U);
  EXPECT_EQ(picture->width, 2U);
  EXPECT_EQ(picture->pixels[1], 7);
  EXPECT_EQ(picture->objects, "[]");
  client.close(window);
  EXPECT_EQ(launcher.next_as<Close>().window, window);
  EXPECT_FALSE(launcher.has_next());
}

TEST_F(ClientTest, APictureIsSaidOnceUntilItIsTaken) {
  Launcher launcher(path_);
  Client client(path_, "test");
  const auto window = open(launcher, client, "w");
  for (std::uint8_t grey = 1; grey <= 100; ++grey) show(client, window, grey);
  PictureReader pictures = launcher.next_memory();
  launcher.next_as<PictureReady>();
  EXPECT_FALSE(launcher.has_next());
  EXPECT_EQ(pictures.take()->pixels[0], 100);
  show(client, window, 101);
  launcher.next_as<PictureReady>();
  EXPECT_EQ(pictures.take()->number, 101U);
}

TEST_F(ClientTest, ALargerPictureGetsMemoryOfItsOwn) {
  Launcher launcher(path_);
  Client client(path_, "test");
  const auto window = open(launcher, client, "w");
  show(client, window, 1, 2);
  launcher.next_memory();
  launcher.next_as<PictureReady>();
  show(client, window, 2, 10000);
  PictureReader larger = launcher.next_memory();
  launcher.next_as<PictureReady>();
  EXPECT_EQ(larger.take()->width, 10000U);
  show(client, window, 3, 1);
  launcher.next_as<PictureReady>();
  EXPECT_EQ(larger.take()->width, 1U);
}

TEST_F(ClientTest, WhatIsTooLargeIsNotShown) {
  Client client(path_, "test");
  const auto window = client.open("w");
  const std::uint8_t pixel = 0;
  EXPECT_FALSE(client.show(window, {&pixel, 1U << 20U, 1U << 20U, 0, Depth::u8, 3}));
  EXPECT_FALSE(client.show(window, {&pixel, 1, 1, 1, Depth::u8, 1}, std::string(kMaxObjects + 1, ' ')));
  EXPECT_FALSE(client.show(window + 1, {&pixel, 1, 1, 1, Depth::u8, 1}));
}

TEST_F(ClientTest, EventsComeInTheirOrder) {
  Launcher launcher(path_);
  Client client(path_, "test");
  const auto window = open(launcher, client, "w");
  EXPECT_FALSE(client.wait(milliseconds(0)).event);
  launcher.say(MouseEvent{window, 0, 3, 4, 0});
  launcher.say(Key{window, 'q'});
  launcher.say(MoveTrackbar{window, "t", 5});
  launcher.say(Key{window + 1, 'x'});
  launcher.say(CloseWindow{window});
  EXPECT_EQ(std::get<MouseEvent>(*next_event(client)).y, 4);
  EXPECT_EQ(std::get<Key>(*next_event(client)).code, 'q');
  EXPECT_EQ(std::get<MoveTrackbar>(*next_event(client)).value, 5);
  EXPECT_EQ(std::get<CloseWindow>(*next_event(client)).window, window);
}

TEST_F(ClientTest, OfTooManyEventsMovesAreLostFirst) {
  Launcher launcher(path_);
  Client client(path_, "test");
  const auto window = open(launcher, client, "w");
  launcher.say(Key{window, 'a'});
  for (int i = 0; i < 1500; ++i) {
    launcher.say(MouseEvent{window, 0, i, 0, 0});
    if (i % 50 == 0) show(client, window, 1);  // reads what has come
  }
  launcher.say(Key{window, 'b'});
  int keys = 0;
  int moves = 0;
  while (const auto event = client.wait(milliseconds(0)).event) (std::holds_alternative<Key>(*event) ? keys : moves)++;
  EXPECT_EQ(keys, 2);
  EXPECT_LT(moves, 1500);
}

TEST_F(ClientTest, AllIsSaidAgainToACvLaunchThatComesBack) {
  auto launcher = std::make_unique<Launcher>(path_);
  Client client(path_, "test");
  const auto window = open(*launcher, client, "w");
  const auto closed = client.open("closed");
  launcher->next();
  client.set_title(window, "title");
  client.set_trackbar(window, "t", 0, 10, 5);
  client.set_mouse_wanted(window, true);
  show(client, window, 42);
  launcher.reset();
  client.set_trackbar(window, "t", 0, 10, 6);
  client.close(closed);
  EXPECT_TRUE(show(client, window, 43, 2, R"([{"x":1}])"));

  launcher = std::make_unique<Launcher>(path_);
  std::thread cv_launch([&] {
    launcher->accept();
    EXPECT_EQ(launcher->next_as<Program>().name, "test");
    EXPECT_EQ(launcher->next_as<NewWindow>().window, window);
    EXPECT_EQ(launcher->next_as<Title>().title, "title");
    EXPECT_EQ(launcher->next_as<Trackbar>().value, 6);
    EXPECT_TRUE(launcher->next_as<Mouse>().wanted);
    PictureReader pictures = launcher->next_memory();
    launcher->next_as<PictureReady>();
    const auto picture = pictures.take();
    EXPECT_EQ(picture->pixels[0], 43);
    EXPECT_EQ(picture->number, 2U);
    EXPECT_EQ(picture->objects, R"([{"x":1}])");
    launcher->say(Key{window, 'k'});
  });
  EXPECT_EQ(std::get<Key>(*next_event(client)).code, 'k');
  cv_launch.join();
  EXPECT_FALSE(launcher->has_next());
}

TEST_F(ClientTest, AProgramThatOnlyShowsPicturesNoticesThatCvLaunchHasGone) {
  auto launcher = std::make_unique<Launcher>(path_);
  Client client(path_, "test");
  const auto window = open(*launcher, client, "w");
  show(client, window, 1);  // nobody takes it, so there is no more to say
  launcher = std::make_unique<Launcher>(path_);
  while (!launcher->somebody_connects(milliseconds(10))) show(client, window, 2);
  launcher->accept();
  launcher->next_as<Program>();
  launcher->next_as<NewWindow>();
  PictureReader pictures = launcher->next_memory();
  launcher->next_as<PictureReady>();
  EXPECT_EQ(pictures.take()->pixels[0], 2);
}

TEST_F(ClientTest, ANewCvLaunchGetsMemoryOfItsOwn) {
  auto launcher = std::make_unique<Launcher>(path_);
  Client client(path_, "test");
  const auto window = open(*launcher, client, "w");
  show(client, window, 1);
  PictureReader before = launcher->next_memory();
  launcher->next_as<PictureReady>();
  const auto kept = before.take();
  launcher = std::make_unique<Launcher>(path_);
  while (!launcher->somebody_connects(milliseconds(10))) show(client, window, 2);
  launcher->accept();
  launcher->next_as<Program>();
  launcher->next_as<NewWindow>();
  PictureReader after = launcher->next_memory();
  ASSERT_TRUE(after.take());
  for (std::uint8_t grey = 3; grey < 9; ++grey) {
    show(client, window, grey);
    const auto picture = after.take();
    show(client, window, 99);
    EXPECT_EQ(picture->pixels[0], grey);
    EXPECT_EQ(kept->pixels[0], 1);
    after.take();
  }
}

TEST_F(ClientTest, WhatTheSocketDoesNotTakeIsSaidLater) {
  Launcher launcher(path_);
  Client client(path_, "test");
  const auto window = open(launcher, client, "w");
  // more than any socket takes; nobody reads
  for (int value = 0; value < 20000; ++value) client.set_trackbar(window, "t", 0, 20000, value);
  client.set_title(window, "at last");
  std::thread cv_launch([&] {
    int last = 0;
    while (true) {
      const auto packet = launcher.next();
      if (const auto* trackbar = std::get_if<Trackbar>(&packet.message)) last = trackbar->value;
      if (const auto* title = std::get_if<Title>(&packet.message)) {
        EXPECT_EQ(title->title, "at last");
        break;
      }
    }
    // the title is said before a trackbar that is still to be said
    while (last != 19999) last = launcher.next_as<Trackbar>().value;
    launcher.say(Key{window, 'k'});
  });
  EXPECT_TRUE(next_event(client));
  cv_launch.join();
}

TEST_F(ClientTest, WhyNothingIsShownIsSaidOnce) {
  Launcher launcher(path_);
  Client client(path_, "test");
  const auto window = open(launcher, client, "w");
  testing::internal::CaptureStderr();
  for (const char* reason : {"too many", "too many", "too large"}) launcher.say(Failed{reason});
  launcher.say(Key{window, 'k'});
  EXPECT_TRUE(next_event(client));
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            "cv-launch does not show this program's windows: too many\n"
            "cv-launch does not show this program's windows: too large\n");
}

TEST_F(ClientTest, NobodyThereIsNoReasonToWaitLonger) {
  Client client(path_, "test");
  const auto window = client.open("w");
  EXPECT_TRUE(show(client, window, 1));
  const auto start = std::chrono::steady_clock::now();
  EXPECT_FALSE(client.wait(milliseconds(50)).event);
  EXPECT_GE(std::chrono::steady_clock::now() - start, milliseconds(50));
}

TEST_F(ClientTest, AChildOfForkHasAConnectionOfItsOwn) {
  Launcher launcher(path_);
  Client client(path_, "test");
  const auto window = open(launcher, client, "parent's");
  show(client, window, 1);
  PictureReader pictures = launcher.next_memory();
  launcher.next_as<PictureReady>();
  pictures.take();
  client.before_fork();
  const pid_t child = fork();
  if (child == 0) {
    client.after_fork_in_child();
    const auto own = client.open("child's");
    _exit(show(client, own, 2) ? 0 : 1);
  }
  client.after_fork_in_parent();
  int status = -1;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_FALSE(launcher.has_next());
  show(client, window, 3);
  launcher.next_as<PictureReady>();
  EXPECT_EQ(pictures.take()->pixels[0], 3);

  launcher.accept();
  EXPECT_EQ(launcher.next_as<Program>().pid, child);
  EXPECT_EQ(launcher.next_as<NewWindow>().name, "child's");
  launcher.next_memory();
  launcher.next_as<PictureReady>();
  EXPECT_TRUE(launcher.is_gone());
}

TEST_F(ClientTest, OfTheParentsWindowsAChildSaysThoseThatItUses) {
  Client client(path_, "test");
  const auto used = client.open("used");
  client.open("left alone");
  client.set_trackbar(used, "t", 0, 3, 1);
  show(client, used, 1);
  Launcher launcher(path_);
  const pid_t child = fork();
  // found out without pthread_atfork, too
  if (child == 0) _exit(show(client, used, 2) ? 0 : 1);
  int status = -1;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  launcher.accept();
  EXPECT_EQ(launcher.next_as<Program>().pid, child);
  EXPECT_EQ(launcher.next_as<NewWindow>().name, "used");
  EXPECT_EQ(launcher.next_as<Trackbar>().value, 1);
  PictureReader pictures = launcher.next_memory();
  launcher.next_as<PictureReady>();
  EXPECT_EQ(pictures.take()->pixels[0], 2);
  EXPECT_TRUE(launcher.is_gone());
}

// The descriptors that a program started by us would have.
std::set<int> inherited() {
  std::set<int> found;
  for (int descriptor = 0; descriptor < 200; ++descriptor) {
    const int flags = fcntl(descriptor, F_GETFD);
    if (flags >= 0 && (flags & FD_CLOEXEC) == 0) found.insert(descriptor);
  }
  return found;
}

TEST_F(ClientTest, NoDescriptorGoesToOtherPrograms) {
  const auto before = inherited();
  Client alone(path_, "test");
  EXPECT_TRUE(show(alone, alone.open("w"), 1));  // its memory is not sent yet
  Launcher launcher(path_);
  Client client(path_, "test");
  show(client, open(launcher, client, "w"), 1);
  EXPECT_EQ(inherited(), before);
}

volatile std::sig_atomic_t interrupts = 0;

TEST_F(ClientTest, AnInterruptThatTheProgramHandlesEndsAWaitAlsoWhereItDoesNotSleepYet) {
  interrupts = 0;
  Client client(path_, "test");
  struct sigaction handled {};
  handled.sa_handler = [](int) { interrupts = interrupts + 1; };
  struct sigaction before {};
  sigaction(SIGINT, &handled, &before);
  Client::Waited waited;
  {
    client.before_fork();  // its lock is held
    LockWaiter waiting([&] { waited = client.wait(std::chrono::seconds(30)); });
    waiting.await_lock();
    pthread_kill(waiting.handle(), SIGINT);
    client.after_fork_in_parent();
  }
  sigaction(SIGINT, &before, nullptr);
  EXPECT_TRUE(waited.interrupted);
  EXPECT_EQ(interrupts, 1);
  EXPECT_FALSE(waited.event);
}

}  // namespace
}  // namespace windows
