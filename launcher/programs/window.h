// SPDX-License-Identifier: LGPL-2.1-or-later
// A window as viewers see it: it outlives the program that shows it, and is that program's again, or another one's,
// that shows a window of the same name. Main thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/main_thread.h"
#include "base/protocol.h"
#include "picture_source.h"
#include "still_picture.h"
#include "windows/messages.h"

// Whether those who watch have been given a picture.
enum class Shown { kYes, kNotYet, kNobody };  // nobody: it will be said when somebody watches

// What a window shows.
struct Still {
  GstSample* sample = nullptr;
  unsigned width = 0, height = 0;
  const std::vector<protocol::Object>* objects = nullptr;  // null: nothing is said of what is in it
};

class Window {
 public:
  struct Events {
    std::function<void()> changed;            // state() is another one
    std::function<Shown(const Still*)> show;  // null: only asks
    std::function<void(const std::string& message)> warning;
  };
  // The program that shows it.
  struct Owner {
    std::uint32_t window = 0;                               // what it calls this one
    std::function<void(const windows::ToProgram&)> say;     // null: there is no program
    std::function<void(const std::string& why)> send_away;  // what it wrote to the memory makes no sense
  };

  explicit Window(std::string name);
  void set_events(Events events);

  const std::string& name() const { return name_; }  // as the program calls it
  const protocol::Window& state() const { return state_; }
  // Does that in the window; what there is no place for now means nothing.
  void input(const protocol::Input& input);

  void open(Owner owner);
  // The program has closed it.
  void close();
  // The program has gone.
  void lose() { owner_ = {}; }
  // When it ended; 0: it has not.
  gint64 ended_at() const { return ended_at_; }
  // It has ended. `how`: for people.
  void end(const std::string& how);

  // What the program says of it. They throw std::runtime_error if that makes no sense.
  void set_title(const std::string& title);
  void set_memory(core::Fd memory, std::uint64_t slot);
  void picture_is_there();
  void set_trackbar(const windows::Trackbar& trackbar);
  void show_text(const windows::ShownText& text);
  void set_button(const windows::Button& button);
  void want_mouse(bool wanted);

  // Somebody takes pictures again.
  void wake();
  // The very pixels that it shows, by state().picture.
  void fetch_picture(const std::string& name, StillPicture::Reply reply) { still_.fetch(name, std::move(reply)); }

 private:
  void changed();
  void tell();
  void give();
  bool take();
  GstSample* no_picture();
  void took();

  const std::string name_;
  Events events_;
  protocol::Window state_;
  Owner owner_;
  PictureSource pictures_;
  SamplePtr no_picture_;
  gint64 opened_at_ = g_get_monotonic_time();
  StillPicture still_;
  std::optional<std::vector<protocol::Object>> objects_;  // of the last picture
  bool waits_ = false;                                    // there may be a newer picture than the last one
  gint64 shown_at_ = 0;
  gint64 ended_at_ = 0;
  gint64 told_at_ = 0;
  Timer next_;
  Timer telling_;
  Timer overlay_;  // until the text is over
  Timer status_;
};
