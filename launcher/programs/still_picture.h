// SPDX-License-Identifier: LGPL-2.1-or-later
// A window's picture once it stands still, to be looked at: the very pixels that its program shows, as PNG. A program
// that shows the same picture again and again shows one that stands still. Main thread.
#pragma once

#include <glib.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/glib_ptr.h"
#include "base/main_thread.h"
#include "windows/picture_memory.h"

class StillPicture {
 public:
  // With the PNG; null: it is another picture, or none, that stands still.
  using Reply = std::function<void(GBytes* png)>;

  // `last`: the picture that is shown, null: there is none. `changed`: name() is another one.
  StillPicture(std::function<const windows::Picture*()> last, std::function<void()> changed);
  ~StillPicture();
  StillPicture(const StillPicture&) = delete;
  StillPicture& operator=(const StillPicture&) = delete;

  // last() is a newer one.
  void renewed();
  // By which it is had. It can't be guessed: who knows it has been told. "": the picture moves.
  const std::string& name() const { return name_; }
  void fetch(const std::string& name, Reply reply);

 private:
  struct Pixels;
  using PixelsPtr = std::shared_ptr<const Pixels>;
  void keep();
  void settle();
  void encode();
  void encoded(const PixelsPtr& pixels, GBytes* png);
  void reply_all(GBytes* png);

  const std::function<const windows::Picture*()> last_;
  const std::function<void()> changed_;
  std::string name_;
  PixelsPtr kept_;  // a copy of the picture: where that lies its program writes another one
  gint64 kept_at_ = 0;
  Timer settling_;
  std::unique_ptr<GBytes, Deleter<g_bytes_unref>> png_;  // of `kept_`; null: nobody has asked for it
  std::vector<Reply> waiting_;                           // for that
  bool encoding_ = false;                                // on a thread: one at a time
  std::shared_ptr<StillPicture*> self_;                  // for that thread; in it null once we have ended
};
