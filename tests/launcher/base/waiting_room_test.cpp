// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/waiting_room.h"

#include <gtest/gtest.h>

#include <array>

namespace {

const std::array<int, 16> kGuests{};
WaitingRoom::Guest guest(std::size_t number) {
  return &kGuests.at(number);
}

TEST(WaitingRoom, TakesSoManyFromOneNetwork) {
  WaitingRoom room(2, 10);
  EXPECT_TRUE(room.enter(guest(0), "a").taken);
  EXPECT_TRUE(room.enter(guest(1), "a").taken);
  EXPECT_FALSE(room.enter(guest(2), "a").taken);
  EXPECT_TRUE(room.enter(guest(3), "b").taken);
  room.leave(guest(0));
  EXPECT_TRUE(room.enter(guest(2), "a").taken);
}

TEST(WaitingRoom, MakesPlaceForAnotherNetworkWhereItIsFull) {
  WaitingRoom room(3, 4);
  room.enter(guest(0), "a");
  room.enter(guest(1), "b");
  room.enter(guest(2), "b");
  EXPECT_EQ(room.enter(guest(3), "a").leaves, nullptr) << "there is a place";
  const auto fifth = room.enter(guest(4), "c");
  EXPECT_TRUE(fifth.taken);
  EXPECT_EQ(fifth.leaves, guest(0)) << "who came first from a network with the most";
  const auto sixth = room.enter(guest(5), "d");
  EXPECT_EQ(sixth.leaves, guest(1));
}

TEST(WaitingRoom, MakesNoPlaceForWhoHasAsManyAsTheOthers) {
  WaitingRoom room(3, 2);
  room.enter(guest(0), "a");
  room.enter(guest(1), "b");
  EXPECT_FALSE(room.enter(guest(2), "a").taken);
  EXPECT_TRUE(room.enter(guest(2), "c").taken);
}

TEST(WaitingRoom, ForgetsWhoHadToGo) {
  WaitingRoom room(2, 2);
  room.enter(guest(0), "a");
  room.enter(guest(1), "a");
  EXPECT_EQ(room.enter(guest(2), "b").leaves, guest(0));
  room.leave(guest(0));
  EXPECT_FALSE(room.enter(guest(3), "a").taken) << "both places are taken, and a has one of them";
}

TEST(ComingPace, LetsTwentyComeAndThenTwoASecond) {
  ComingPace pace;
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(pace.come("a", 10)) << i;
  EXPECT_FALSE(pace.come("a", 10));
  EXPECT_TRUE(pace.come("b", 10));
  EXPECT_FALSE(pace.come("a", 10.4)) << "who was refused has not come";
  EXPECT_TRUE(pace.come("a", 10.6));
  EXPECT_FALSE(pace.come("a", 10.6));
  EXPECT_TRUE(pace.come("a", 11.1));
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(pace.come("a", 30)) << i;
  EXPECT_FALSE(pace.come("a", 30));
}

TEST(ComingPace, DoesNotCountWhoStays) {
  ComingPace pace;
  for (int i = 0; i < 100; ++i) {
    EXPECT_TRUE(pace.come("a", 10)) << i;
    pace.stayed("a");
  }
  pace.stayed("nobody");
}

}  // namespace
