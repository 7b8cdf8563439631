// SPDX-License-Identifier: MIT
#include "app/blocking_tls.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <poll.h>

#include <cerrno>
#include <utility>

namespace socketcluster::app {
namespace {

using base::Failure;
using base::Result;
using base::Status;

bool is_address(const std::string& host) {
  in6_addr any;
  return ::inet_pton(AF_INET, host.c_str(), &any) == 1 ||
         ::inet_pton(AF_INET6, host.c_str(), &any) == 1;
}

Failure unusable(std::string_view flag, const std::string& file) {
  return Failure{std::string(flag) + " '" + file + "' cannot be used: " + tls::last_reason()};
}

}  // namespace

BlockingTls::BlockingTls(const BlockingSocket& socket, Context context)
    : socket_(&socket), context_(std::move(context)) {}

Result<BlockingTls> BlockingTls::connect(const BlockingSocket& socket,
                                         const ClientTlsOptions& options) {
  const base::ErrorQueueGuard guard;
  BlockingTls made(socket, Context(SSL_CTX_new(TLS_client_method())));
  if (Status prepared = made.prepare(options); !prepared) return prepared.error();
  SSL* const ssl = made.ssl_.get();
  if (Status done = made.complete([ssl] { return SSL_connect(ssl); }); !done) return done.error();
  return made;
}

Status BlockingTls::prepare(const ClientTlsOptions& options) {
  if (context_ == nullptr) return Failure{"OpenSSL cannot speak TLS: " + tls::last_reason()};
  if (Status loaded = load_files(options); !loaded) return loaded;
  SSL_CTX_set_verify(context_.get(), options.is_verified ? SSL_VERIFY_PEER : SSL_VERIFY_NONE,
                     nullptr);
  ssl_.reset(SSL_new(context_.get()));
  if (ssl_ == nullptr || SSL_set_fd(ssl_.get(), socket_->fd()) != 1) {
    return Failure{"OpenSSL cannot speak TLS: " + tls::last_reason()};
  }
  if (options.host.empty()) return Status::ok();
  // Only names can be asked for (RFC 6066 section 3).
  const bool by_address = is_address(options.host);
  if (!by_address) {
    // The macro for it has a cast of the old style.
    SSL_ctrl(ssl_.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
             const_cast<char*>(options.host.c_str()));
  }
  if (!options.is_verified) return Status::ok();
  const int set =
      by_address ? X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl_.get()), options.host.c_str())
                 : SSL_set1_host(ssl_.get(), options.host.c_str());
  return set == 1 ? Status::ok() : Status(Failure{"the host's name cannot be verified"});
}

Status BlockingTls::load_files(const ClientTlsOptions& options) {
  SSL_CTX* const context = context_.get();
  if (options.ca.empty()) {
    SSL_CTX_set_default_verify_paths(context);
  } else if (SSL_CTX_load_verify_file(context, options.ca.c_str()) != 1) {
    return unusable("--ca", options.ca);
  }
  if (!options.cert.empty() &&
      SSL_CTX_use_certificate_chain_file(context, options.cert.c_str()) != 1) {
    return unusable("--cert", options.cert);
  }
  if (!options.key.empty() &&
      SSL_CTX_use_PrivateKey_file(context, options.key.c_str(), SSL_FILETYPE_PEM) != 1) {
    return unusable("--key", options.key);
  }
  return Status::ok();
}

template <typename Call>
Status BlockingTls::complete(Call call) {
  for (;;) {
    ERR_clear_error();
    errno = 0;
    const int result = call();
    if (result == 1) return Status::ok();
    const int error = SSL_get_error(ssl_.get(), result);
    if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) return why(error);
    const short events = error == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT;
    if (!socket_->await(events)) return system_failure(ETIMEDOUT);
  }
}

Failure BlockingTls::why(int error) const {
  const long verified = SSL_get_verify_result(ssl_.get());
  if (verified != X509_V_OK && SSL_get_verify_mode(ssl_.get()) != SSL_VERIFY_NONE) {
    return Failure{std::string("the certificate is not valid: ") +
                   X509_verify_cert_error_string(verified) + " (see --ca and --insecure)"};
  }
  const int reason = ERR_GET_REASON(ERR_peek_last_error());
  if (reason == SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED) {
    return Failure{"the server wants a certificate: give --cert and --key"};
  }
  if (error == SSL_ERROR_SYSCALL && errno != 0) return system_failure(errno);
  const std::string text = tls::last_reason();
  if (text.empty() || reason == SSL_R_UNEXPECTED_EOF_WHILE_READING) {
    return Failure{"the connection was closed before an answer came"};
  }
  return Failure{"no TLS: " + text};
}

Status BlockingTls::send(std::string_view bytes) {
  const base::ErrorQueueGuard guard;
  SSL* const ssl = ssl_.get();
  std::size_t written = 0;
  return complete([&] { return SSL_write_ex(ssl, bytes.data(), bytes.size(), &written); });
}

Result<std::size_t> BlockingTls::receive(std::span<char> buffer) {
  const base::ErrorQueueGuard guard;
  SSL* const ssl = ssl_.get();
  std::size_t size = 0;
  const Status done =
      complete([&] { return SSL_read_ex(ssl, buffer.data(), buffer.size(), &size); });
  if (!done) return done.error();
  return size;
}

}  // namespace socketcluster::app
