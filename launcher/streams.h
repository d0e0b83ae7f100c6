// SPDX-License-Identifier: LGPL-2.1-or-later
// The streams of this server, by name. They come and go with their pipelines while others are watched, and what goes
// wrong with one is its own: it is tried again, and nobody else is disturbed. Main thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/protocol.h"
#include "live_stream.h"
#include "people.h"
#include "stream_options.h"

// What the file's variables are given. Throws UserError if the file can't be read.
Settings settings_of(const StreamOptions& options, const std::string& file, const std::vector<std::string>& folders);

// Throws UserError for a setting of all streams that none of their pipelines has a variable for.
void check_shared_settings(const std::vector<StreamOptions>& streams, const std::vector<std::string>& folders);

class Streams {
 public:
  struct Events {
    // The first picture of a pipeline has come; the names of its streams.
    std::function<void(const std::vector<std::string>& names)> started;
    // Of the only one, which has no name: it comes in place of `started`, and nothing more will come.
    std::function<void(const std::string& message)> could_not_start;
    std::function<void()> changed;  // list() is another one
    std::function<void(Level, const std::string& message)> say;
    std::function<void(std::optional<double> ms)> inference;  // as of Producer
  };

  // `folders`: where pipeline files are looked up. What it refers to outlives it.
  Streams(std::vector<std::string> folders, unsigned max_viewers, Reaper& reaper, const Ice& ice, Events events);

  // Those that are there, and at once all that are opened later.
  void start();
  // Reads the pipeline's file. Throws UserError if the name can't be one, or is taken. A pipeline with a
  // mistake is there too, and says so, if it has a name; without one it throws. A stream's name that is taken is a
  // mistake of its pipeline.
  // `window`: what it shows, if that is a window of a program.
  void open(const StreamOptions& options, std::shared_ptr<Window> window = nullptr);
  // A pipeline by its own name. Viewers of its streams are told.
  void close(const std::string& name);

  // From now on there are these, in this order, and windows of programs. What is new is opened, what is not among them
  // is closed, and what has changed, its file too, is closed and opened. All others go on, and so does one whose
  // pipeline has a mistake now: events.say tells. Each has a name of its own; what is opened under one that a stream of
  // another's has is left out, and events.say tells. Throws UserError where one can't be a name.
  void become(const std::vector<StreamOptions>& streams);

  // Whose stream it is. Null: nobody's, or the pipeline has a mistake.
  LiveStream* find(const std::string& name) const;
  // By a pipeline or a stream.
  bool is_taken(const std::string& name) const;
  // In words why find() found none, for who has these rights.
  std::string absence(const std::string& name, const Rights& rights) const;
  // Some pipeline has no mistake.
  bool any() const;
  // In the order in which they were opened; of a pipeline with a mistake its own.
  std::vector<std::string> names() const;
  protocol::StreamList list() const;
  std::vector<StreamFigures> figures() const;
  // All who watch, and all frames.
  std::size_t seated() const;
  std::uint64_t frames() const;

  void every_second();
  // Viewers are told why.
  void end(const std::string& why);
  bool ended() const;

 private:
  struct Entry {
    StreamOptions options;
    std::shared_ptr<Window> window{};    // null: it shows none
    std::string pipeline{};              // Reading's identity
    std::string mistake{};               // of its pipeline; "": there is none
    std::unique_ptr<LiveStream> live{};  // null: there is a mistake
  };
  const Entry* entry(const std::string& name) const;
  // Of a pipeline's file.
  struct Reading {
    std::optional<PipeText> pipe{};
    std::string identity{};  // what another reading has too if nothing has changed
    std::string mistake{};   // in place of both
  };
  static void check_name(const std::string& name);
  Reading read(const StreamOptions& options) const;
  void open(const StreamOptions& options, const Reading& reading, std::shared_ptr<Window> window);
  std::unique_ptr<LiveStream> make(const StreamOptions& options, const PipeText& pipe, std::shared_ptr<Window> window);
  LiveStream::Events events_of(const std::string& name);

  const std::vector<std::string> folders_;
  People people_;
  Reaper& reaper_;
  const Ice& ice_;
  const Events events_;
  std::vector<Entry> entries_;
  // Closed; threads of pipelines that are still ending may use what is theirs.
  std::vector<std::unique_ptr<LiveStream>> closed_;
  bool started_ = false;
  bool warm_ = false;
};
