// SPDX-License-Identifier: LGPL-2.1-or-later
// The program's side of windows/PROTOCOL.md: its windows, and what viewers did to them. It never waits for cv-launch:
// what could not be said is said with a later call, and all of it again after a new connection. It has no threads;
// those of the program may all call it.
#pragma once

#include <chrono>
#include <csignal>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "connection.h"
#include "messages.h"
#include "picture_memory.h"
#include "to_show.h"

namespace windows {

using Event = std::variant<Key, MouseEvent, MoveTrackbar, PressButton, CloseWindow>;

// While one of these lives, a SIGINT for this thread ends its next Client::wait(), also one that comes before that: the
// program's handler may do nothing but set a flag. Not to be held while the program is called back.
class KeptInterrupts {
 public:
  KeptInterrupts();
  ~KeptInterrupts();
  KeptInterrupts(const KeptInterrupts&) = delete;
  KeptInterrupts& operator=(const KeptInterrupts&) = delete;
  const sigset_t& mask_before() const { return before_; }

 private:
  sigset_t before_{};
};

class Client {
 public:
  // Connects to the socket with the first window.
  Client(std::string socket, std::string_view program);

  std::uint32_t open(std::string_view name);
  void close(std::uint32_t window);
  // Copies the picture, and the objects that the program has found in it: a text of JSON, or empty, as it says nothing
  // of any. What is larger than kMaxSlot or kMaxObjects, or finds no memory, is not shown: false.
  bool show(std::uint32_t window, const RawPicture& picture, std::string_view objects = {});
  void set_title(std::uint32_t window, std::string_view title);
  void set_mouse_wanted(std::uint32_t window, bool wanted);
  // A new one, or what has changed of it. Its name in events is shown_name() of this one.
  void set_trackbar(std::uint32_t window, std::string_view name, int min, int max, int value);
  // In place of the last one there. `limit`: how long; 0: until there is another one.
  void show_text(std::uint32_t window, bool over, std::string_view text, std::chrono::milliseconds limit);
  // A new one, or how the one of its number is now.
  void set_button(Button button);

  struct Waited {
    std::optional<Event> event;
    bool interrupted = false;  // by a signal that the program handles
  };
  // The next event. Nothing else happens: what it means is up to the caller.
  Waited wait(std::chrono::milliseconds limit) { return wait(limit, KeptInterrupts()); }
  Waited wait(std::chrono::milliseconds limit, const KeptInterrupts& interrupts);

  // For pthread_atfork: the child has neither the parent's connection nor its memory, and says nothing of a window
  // before it uses it. Found out by the process's number too.
  void before_fork() { mutex_.lock(); }
  void after_fork_in_parent() { mutex_.unlock(); }
  void after_fork_in_child();

 private:
  struct Text {
    std::string text;
    std::optional<std::chrono::steady_clock::time_point> until;
    bool unsaid = true;
  };
  struct PressedButton {
    Button button;
    bool unsaid = true;
  };
  struct Slider {
    Trackbar trackbar;
    bool unsaid = true;
  };
  struct Window {
    std::string name;
    std::optional<std::string> title{};
    std::vector<Slider> sliders{};
    std::vector<PressedButton> buttons{};
    std::map<bool, Text> texts{};  // over the picture, and below it
    bool mouse_wanted = false;
    std::unique_ptr<PictureWriter> pictures{};
    std::uint64_t shown = 0;
    bool of_parent = false;  // of the process that forked
    struct {
      bool window = true, title = false, mouse = false, memory = false, picture = false;
    } unsaid{};
  };

  Window* used(std::uint32_t window);
  void forget_parent();
  static void say_again(Window& window);
  void say_all_again();
  void say_what_is_new();
  bool say_closed();
  bool say(std::uint32_t number, Window& window);
  bool say_memory(std::uint32_t number, Window& window);
  void receive();
  void keep(const Event& event);
  void tell(const std::string& complaint);
  bool wait_for_socket(std::chrono::milliseconds limit, const sigset_t& signals);

  const std::string program_;
  std::mutex mutex_;  // guards all below; not held while waiting
  long process_;
  Connection connection_;
  bool introduced_ = false;
  int waiting_ = 0;  // threads that read the socket when something comes
  std::uint32_t last_window_ = 0;
  std::map<std::uint32_t, Window> windows_;
  std::set<std::uint32_t> unsaid_;  // windows of which something is
  std::set<std::uint32_t> unsaid_closed_;
  std::deque<Event> events_;
  std::string told_;
};

}  // namespace windows
