// SPDX-License-Identifier: LGPL-2.1-or-later
#include "people.h"

#include <gtest/gtest.h>

namespace {

TEST(People, WhoSaysNothingTakesAPlaceWithEachConnection) {
  People people(3);
  people.enter("", "door");
  people.enter("", "door");
  EXPECT_TRUE(people.has_place("", "yard"));
  people.enter("", "yard");
  EXPECT_EQ(people.watching(), 3U);
  EXPECT_FALSE(people.has_place("", "door"));
  EXPECT_FALSE(people.has_place("", "garden"));
  people.leave("", "door");
  EXPECT_EQ(people.watching(), 2U);
  EXPECT_TRUE(people.has_place("", "garden"));
}

TEST(People, WhoWatchesSeveralStreamsTakesOnePlace) {
  People people(2);
  for (const char* stream : {"door", "yard", "garden"}) {
    EXPECT_TRUE(people.has_place("ann", stream));
    people.enter("ann", stream);
  }
  EXPECT_EQ(people.watching(), 1U);
  people.enter("bob", "door");
  EXPECT_FALSE(people.has_place("cid", "door"));
  EXPECT_TRUE(people.has_place("ann", "roof")) << "her place is for all streams";
  EXPECT_TRUE(people.has_place("bob", "yard"));
  for (const char* stream : {"door", "yard"}) people.leave("ann", stream);
  EXPECT_EQ(people.watching(), 2U);
  people.leave("ann", "garden");
  EXPECT_EQ(people.watching(), 1U);
  EXPECT_TRUE(people.has_place("cid", "door"));
}

// Else one name would be as good as any number of places.
TEST(People, TheSameStreamTwiceTakesTwoPlaces) {
  People people(2);
  people.enter("ann", "door");
  EXPECT_TRUE(people.has_place("ann", "door"));
  people.enter("ann", "door");
  EXPECT_EQ(people.watching(), 2U);
  EXPECT_FALSE(people.has_place("ann", "door"));
  EXPECT_TRUE(people.has_place("ann", "yard")) << "of two who go by one name each may watch it";
  people.enter("ann", "yard");
  EXPECT_EQ(people.watching(), 2U);
}

}  // namespace
