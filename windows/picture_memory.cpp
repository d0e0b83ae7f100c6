// SPDX-License-Identifier: LGPL-2.1-or-later
#include "picture_memory.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <atomic>
#include <bit>
#include <cstring>
#include <stdexcept>
#include <string>
#include <system_error>

namespace windows {
namespace {

static_assert(std::endian::native == std::endian::little, "the memory's numbers are little endian");

constexpr std::uint64_t kSlots = 4096;  // where the first one begins
constexpr std::uint32_t kSlotCount = 3;
constexpr std::uint32_t kIndex = 3;  // bits of the middle
constexpr std::uint32_t kNew = 4;
constexpr std::uint32_t kMiddleAtFirst = 1;

struct SlotHeader {
  std::uint64_t number;
  std::int64_t shown_ns;
  std::uint32_t width, height, stride, channels, objects;
  std::array<std::uint8_t, 28> zeros;
};
static_assert(sizeof(SlotHeader) == 64);

std::uint64_t memory_size(std::uint64_t slot) {
  return kSlots + kSlotCount * slot;
}

std::system_error failed(const char* what) {
  return {errno, std::generic_category(), what};
}

core::Fd make_memory(std::uint64_t slot) {
  core::Fd memory(memfd_create("cv-launch picture", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!memory) throw failed("memfd_create");
  if (ftruncate(memory.get(), static_cast<off_t>(memory_size(slot))) != 0) throw failed("ftruncate");
  if (fcntl(memory.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW) != 0) throw failed("F_ADD_SEALS");
  return memory;
}

std::uint64_t whole_pages(std::uint64_t bytes) {
  return (bytes + kSlots - 1) / kSlots * kSlots;
}

// Of memory that somebody else made: what is not sealed, or has no pages of its own, could be taken away under us.
int checked(const core::Fd& memory, std::uint64_t slot) {
  if (slot <= sizeof(SlotHeader) || slot > kMaxSlot || slot % alignof(SlotHeader) != 0)
    throw std::runtime_error("a slot can't have " + std::to_string(slot) + " bytes");
  struct stat status {};
  struct statfs system {};
  if (fstat(memory.get(), &status) != 0 || fstatfs(memory.get(), &system) != 0)
    throw std::runtime_error("the descriptor of the memory can't be used");
  const int seals = fcntl(memory.get(), F_GET_SEALS);
  if (!S_ISREG(status.st_mode) || system.f_type != TMPFS_MAGIC || seals < 0)
    throw std::runtime_error("the descriptor is not that of a memfd");
  if ((seals & F_SEAL_SHRINK) == 0) throw std::runtime_error("the memory is not sealed with F_SEAL_SHRINK");
  if (static_cast<std::uint64_t>(status.st_size) < memory_size(slot))
    throw std::runtime_error("the memory has " + std::to_string(status.st_size) + " bytes, not " +
                             std::to_string(memory_size(slot)));
  return memory.get();
}

}  // namespace

std::uint64_t stride_of(std::uint32_t width, std::uint32_t channels) {
  return (std::uint64_t{width} * channels + 3) / 4 * 4;
}

std::uint64_t slot_for(std::uint32_t width, std::uint32_t height, std::uint32_t channels, std::size_t objects) {
  const std::uint64_t stride = stride_of(width, channels);
  // the product could be more than 64 bits have
  if (stride > kMaxSlot || height > kMaxSlot || objects > kMaxObjects) return kMaxSlot + 1;
  return sizeof(SlotHeader) + stride * height + objects;
}

SharedMapping::SharedMapping(int memory, std::uint64_t slot)
    : slot_(slot), base_(mmap(nullptr, memory_size(slot), PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0)) {
  if (base_ == MAP_FAILED) throw failed("the memory of a window's pictures can't be mapped");
}

SharedMapping::~SharedMapping() {
  munmap(base_, memory_size(slot_));
}

std::uint32_t* SharedMapping::middle() const {
  return static_cast<std::uint32_t*>(base_);
}

std::uint8_t* SharedMapping::slot(std::uint32_t index) const {
  return static_cast<std::uint8_t*>(base_) + kSlots + index * slot_;
}

PictureWriter::PictureWriter(std::uint64_t slot)
    : memory_(make_memory(whole_pages(slot))), mapping_(memory_.get(), whole_pages(slot)) {
  std::atomic_ref(*mapping_.middle()).store(kMiddleAtFirst, std::memory_order_release);
}

std::uint8_t* PictureWriter::lines() const {
  return mapping_.slot(own_) + sizeof(SlotHeader);
}

bool PictureWriter::publish(const Picture& picture) {
  const auto stride = static_cast<std::uint32_t>(stride_of(picture.width, picture.channels));
  const SlotHeader header{picture.number,
                          picture.shown_ns,
                          picture.width,
                          picture.height,
                          stride,
                          picture.channels,
                          static_cast<std::uint32_t>(picture.objects.size()),
                          {}};
  std::memcpy(mapping_.slot(own_), &header, sizeof header);
  std::uint8_t* const objects = lines() + std::size_t{stride} * picture.height;
  if (!picture.objects.empty()) std::memcpy(objects, picture.objects.data(), picture.objects.size());
  newest_ = picture;
  newest_->stride = stride;
  newest_->pixels = lines();
  newest_->objects = {reinterpret_cast<const char*>(objects), picture.objects.size()};
  const std::uint32_t before = std::atomic_ref(*mapping_.middle()).exchange(own_ | kNew, std::memory_order_acq_rel);
  // a reader that breaks the rules harms only its own pictures
  own_ = (before & kIndex) % kSlotCount;
  return (before & kNew) == 0;
}

PictureReader::PictureReader(core::Fd memory, std::uint64_t slot) : mapping_(checked(memory, slot), slot) {}

std::optional<Picture> PictureReader::take() {
  const std::atomic_ref middle(*mapping_.middle());
  if ((middle.load(std::memory_order_relaxed) & kNew) == 0) return std::nullopt;
  const std::uint32_t taken = middle.exchange(own_, std::memory_order_acq_rel);
  if ((taken & kNew) == 0 || taken > (kNew | kIndex) || (taken & kIndex) >= kSlotCount)
    throw std::runtime_error("the middle of the memory is " + std::to_string(taken));
  own_ = taken & kIndex;

  SlotHeader header{};
  std::memcpy(&header, mapping_.slot(own_), sizeof header);
  const std::string size = std::to_string(header.width) + "x" + std::to_string(header.height);
  if (header.channels != 1 && header.channels != 3)
    throw std::runtime_error("a picture can't have " + std::to_string(header.channels) + " channels");
  if (header.width == 0 || header.height == 0) throw std::runtime_error("a picture can't have " + size + " pixels");
  if (slot_for(header.width, header.height, header.channels) > mapping_.slot_size())
    throw std::runtime_error("a picture of " + size + " pixels does not fit");
  if (slot_for(header.width, header.height, header.channels, header.objects) > mapping_.slot_size())
    throw std::runtime_error("the objects of a picture do not fit: " + std::to_string(header.objects) + " bytes");
  if (header.stride != stride_of(header.width, header.channels))
    throw std::runtime_error("the lines of a picture of " + size + " pixels can't have " +
                             std::to_string(header.stride) + " bytes");
  const std::uint8_t* const lines = mapping_.slot(own_) + sizeof(SlotHeader);
  objects_.assign(reinterpret_cast<const char*>(lines) + std::size_t{header.stride} * header.height, header.objects);
  return Picture{header.number, header.shown_ns, header.width, header.height,
                 header.stride, header.channels, lines,        objects_};
}

}  // namespace windows
