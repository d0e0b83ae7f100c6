// SPDX-License-Identifier: LGPL-2.1-or-later
// What a server shows of itself in TLS: a certificate, with those that vouch for it behind it, and its key.
#pragma once

#include <gio/gio.h>

#include <string>

#include "base/glib_ptr.h"

class Certificate {
 public:
  // PEM files. Throws UserError, which names the option and the file, if one can't be read or is something else, if the
  // key is another one's, or if all users of this machine can read it.
  Certificate(std::string cert_file, std::string key_file);

  // From the same files. Throws UserError; then what was read before stays.
  void reload();
  GTlsCertificate* get() const { return certificate_.get(); }
  // Whether it is for this name.
  bool is_for(const std::string& host) const;
  // Why browsers may not take it (it has expired, or is not valid yet), or "".
  const std::string& doubt() const { return doubt_; }

 private:
  std::string cert_file_;
  std::string key_file_;
  GObjectPtr<GTlsCertificate> certificate_;
  std::string doubt_;
};
