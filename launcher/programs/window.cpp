// SPDX-License-Identifier: LGPL-2.1-or-later
#include "window.h"

#include <algorithm>
#include <stdexcept>

#include "core/shorten.h"
#include "input.h"
#include "objects.h"

namespace {

// More pictures than that a second nobody sees.
constexpr gint64 kShortest = G_USEC_PER_SEC / 60;
// A picture that stands still is given again: who comes needs a key frame, and the encoder makes it better each time.
constexpr guint kAgainMs = 200;
constexpr guint kSoonMs = 4;
constexpr guint kNotYetMs = 20;
// A window for trackbars alone never has a picture, and viewers of it need one; others have theirs by then.
constexpr gint64 kEmptyUs = G_USEC_PER_SEC;
constexpr gint64 kTellUs = G_USEC_PER_SEC / 30;
constexpr std::size_t kMostTrackbars = 64;
constexpr std::size_t kMostButtons = 64;

const char* name_of(windows::ButtonKind kind) {
  if (kind == windows::ButtonKind::kCheck) return "check";
  return kind == windows::ButtonKind::kRadio ? "radio" : "push";
}

// Adds it, or puts it in the place of the one that is the same by `key`. Whether that changes anything.
template <typename T, typename Key>
bool put(std::vector<T>& all, const T& now, Key T::*key, std::size_t most, const char* what) {
  const auto before = std::ranges::find(all, now.*key, key);
  if (before == all.end()) {
    if (all.size() == most) throw std::runtime_error("a window of more than " + std::to_string(most) + " " + what);
    all.push_back(now);
    return true;
  }
  return std::exchange(*before, now) != now;
}

}  // namespace

Window::Window(std::string name)
    : name_(std::move(name)),
      still_([this] { return pictures_.picture(); }, [this] { state_.picture = still_.name(), changed(); }) {
  state_.title = name_;
}

void Window::set_events(Events events) {
  events_ = std::move(events);
  next_.stop();
  if (events_.show) give();
}

// A program may change its title a thousand times a second.
void Window::changed() {
  if (telling_.running()) return;
  const gint64 due = told_at_ + kTellUs - g_get_monotonic_time();
  if (due <= 0) return tell();
  telling_.once(static_cast<guint>(due / 1000 + 1), [this] { tell(); });
}

void Window::tell() {
  told_at_ = g_get_monotonic_time();
  if (events_.changed) events_.changed();
}

void Window::open(Owner owner) {
  owner_ = std::move(owner);
  opened_at_ = g_get_monotonic_time();
  ended_at_ = 0;
  const unsigned width = state_.width;
  const unsigned height = state_.height;
  const bool objects = state_.objects;
  overlay_.stop();
  status_.stop();
  state_ = {.title = name_, .width = width, .height = height, .picture = still_.name(), .objects = objects};
  changed();
}

void Window::close() {
  owner_ = {};
  state_.state = "closed";
  changed();
}

void Window::end(const std::string& how) {
  owner_ = {};
  state_.state = "ended";
  ended_at_ = g_get_monotonic_time();
  state_.message = how;
  changed();
}

void Window::input(const protocol::Input& input) {
  if (!owner_.say) return;  // it has gone while that was under way
  if (const auto* key = std::get_if<protocol::KeyPress>(&input)) {
    if (const auto code = key_code(key->key)) owner_.say(windows::Key{.window = owner_.window, .code = *code});
  } else if (const auto* mouse = std::get_if<protocol::MouseInput>(&input)) {
    if (state_.mouse)
      for (const auto& event : mouse_events(*mouse, owner_.window)) owner_.say(event);
  } else if (const auto* move = std::get_if<protocol::TrackbarMove>(&input)) {
    const auto bar = std::ranges::find(state_.trackbars, move->name, &protocol::Trackbar::name);
    if (bar == state_.trackbars.end()) return;  // as after a restart of the program
    const int value = std::clamp(move->value, bar->min, bar->max);
    owner_.say(windows::MoveTrackbar{.window = owner_.window, .name = move->name, .value = value});
  } else if (const auto* press = std::get_if<protocol::ButtonPress>(&input)) {
    if (std::ranges::find(state_.buttons, press->button, &protocol::Button::button) != state_.buttons.end())
      owner_.say(windows::PressButton{.window = owner_.window, .button = press->button, .on = press->on});
  } else {
    owner_.say(windows::CloseWindow{.window = owner_.window});
    state_.state = "closed";
    changed();
  }
}

void Window::set_title(const std::string& title) {
  if (std::exchange(state_.title, title) != title) changed();
}

void Window::set_memory(core::Fd memory, std::uint64_t slot) {
  pictures_.attach(std::make_unique<windows::PictureReader>(std::move(memory), slot));
}

void Window::set_trackbar(const windows::Trackbar& said) {
  if (said.min > said.max)
    throw std::runtime_error("the trackbar \"" + shorten(said.name) + "\" ends before it begins");
  const protocol::Trackbar now{said.name, said.min, said.max, std::clamp(said.value, said.min, said.max)};
  if (put(state_.trackbars, now, &protocol::Trackbar::name, kMostTrackbars, "trackbars")) changed();
}

void Window::show_text(const windows::ShownText& said) {
  auto& text = said.over ? state_.overlay : state_.status;
  Timer& timer = said.over ? overlay_ : status_;
  timer.stop();
  if (std::exchange(text, said.text) != said.text) changed();
  if (said.milliseconds > 0)
    timer.once(static_cast<guint>(said.milliseconds), [this, &text] {
      text.clear();
      changed();
    });
}

void Window::set_button(const windows::Button& said) {
  const protocol::Button now{said.button, said.name, name_of(said.kind), said.bar, said.on};
  if (put(state_.buttons, now, &protocol::Button::button, kMostButtons, "buttons")) changed();
}

void Window::want_mouse(bool wanted) {
  if (std::exchange(state_.mouse, wanted) != wanted) changed();
}

void Window::picture_is_there() {
  waits_ = true;
  give();
}

void Window::wake() {
  give();
}

// True if last() can be shown: there is one, and no newer one comes in a moment.
bool Window::take() {
  if (!waits_) return pictures_.last() != nullptr;
  try {
    const auto taken = pictures_.take();
    waits_ = taken == PictureSource::Taken::kLater;
    if (taken == PictureSource::Taken::kNew) took();
  } catch (const std::runtime_error& error) {
    waits_ = false;
    pictures_.attach(nullptr);
    // a copy: it takes the window from its owner
    if (const auto send_away = owner_.send_away) send_away(error.what());
  }
  return !waits_ && pictures_.last();
}

void Window::took() {
  objects_.reset();
  if (!pictures_.objects().empty()) {
    auto [objects, left_out] = parse_objects(pictures_.objects());
    objects_ = std::move(objects);
    if (!left_out.empty() && events_.warning) events_.warning("an object is left out: " + left_out);
  }
  const protocol::Window before = state_;
  state_.width = pictures_.picture()->width, state_.height = pictures_.picture()->height;
  state_.objects = objects_.has_value();
  // a program that does not look whether its window was closed goes on showing it
  if (state_.state == "closed" && owner_.say) state_.state = "open";
  if (state_ != before) changed();
  still_.renewed();
}

// Null: it may still come.
GstSample* Window::no_picture() {
  if (g_get_monotonic_time() - opened_at_ < kEmptyUs) return nullptr;
  if (!no_picture_) no_picture_ = ::no_picture();
  return no_picture_.get();
}

void Window::give() {
  next_.stop();
  if (!events_.show) return;
  const gint64 due = shown_at_ + kShortest - g_get_monotonic_time();
  if (waits_ && due > 0) return next_.once(static_cast<guint>(due / 1000 + 1), [this] { give(); });
  // nobody takes pictures: the program keeps its newest one
  if (events_.show(nullptr) == Shown::kNobody) return;
  const bool taken = take();
  if (!taken && waits_) return next_.once(kSoonMs, [this] { give(); });
  GstSample* const picture = taken ? pictures_.last() : no_picture();
  if (!picture) return next_.once(kAgainMs, [this] { give(); });
  const Still still{picture, state_.width, state_.height, objects_ ? &*objects_ : nullptr};
  const Shown shown = events_.show(&still);
  if (shown == Shown::kNobody) return;
  if (shown == Shown::kYes) shown_at_ = g_get_monotonic_time();
  next_.once(shown == Shown::kYes ? kAgainMs : kNotYetMs, [this] { give(); });
}
