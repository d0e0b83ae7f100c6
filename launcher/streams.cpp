// SPDX-License-Identifier: LGPL-2.1-or-later
#include "streams.h"

#include <algorithm>
#include <cmath>

#include "base/credentials.h"
#include "core/shorten.h"
#include "http/stream_path.h"
#include "pipe/pipe_file.h"
#include "pipe/value_check.h"

Settings settings_of(const StreamOptions& options, const std::string& file, const std::vector<std::string>& folders) {
  Settings settings = options.settings;
  if (options.shared_settings.empty()) return settings;
  const Variables variables = variables_of_pipe_file(file, options.settings, folders);
  for (const auto& [name, value] : options.shared_settings)
    if (variables.contains(name)) settings.emplace(name, value);
  return settings;
}

void check_shared_settings(const std::vector<StreamOptions>& streams, const std::vector<std::string>& folders) {
  Settings left = streams.front().shared_settings;
  for (const auto& stream : streams) {
    try {
      const auto taken = settings_of(stream, find_pipe_file(stream.pipeline, folders), folders);
      std::erase_if(left, [&taken](const auto& one) { return taken.contains(one.first); });
    } catch (const UserError&) {
      return;  // a file that can't be read says so by itself, and may have had the variable
    }
  }
  if (!left.empty())
    throw UserError(
        "--set " + left.begin()->first +
        ": none of the pipelines has this variable; cv-launch --pipeline=FILE --variables lists those of one");
}

Streams::Streams(std::vector<std::string> folders, unsigned max_viewers, Reaper& reaper, const Ice& ice, Events events)
    : folders_(std::move(folders)), people_(max_viewers), reaper_(reaper), ice_(ice), events_(std::move(events)) {}

void Streams::open(const StreamOptions& options, std::shared_ptr<Window> window) {
  check_name(options.name);
  open(options, read(options), std::move(window));
  if (started_) events_.changed();
}

void Streams::check_name(const std::string& name) {
  if (!name.empty() && !is_stream_name(name))
    throw UserError("the stream \"" + shorten(name) + "\": " + kStreamNameRule);
}

// A pipeline that can be read may still be one that can't be made.
void Streams::open(const StreamOptions& options, const Reading& reading, std::shared_ptr<Window> window) {
  if (is_taken(options.name))
    throw UserError("there is a stream \"" + options.name + "\" already; each needs a name of its own");
  Entry opened{
      .options = options, .window = std::move(window), .pipeline = reading.identity, .mistake = reading.mistake};
  if (reading.pipe) {
    try {
      opened.live = make(options, *reading.pipe, opened.window);
    } catch (const UserError& error) {
      if (options.name.empty()) throw;
      opened.mistake = shorten(without_credentials(error.what()));
    }
  }
  if (!opened.mistake.empty()) events_.say(Level::kError, options.name + ": " + opened.mistake);
  entries_.push_back(std::move(opened));
  if (LiveStream* live = entries_.back().live.get(); live && started_) live->start();
}

// Its streams' names may be others than its own.
std::unique_ptr<LiveStream> Streams::make(const StreamOptions& options, const PipeText& pipe,
                                          std::shared_ptr<Window> window) {
  auto live =
      std::make_unique<LiveStream>(options, pipe, std::move(window), people_, reaper_, ice_, events_of(options.name));
  for (const auto& output : live->producer().outputs())
    if (const std::string name = live->name_of(*output); name != options.name && is_taken(name))
      throw UserError(output->place() + ": this webrtcbin would be the stream \"" + name +
                      "\", and there is one already; give one of them another name");
  return live;
}

Streams::Reading Streams::read(const StreamOptions& options) const {
  try {
    const std::string file = find_pipe_file(options.pipeline, folders_);
    PipeText pipe = read_pipe_file(file, settings_of(options, file, folders_), folders_);
    check_values(pipe);
    std::string identity = pipe.text();
    for (const auto& one : pipe.adjustables)
      identity += "\n" + one.name() + " " + std::to_string(one.least.value_or(NAN)) + " " +
                  std::to_string(one.most.value_or(NAN));
    return {.pipe = std::move(pipe), .identity = identity};
  } catch (const UserError& error) {
    if (options.name.empty()) throw;
    return {.mistake = shorten(without_credentials(error.what()))};
  }
}

void Streams::become(const std::vector<StreamOptions>& streams) {
  for (const auto& options : streams) check_name(options.name);
  std::vector<std::string> gone;
  for (const auto& entry : entries_)
    if (!entry.window && std::ranges::find(streams, entry.options.name, &StreamOptions::name) == streams.end())
      gone.push_back(entry.options.name);
  for (const auto& name : gone) close(name);
  // what ends gives its names away before others begin
  std::vector<std::pair<const StreamOptions*, Reading>> coming;
  for (const auto& options : streams) {
    Reading reading = read(options);
    const Entry* before = entry(options.name);
    if (before && before->window) {
      events_.say(Level::kError, options.name + ": a program's window has this name; the pipeline is left out");
      continue;
    }
    if (before && before->live) {
      if (!reading.mistake.empty()) {
        events_.say(Level::kError, options.name + ": it goes on as it was: " + reading.mistake);
        continue;
      }
      if (before->pipeline == reading.identity && before->options.publish == options.publish &&
          before->options.idle == options.idle)
        continue;
    }
    if (before) close(options.name);
    coming.emplace_back(&options, std::move(reading));
  }
  for (const auto& [options, reading] : coming) {
    try {
      open(*options, reading, nullptr);
    } catch (const UserError& error) {
      events_.say(Level::kError, error.what());
    }
  }
  const auto place = [&streams](const Entry& entry) {
    return std::ranges::find(streams, entry.options.name, &StreamOptions::name) - streams.begin();
  };
  std::ranges::stable_sort(entries_, {}, place);
  events_.changed();
}

void Streams::start() {
  started_ = true;
  for (const auto& entry : entries_)
    if (entry.live) entry.live->start();
}

LiveStream::Events Streams::events_of(const std::string& name) {
  const std::string label = name.empty() ? "" : name + ": ";
  return {.started =
              [this, name] {
                LiveStream& live = *entry(name)->live;
                if (!std::exchange(warm_, true)) live.warm_up();
                events_.started(live.names());
                events_.changed();
              },
          .could_not_start =
              [this, name, label](const std::string& message) {
                if (name.empty()) {
                  events_.could_not_start(message);
                  return false;
                }
                events_.say(Level::kError, label + "it can't start, retrying: " + message);
                events_.changed();
                return true;
              },
          .changed = events_.changed,
          .say = [this, label](Level level, const std::string& message) { events_.say(level, label + message); },
          .inference = events_.inference};
}

void Streams::close(const std::string& name) {
  const auto found = std::ranges::find_if(entries_, [&name](const Entry& entry) { return entry.options.name == name; });
  if (found == entries_.end()) return;
  if (found->live) {
    found->live->end([](const std::string& stream) {
      return protocol::Error{"no-stream", "the stream \"" + stream + "\" has ended"};
    });
    closed_.push_back(std::move(found->live));
  }
  entries_.erase(found);
  events_.changed();
}

const Streams::Entry* Streams::entry(const std::string& name) const {
  const auto found = std::ranges::find_if(entries_, [&name](const Entry& one) { return one.options.name == name; });
  return found == entries_.end() ? nullptr : &*found;
}

bool Streams::is_taken(const std::string& name) const {
  return entry(name) || find(name);
}

LiveStream* Streams::find(const std::string& name) const {
  for (const auto& entry : entries_)
    if (entry.live && entry.live->has(name)) return entry.live.get();
  return nullptr;
}

bool Streams::any() const {
  return std::ranges::any_of(entries_, [](const Entry& entry) { return entry.live != nullptr; });
}

std::string Streams::absence(const std::string& name, const Rights& rights) const {
  if (const Entry* found = entry(name); found && !found->live)
    return "the stream \"" + name + "\" can't start: " + found->mistake;
  auto others = names();
  std::erase_if(others, [&rights](const std::string& other) { return !rights.are_for(other); });
  return no_stream(name, others);
}

std::vector<std::string> Streams::names() const {
  std::vector<std::string> names;
  for (const auto& stream : list().streams) names.push_back(stream.name);
  return names;
}

protocol::StreamList Streams::list() const {
  protocol::StreamList list;
  for (const auto& entry : entries_) {
    if (entry.live)
      std::ranges::copy(entry.live->states(), std::back_inserter(list.streams));
    else
      list.streams.push_back({entry.options.name, "failed", entry.mistake});
  }
  return list;
}

std::vector<StreamFigures> Streams::figures() const {
  std::vector<StreamFigures> figures;
  for (const auto& entry : entries_)
    if (entry.live) std::ranges::copy(entry.live->figures(), std::back_inserter(figures));
  return figures;
}

std::size_t Streams::seated() const {
  return people_.watching();
}

std::uint64_t Streams::frames() const {
  std::uint64_t frames = 0;
  for (const auto& stream : figures()) frames += stream.output.frames();
  return frames;
}

void Streams::every_second() {
  for (const auto& entry : entries_)
    if (entry.live) entry.live->every_second();
  if (reaper_.waiting() == 0) std::erase_if(closed_, [](const auto& live) { return live->ended(); });
}

void Streams::end(const std::string& why) {
  for (const auto& entry : entries_)
    if (entry.live) entry.live->end([&why](const std::string&) { return protocol::Error{"shutdown", why}; });
}

bool Streams::ended() const {
  return std::ranges::all_of(entries_, [](const Entry& entry) { return !entry.live || entry.live->ended(); }) &&
         std::ranges::all_of(closed_, [](const auto& live) { return live->ended(); });
}
