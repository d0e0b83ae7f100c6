// SPDX-License-Identifier: LGPL-2.1-or-later
// The memory of pictures, between a writer and a reader, and with a writer that can't be trusted.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>

#include <atomic>
#include <cstring>
#include <stdexcept>
#include <thread>

#include "windows/picture_memory.h"

namespace windows {
namespace {

core::Fd copy_of(const PictureWriter& writer) {
  return core::Fd(fcntl(writer.memory(), F_DUPFD_CLOEXEC, 0));
}

// A picture all of whose bytes are the lower ones of its number.
bool write_picture(PictureWriter& writer, std::uint64_t number, std::uint32_t width, std::uint32_t height,
                   std::string_view objects = {}) {
  std::memset(writer.lines(), static_cast<int>(number & 0xffU), stride_of(width, 3) * height);
  return writer.publish({number, static_cast<std::int64_t>(number) * 1000, width, height, 0, 3, nullptr, objects});
}

bool is_whole(const Picture& picture) {
  const std::size_t size = std::size_t{picture.stride} * picture.height;
  const auto byte = static_cast<std::uint8_t>(picture.number & 0xffU);
  return picture.pixels[0] == byte && std::memcmp(picture.pixels, picture.pixels + 1, size - 1) == 0;
}

TEST(PictureMemory, APictureArrivesAsItWasWritten) {
  PictureWriter writer(slot_for(5, 3, 3));
  PictureReader reader(copy_of(writer), writer.slot());
  EXPECT_FALSE(reader.take());
  EXPECT_TRUE(write_picture(writer, 7, 5, 3));
  const auto picture = reader.take();
  ASSERT_TRUE(picture);
  EXPECT_EQ(picture->number, 7U);
  EXPECT_EQ(picture->shown_ns, 7000);
  EXPECT_EQ(picture->width, 5U);
  EXPECT_EQ(picture->height, 3U);
  EXPECT_EQ(picture->stride, 16U);
  EXPECT_EQ(picture->channels, 3U);
  EXPECT_TRUE(is_whole(*picture));
  EXPECT_EQ(picture->objects, "");
  EXPECT_FALSE(reader.take());
}

TEST(PictureMemory, ObjectsComeWithTheirPicture) {
  const std::string objects = R"([{"x":1,"y":2,"w":3,"h":4}])";
  PictureWriter writer(slot_for(5, 3, 3, objects.size()));
  PictureReader reader(copy_of(writer), writer.slot());
  write_picture(writer, 1, 5, 3, objects);
  EXPECT_EQ(writer.newest()->objects, objects);
  const auto with = reader.take();
  ASSERT_TRUE(with);
  EXPECT_EQ(with->objects, objects);
  EXPECT_TRUE(is_whole(*with));
  // in the same slot again
  for (std::uint64_t number = 2; number < 5; ++number) {
    write_picture(writer, number, 5, 3);
    EXPECT_EQ(reader.take()->objects, "");
  }
}

TEST(PictureMemory, ObjectsThatWereTakenStayAsTheyWere) {
  PictureWriter writer(4096);
  const SharedMapping all(writer.memory(), 4096);
  PictureReader reader(copy_of(writer), 4096);
  write_picture(writer, 1, 8, 8, "[]");
  const auto picture = reader.take();
  std::memset(all.slot(0), 'x', 4096);
  EXPECT_EQ(picture->objects, "[]");
}

TEST(PictureMemory, TheNewestOneWinsAndIsToldOfOnce) {
  PictureWriter writer(slot_for(4, 4, 3));
  PictureReader reader(copy_of(writer), writer.slot());
  EXPECT_TRUE(write_picture(writer, 1, 4, 4));
  EXPECT_FALSE(write_picture(writer, 2, 4, 4));
  EXPECT_FALSE(write_picture(writer, 3, 2, 2));
  EXPECT_EQ(writer.newest()->number, 3U);
  const auto picture = reader.take();
  ASSERT_TRUE(picture);
  EXPECT_EQ(picture->number, 3U);
  EXPECT_EQ(picture->width, 2U);
  EXPECT_FALSE(reader.take());
  EXPECT_TRUE(write_picture(writer, 4, 4, 4));
}

TEST(PictureMemory, APictureThatWasTakenStaysWhileOthersAreWritten) {
  PictureWriter writer(slot_for(8, 8, 3));
  PictureReader reader(copy_of(writer), writer.slot());
  write_picture(writer, 1, 8, 8);
  const auto picture = reader.take();
  for (std::uint64_t number = 2; number < 10; ++number) write_picture(writer, number, 8, 8);
  EXPECT_TRUE(is_whole(*picture));
  EXPECT_EQ(reader.take()->number, 9U);
}

TEST(PictureMemory, NoPictureIsSeenHalf) {
  constexpr std::uint64_t kPictures = 20000;
  PictureWriter writer(slot_for(64, 48, 3));
  PictureReader reader(copy_of(writer), writer.slot());
  std::thread writing([&writer] {
    for (std::uint64_t number = 1; number <= kPictures; ++number)
      write_picture(writer, number, 1 + number % 64, 1 + number % 48);
  });
  std::uint64_t last = 0;
  std::uint64_t wrong = 0;
  while (last < kPictures) {
    const auto picture = reader.take();
    if (!picture) continue;
    if (picture->number <= last || !is_whole(*picture) || picture->width != 1 + picture->number % 64) ++wrong;
    last = picture->number;
  }
  writing.join();
  EXPECT_EQ(wrong, 0U);
}

TEST(PictureMemory, SizesThatCantBeAreNone) {
  EXPECT_EQ(stride_of(1, 1), 4U);
  EXPECT_EQ(stride_of(3, 3), 12U);
  EXPECT_EQ(slot_for(1, 1, 1), 68U);
  EXPECT_LT(slot_for(8192, 8192, 3), kMaxSlot);
  EXPECT_GT(slot_for(0xffffffff, 0xffffffff, 3), kMaxSlot);
  EXPECT_GT(slot_for(1, 0xffffffff, 3), kMaxSlot);
  EXPECT_EQ(slot_for(1, 1, 1, kMaxObjects), 68U + kMaxObjects);
  EXPECT_GT(slot_for(1, 1, 1, kMaxObjects + 1), kMaxSlot);
}

std::string refusal(core::Fd memory, std::uint64_t slot) {
  try {
    const PictureReader reader(std::move(memory), slot);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "";
}

core::Fd memory_of(off_t size, int seals) {
  core::Fd memory(memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  EXPECT_EQ(ftruncate(memory.get(), size), 0);
  EXPECT_EQ(fcntl(memory.get(), F_ADD_SEALS, seals), 0);
  return memory;
}

TEST(PictureMemory, TheReaderRefusesWhatIsNoSuchMemory) {
  constexpr off_t kSize = 4096 * 4;
  EXPECT_EQ(refusal(memory_of(kSize, F_SEAL_SHRINK), 4096), "");
  EXPECT_EQ(refusal(memory_of(kSize, 0), 4096), "the memory is not sealed with F_SEAL_SHRINK");
  EXPECT_EQ(refusal(memory_of(kSize - 1, F_SEAL_SHRINK), 4096), "the memory has 16383 bytes, not 16384");
  EXPECT_EQ(refusal(memory_of(kSize, F_SEAL_SHRINK), 64), "a slot can't have 64 bytes");
  EXPECT_EQ(refusal(memory_of(kSize, F_SEAL_SHRINK), 101), "a slot can't have 101 bytes");
  EXPECT_EQ(refusal(memory_of(kSize, F_SEAL_SHRINK), kMaxSlot + 8), "a slot can't have 1073741832 bytes");
  EXPECT_EQ(refusal(core::Fd(), 4096), "the descriptor of the memory can't be used");
  EXPECT_EQ(refusal(core::Fd(open("/dev/null", O_RDWR | O_CLOEXEC)), 4096), "the descriptor is not that of a memfd");
  EXPECT_NE(refusal(memory_of(kSize, F_SEAL_SHRINK | F_SEAL_WRITE), 4096), "");
}

// What a writer may write anywhere in the memory.
class Hostile : public testing::Test {
 protected:
  std::string taken_with(std::size_t offset, std::uint32_t value) {
    PictureWriter writer(4096);
    const SharedMapping all(writer.memory(), 4096);
    write_picture(writer, 1, 8, 8);
    PictureReader reader(copy_of(writer), 4096);
    std::memcpy(reinterpret_cast<std::uint8_t*>(all.middle()) + offset, &value, sizeof value);
    try {
      const auto picture = reader.take();
      return picture ? "" : "nothing";
    } catch (const std::runtime_error& error) {
      return error.what();
    }
  }
};

TEST_F(Hostile, TheMiddleCantLeadOutOfTheMemory) {
  EXPECT_EQ(taken_with(0, 4), "");
  EXPECT_EQ(taken_with(0, 0), "nothing");
  EXPECT_EQ(taken_with(0, 7), "the middle of the memory is 7");
  EXPECT_EQ(taken_with(0, 0xffffffff), "the middle of the memory is 4294967295");
}

TEST_F(Hostile, AHeaderCantLeadOutOfItsSlot) {
  constexpr std::size_t kSlot = 4096;
  EXPECT_EQ(taken_with(kSlot + 16, 0), "a picture can't have 0x8 pixels");
  EXPECT_EQ(taken_with(kSlot + 16, 0xffffffff), "a picture of 4294967295x8 pixels does not fit");
  EXPECT_EQ(taken_with(kSlot + 20, 0xffffffff), "a picture of 8x4294967295 pixels does not fit");
  EXPECT_EQ(taken_with(kSlot + 20, 169), "a picture of 8x169 pixels does not fit");
  EXPECT_EQ(taken_with(kSlot + 20, 168), "");
  EXPECT_EQ(taken_with(kSlot + 24, 25), "the lines of a picture of 8x8 pixels can't have 25 bytes");
  EXPECT_EQ(taken_with(kSlot + 28, 4), "a picture can't have 4 channels");
  EXPECT_EQ(taken_with(kSlot + 32, 4096 - 64 - 8 * 24), "");
  EXPECT_EQ(taken_with(kSlot + 32, 4096 - 64 - 8 * 24 + 1), "the objects of a picture do not fit: 3841 bytes");
  EXPECT_EQ(taken_with(kSlot + 32, 0xffffffff), "the objects of a picture do not fit: 4294967295 bytes");
}

}  // namespace
}  // namespace windows
