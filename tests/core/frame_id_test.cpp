// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/frame_id.h"

#include <gtest/gtest.h>

#include "vectors.h"

TEST(FrameId, is_that_of_every_vector) {
  const auto vectors = read_vectors("frame_id_vectors.json");
  ASSERT_GE(vectors.size(), 10U);
  for (const auto& vector : vectors)
    EXPECT_EQ(frame_id(number(vector, "running_time")), number(vector, "id")) << vector.at("running_time");
}

TEST(FrameId, difference_is_right_across_the_wrap) {
  EXPECT_EQ(frame_id_difference(5, 2), 3);
  EXPECT_EQ(frame_id_difference(2, 5), -3);
  EXPECT_EQ(frame_id_difference(2, 0xFFFFFFFF), 3);
  EXPECT_EQ(frame_id_difference(0xFFFFFFFF, 2), -3);
}
