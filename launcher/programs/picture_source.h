// SPDX-License-Identifier: LGPL-2.1-or-later
// A window's pictures, from the memory that its program writes them to, as samples for a pipeline. Nothing is copied: a
// picture's place is the program's again once no pipeline reads it any more. Main thread.
#pragma once

#include <memory>
#include <string>

#include "base/gst_ptr.h"
#include "windows/picture_memory.h"

// Of a window that has none: black.
SamplePtr no_picture();

class PictureSource {
 public:
  // The pictures come from there from now on.
  void attach(std::unique_ptr<windows::PictureReader> reader) { reader_ = std::move(reader); }

  enum class Taken { kNew, kNone, kLater };  // later: the last one is still being read
  // Takes the newest picture, if there is one. Throws std::runtime_error if what lies there makes no sense.
  Taken take();
  // The last one taken: video/x-raw without timestamps. Null: none was.
  GstSample* last() const { return sample_.get(); }
  // What the program says is in it: JSON; "": it says nothing of that.
  const std::string& objects() const { return objects_; }
  // The same as it lies there: its pixels are to be read until take() has another one. Null: none was.
  const windows::Picture* picture() const { return sample_ ? &picture_ : nullptr; }

 private:
  std::shared_ptr<windows::PictureReader> reader_;  // null: there is no memory yet
  std::shared_ptr<windows::PictureReader> of_sample_;
  SamplePtr sample_;
  windows::Picture picture_{};
  std::string objects_;
};
