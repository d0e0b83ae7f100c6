// SPDX-License-Identifier: LGPL-2.1-or-later
// Windows of programs as streams: each has one, made of the same pipeline file. Main thread.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "base/said_lately.h"
#include "programs/programs.h"
#include "stream_options.h"
#include "streams.h"

// A name for a stream that shows a window of this name; none of `taken` has it.
std::string stream_name_of(const std::string& window, const std::function<bool(const std::string&)>& taken);

// Ours alone, and gone with this, if it is empty then.
class PrivateFolder {
 public:
  // Throws UserError.
  PrivateFolder();
  ~PrivateFolder();
  PrivateFolder(const PrivateFolder&) = delete;
  PrivateFolder& operator=(const PrivateFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

class WindowStreams {
 public:
  // `options`: of each of them, but for its name; its pipeline takes pictures by an appsrc "window". `socket`: where
  // programs connect; "": in a folder that is made. `streams` outlives this. Throws UserError if the pipeline has a
  // mistake, or programs can't be listened to.
  WindowStreams(const StreamOptions& options, const std::string& socket, const std::vector<std::string>& folders,
                Streams& streams);

  // Where programs connect.
  const std::string& socket() const { return socket_; }
  bool has(const std::string& stream) const { return windows_.contains(stream); }
  // See Window. Null: there is no such stream.
  void fetch_picture(const std::string& stream, const std::string& name, StillPicture::Reply reply) const;
  // The stream that shows the window of this name. If there is none, or it is not to be `told`: the one that would show
  // it if there were no others.
  std::string stream_of(const std::string& window, bool told) const;
  // The programs have ended. `how`: for people.
  void end(const std::string& how) { programs_.end(how); }

 private:
  void open(const std::shared_ptr<Window>& window);
  void close(const std::shared_ptr<Window>& window);
  void warn(const std::string& message);

  const StreamOptions options_;
  Streams& streams_;
  SaidLately warnings_;
  std::map<std::string, std::shared_ptr<Window>> windows_;  // by the stream's name
  const std::unique_ptr<PrivateFolder> folder_;             // with the socket in it; null: the socket is elsewhere
  const std::string socket_;
  Programs programs_;
};
