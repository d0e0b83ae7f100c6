// SPDX-License-Identifier: LGPL-2.1-or-later
#include "viewer/clone_element.h"

#include <gtest/gtest.h>

namespace {

TEST(CloneElement, CopiesWhatWasSet) {
  gst_init(nullptr, nullptr);
  const auto element = gst_adopt(gst_parse_launch("rtpvp8pay mtu=1000 name=pay pt=101", nullptr));
  const auto copy = clone_element(element.get());
  guint mtu = 0;
  guint pt = 0;
  g_object_get(copy.get(), "mtu", &mtu, "pt", &pt, nullptr);
  EXPECT_EQ(mtu, 1000U);
  EXPECT_EQ(pt, 101U);
  EXPECT_STRNE(GST_OBJECT_NAME(copy.get()), "pay");
}

}  // namespace
