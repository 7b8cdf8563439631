// SPDX-License-Identifier: MIT
// A TLS client on a socket that does not block, in the same thread as the loop under test.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

#include "tls/openssl_objects.h"
#include "unit/tls/test_certificates.h"

namespace socketcluster::tls {

using SslContext = base::OpensslPointer<SSL_CTX, SSL_CTX_free>;
using Session = base::OpensslPointer<SSL_SESSION, SSL_SESSION_free>;

// Trusts everybody; the tests look at what they got.
class TestClient {
 public:
  explicit TestClient(int fd, int version = 0, SSL_SESSION* session = nullptr,
                      const char* name = nullptr)
      : fd_(fd), context_(SSL_CTX_new(TLS_client_method())) {
    ::fcntl(fd_, F_SETFL, O_NONBLOCK);
    SSL_CTX_set_session_cache_mode(context_.get(), SSL_SESS_CACHE_CLIENT);
    SSL_CTX_set_min_proto_version(context_.get(), version);
    SSL_CTX_set_max_proto_version(context_.get(), version);
    SSL_CTX_set_security_level(context_.get(), 0);
    SSL_CTX_sess_set_new_cb(context_.get(), [](SSL* ssl, SSL_SESSION* made) {
      static_cast<TestClient*>(SSL_get_app_data(ssl))->session_.reset(made);
      return 1;
    });
    ssl_.reset(SSL_new(context_.get()));
    SSL_set_app_data(ssl_.get(), this);
    SSL_set_fd(ssl_.get(), fd_);
    SSL_set_connect_state(ssl_.get());
    if (session != nullptr) SSL_set_session(ssl_.get(), session);
    if (name == nullptr) return;
    SSL_ctrl(ssl_.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
             const_cast<char*>(name));
  }
  TestClient(const TestClient&) = delete;
  TestClient& operator=(const TestClient&) = delete;
  ~TestClient() {
    ssl_.reset();
    disconnect();
  }

  // The certificate that is shown when the server asks for one. Before the handshake.
  void show(const TestIdentity& identity) {
    EXPECT_EQ(SSL_use_certificate(ssl_.get(), identity.certificate.get()), 1);
    EXPECT_EQ(SSL_use_PrivateKey(ssl_.get(), identity.key.get()), 1);
  }
  // Goes on with the handshake. True: it is complete.
  bool shake_hands() {
    ERR_clear_error();
    const int result = SSL_do_handshake(ssl_.get());
    failed_ |= result != 1 && !wants_more(result);
    return result == 1;
  }
  bool has_failed() const { return failed_; }
  // Bytes that were taken.
  std::size_t write(const std::string& text) {
    ERR_clear_error();
    std::size_t written = 0;
    SSL_write_ex(ssl_.get(), text.data(), text.size(), &written);
    return written;
  }
  // All that is there now.
  std::string read() {
    std::string all;
    char buffer[65536];
    for (;;) {
      ERR_clear_error();
      std::size_t size = 0;
      const int result = SSL_read_ex(ssl_.get(), buffer, sizeof buffer, &size);
      if (result != 1) {
        saw_close_notify_ |= SSL_get_error(ssl_.get(), result) == SSL_ERROR_ZERO_RETURN;
        return all;
      }
      all.append(buffer, size);
    }
  }
  bool saw_close_notify() const { return saw_close_notify_; }
  void send_close_notify() { SSL_shutdown(ssl_.get()); }
  void disconnect() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }

  SSL* ssl() const { return ssl_.get(); }
  bool was_resumed() const { return SSL_session_reused(ssl_.get()) == 1; }
  SSL_SESSION* session() const { return session_.get(); }
  // The name in the certificate that the server has shown.
  std::string server_name() const {
    const Certificate certificate(SSL_get1_peer_certificate(ssl_.get()));
    char name[256] = "";
    if (certificate != nullptr) {
      X509_NAME_get_text_by_NID(X509_get_subject_name(certificate.get()), NID_commonName, name,
                                sizeof name);
    }
    return name;
  }

 private:
  bool wants_more(int result) const {
    const int error = SSL_get_error(ssl_.get(), result);
    return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE;
  }

  int fd_;
  SslContext context_;
  Ssl ssl_;
  Session session_;
  bool failed_ = false;
  bool saw_close_notify_ = false;
};

}  // namespace socketcluster::tls
