// SPDX-License-Identifier: LGPL-2.1-or-later
#include "certificate.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <sys/stat.h>

#include <ctime>
#include <span>
#include <utility>

#include "base/user_error.h"

namespace {

using Credentials = std::unique_ptr<std::remove_pointer_t<gnutls_certificate_credentials_t>,
                                    Deleter<gnutls_certificate_free_credentials>>;
using Key = std::unique_ptr<std::remove_pointer_t<gnutls_x509_privkey_t>, Deleter<gnutls_x509_privkey_deinit>>;

std::string read_file(const std::string& option, const std::string& path) {
  g_autofree char* text = nullptr;
  gsize size = 0;
  g_autoptr(GError) error = nullptr;
  if (!g_file_get_contents(path.c_str(), &text, &size, &error)) throw UserError(option + ": " + error->message);
  return {text, size};
}

gnutls_datum_t datum_of(const std::string& text) {
  return {reinterpret_cast<unsigned char*>(const_cast<char*>(text.data())), static_cast<unsigned>(text.size())};
}

// Those of a file, the server's own first.
class Chain {
 public:
  Chain(const std::string& option, const std::string& pem) {
    const gnutls_datum_t data = datum_of(pem);
    const int result = gnutls_x509_crt_list_import2(&first_, &size_, &data, GNUTLS_X509_FMT_PEM, 0);
    if (result < 0) throw UserError(option + ": not a certificate in PEM: " + gnutls_strerror(result));
  }
  ~Chain() {
    for (gnutls_x509_crt_t one : all()) gnutls_x509_crt_deinit(one);
    gnutls_free(first_);
  }
  Chain(const Chain&) = delete;
  Chain& operator=(const Chain&) = delete;

  std::span<gnutls_x509_crt_t> all() const { return {first_, size_}; }

 private:
  gnutls_x509_crt_t* first_ = nullptr;
  unsigned size_ = 0;
};

Key key_of(const std::string& option, const std::string& pem) {
  gnutls_x509_privkey_t key = nullptr;
  gnutls_x509_privkey_init(&key);
  Key owned(key);
  const gnutls_datum_t data = datum_of(pem);
  const int result = gnutls_x509_privkey_import2(key, &data, GNUTLS_X509_FMT_PEM, nullptr, 0);
  if (result == GNUTLS_E_DECRYPTION_FAILED)
    throw UserError(option + ": it has a password, which nobody could be asked for; take it away with openssl pkey");
  if (result < 0) throw UserError(option + ": not a private key in PEM: " + gnutls_strerror(result));
  return owned;
}

std::string take_datum(gnutls_datum_t& data) {
  std::string text(reinterpret_cast<const char*>(data.data), data.size);
  gnutls_free(data.data);
  return text;
}

// What was compared, and nothing else that the files have: GIO takes the first key of a text.
std::string pem_of(const Chain& chain, const Key& key) {
  std::string text;
  gnutls_datum_t data{};
  for (gnutls_x509_crt_t one : chain.all())
    if (gnutls_x509_crt_export2(one, GNUTLS_X509_FMT_PEM, &data) >= 0) text += take_datum(data);
  // as PKCS #8: GIO can't read what GnuTLS writes of other kinds than RSA otherwise
  if (gnutls_x509_privkey_export2_pkcs8(key.get(), GNUTLS_X509_FMT_PEM, nullptr, GNUTLS_PKCS_PLAIN, &data) >= 0)
    text += take_datum(data);
  return text;
}

std::string doubt_of(const std::string& option, gnutls_x509_crt_t certificate) {
  const std::time_t now = std::time(nullptr);
  const auto date = [](std::time_t time) {
    g_autoptr(GDateTime) at = g_date_time_new_from_unix_utc(time);
    return take_string(g_date_time_format(at, "%F"));
  };
  const std::time_t begin = gnutls_x509_crt_get_activation_time(certificate);
  const std::time_t end = gnutls_x509_crt_get_expiration_time(certificate);
  if (now > end) return option + ": it has expired on " + date(end);
  if (now < begin) return option + ": it is not valid before " + date(begin);
  return {};
}

}  // namespace

Certificate::Certificate(std::string cert_file, std::string key_file)
    : cert_file_(std::move(cert_file)), key_file_(std::move(key_file)) {
  reload();
}

// GIO would take a key that does not fit, and each browser would then be told that its connection has failed.
void Certificate::reload() {
  const std::string cert_option = "--cert=" + cert_file_;
  const std::string key_option = "--key=" + key_file_;
  const std::string cert_pem = read_file(cert_option, cert_file_);
  const std::string key_pem = read_file(key_option, key_file_);
  struct stat status {};
  if (stat(key_file_.c_str(), &status) == 0 && (status.st_mode & S_IRWXO) != 0)
    throw UserError(key_option + ": all users of this machine may open it; chmod o= " + key_file_);
  const Chain chain(cert_option, cert_pem);
  const Key key = key_of(key_option, key_pem);
  gnutls_certificate_credentials_t credentials = nullptr;
  gnutls_certificate_allocate_credentials(&credentials);
  const Credentials owned(credentials);
  const auto certificates = chain.all();
  const int result = gnutls_certificate_set_x509_key(credentials, certificates.data(),
                                                     static_cast<int>(certificates.size()), key.get());
  if (result == GNUTLS_E_CERTIFICATE_KEY_MISMATCH)
    throw UserError(key_option + ": it is not the key of " + cert_option);
  g_autoptr(GError) error = nullptr;
  const std::string pem = pem_of(chain, key);
  GTlsCertificate* certificate =
      result < 0 ? nullptr : g_tls_certificate_new_from_pem(pem.data(), static_cast<gssize>(pem.size()), &error);
  if (!certificate)
    throw UserError(cert_option + ", " + key_option + ": " + (error ? error->message : gnutls_strerror(result)));
  certificate_.reset(certificate);
  doubt_ = doubt_of(cert_option, certificates.front());
}

bool Certificate::is_for(const std::string& host) const {
  const GObjectPtr<GSocketConnectable> name(g_network_address_new(host.c_str(), 0));
  return (g_tls_certificate_verify(certificate_.get(), name.get(), nullptr) & G_TLS_CERTIFICATE_BAD_IDENTITY) == 0;
}
