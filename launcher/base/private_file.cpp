// SPDX-License-Identifier: LGPL-2.1-or-later
#include "private_file.h"

#include <fcntl.h>
#include <glib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "user_error.h"

namespace {

constexpr std::size_t kLargest = 4096;
constexpr mode_t kGroup = 070;
constexpr mode_t kWorld = 007;

// systemd lets a service read its credentials by an access list, which shows as rights of the group. Nobody else comes
// into their folder.
bool is_credential(const std::string& path) {
  const char* folder = std::getenv("CREDENTIALS_DIRECTORY");
  return folder && *folder && path.starts_with(std::string(folder) + "/");
}

}  // namespace

std::string read_private(const std::string& option, const std::string& path) {
  const std::string name = option + "=" + path;
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) throw UserError(name + ": " + g_strerror(errno));
  struct stat status {};
  fstat(file, &status);
  std::string text(kLargest + 1, '\0');
  const ssize_t size = S_ISREG(status.st_mode) ? read(file, text.data(), text.size()) : -1;
  close(file);
  if (size < 0) throw UserError(name + ": not a file that can be read");
  const mode_t others = is_credential(path) ? kWorld : kGroup | kWorld;
  if ((status.st_mode & others) != 0) throw UserError(name + ": others than its owner may open it; chmod 600 " + path);
  if (static_cast<std::size_t>(size) > kLargest)
    throw UserError(name + ": over " + std::to_string(kLargest) + " bytes, which no secret needs");
  text.resize(static_cast<std::size_t>(size));
  return text;
}

std::optional<std::string> take_variable(const char* name) {
  const char* value = std::getenv(name);
  if (!value) return std::nullopt;
  std::string text = value;
  unsetenv(name);
  return text;
}
