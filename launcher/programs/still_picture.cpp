// SPDX-License-Identifier: LGPL-2.1-or-later
#include "still_picture.h"

#include <png.h>

#include <cstring>
#include <thread>
#include <utility>

#include "base/unguessable.h"

namespace {

constexpr guint kStillMs = 300;
// No more often is a picture copied, to compare later ones with: of a video each one is another.
constexpr gint64 kKeepUs = G_USEC_PER_SEC / 10;

}  // namespace

struct StillPicture::Pixels {
  explicit Pixels(const windows::Picture& picture)
      : width(picture.width),
        height(picture.height),
        channels(picture.channels),
        stride(picture.stride),
        lines(picture.pixels, picture.pixels + std::size_t{stride} * height) {}

  bool shows(const windows::Picture& picture) const;
  // Null: there is no memory for it.
  GBytes* png() const;

  const unsigned width, height, channels, stride;
  const std::vector<std::uint8_t> lines;
};

// What lies between two lines is nothing that is shown.
bool StillPicture::Pixels::shows(const windows::Picture& picture) const {
  if (picture.width != width || picture.height != height || picture.channels != channels) return false;
  for (std::size_t line = 0; line < lines.size(); line += stride)
    if (std::memcmp(picture.pixels + line, &lines[line], std::size_t{width} * channels) != 0) return false;
  return true;
}

GBytes* StillPicture::Pixels::png() const {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = width, image.height = height;
  image.format = channels == 1 ? PNG_FORMAT_GRAY : PNG_FORMAT_BGR;
  image.flags = PNG_IMAGE_FLAG_FAST;
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
  g_autofree auto* bytes = static_cast<guint8*>(g_try_malloc(size));
  if (!bytes ||
      !png_image_write_to_memory(&image, bytes, &size, 0, lines.data(), static_cast<png_int_32>(stride), nullptr))
    return nullptr;
  return g_bytes_new(bytes, size);
}

StillPicture::StillPicture(std::function<const windows::Picture*()> last, std::function<void()> changed)
    : last_(std::move(last)), changed_(std::move(changed)), self_(std::make_shared<StillPicture*>(this)) {}

StillPicture::~StillPicture() {
  *self_ = nullptr;
  reply_all(nullptr);
}

void StillPicture::renewed() {
  const windows::Picture* picture = last_();
  if (kept_ && picture && kept_->shows(*picture)) return;
  kept_.reset();
  png_.reset();
  reply_all(nullptr);
  if (g_get_monotonic_time() - kept_at_ >= kKeepUs) keep();
  settling_.once(kStillMs, [this] { settle(); });
  if (!std::exchange(name_, "").empty()) changed_();
}

void StillPicture::keep() {
  if (const windows::Picture* picture = last_()) kept_ = std::make_shared<const Pixels>(*picture);
  kept_at_ = g_get_monotonic_time();
}

void StillPicture::settle() {
  if (!kept_) keep();
  if (!kept_) return;
  name_ = unguessable();
  changed_();
}

void StillPicture::fetch(const std::string& name, Reply reply) {
  if (name_.empty() || name != name_) return reply(nullptr);
  if (png_) return reply(png_.get());
  waiting_.push_back(std::move(reply));
  encode();
}

void StillPicture::encode() {
  if (std::exchange(encoding_, true)) return;
  std::thread([pixels = kept_, self = self_] {
    GBytes* png = pixels->png();
    post([pixels, self, png] {
      if (*self) (*self)->encoded(pixels, png);
      if (png) g_bytes_unref(png);
    });
  }).detach();
}

void StillPicture::encoded(const PixelsPtr& pixels, GBytes* png) {
  encoding_ = false;
  if (pixels != kept_) {
    if (!waiting_.empty()) encode();
    return;
  }
  png_.reset(png ? g_bytes_ref(png) : nullptr);
  reply_all(png);
}

void StillPicture::reply_all(GBytes* png) {
  for (const auto& reply : std::exchange(waiting_, {})) reply(png);
}
