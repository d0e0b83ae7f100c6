// SPDX-License-Identifier: LGPL-2.1-or-later
#include "shm_source.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>

#include "core/child_process.h"

namespace {

// The errno that shmsrc would get from connect(), or 0. We try with a datagram socket. It gets the same errors, and
// EPROTOTYPE for its wrong type where shmsrc could connect. The server does not notice it, whereas a shmsink ends when
// a client connects and leaves at once.
int connect_error(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return 0;  // shmsrc reports this itself
  path.copy(static_cast<char*>(address.sun_path), path.size());
  const core::Fd probe(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  const int result = connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
  return result == 0 || errno == EPROTOTYPE ? 0 : errno;
}

}  // namespace

std::string absent_shm_source(GstElement* pipeline) {
  std::string absent;
  g_autoptr(GstIterator) found = gst_bin_iterate_all_by_element_factory_name(GST_BIN(pipeline), "shmsrc");
  gst_iterator_foreach(
      found,
      [](const GValue* item, gpointer text) {
        auto* source = GST_ELEMENT(g_value_get_object(item));
        g_autofree char* path = nullptr;
        g_object_get(source, "socket-path", &path, nullptr);
        const int error = path ? connect_error(path) : 0;
        if (error == 0) return;
        *static_cast<std::string*>(text) = std::string("shmsrc \"") + GST_OBJECT_NAME(source) +
                                           "\": Could not open socket " + path + ": " + std::to_string(error) + " " +
                                           std::strerror(error);
      },
      &absent);
  return absent;
}
