// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rung.h"

const std::optional<Picture>& Rung::picture() {
  g_autoptr(GstCaps) known = caps();
  int width = 0;
  int height = 0;
  if (!known || !gst_structure_get_int(gst_caps_get_structure(known, 0), "width", &width) ||
      !gst_structure_get_int(gst_caps_get_structure(known, 0), "height", &height))
    return picture_;
  Picture picture{static_cast<unsigned>(width), static_cast<unsigned>(height)};
  if (framestamp()) {
    g_object_get(framestamp(), "rows", &picture.rows, "cell-size", &picture.cell, nullptr);
    if (picture.rows == 0) return picture_;  // it has not seen its first frame
  }
  picture_ = picture;
  return picture_;
}
