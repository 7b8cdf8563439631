// SPDX-License-Identifier: MIT
#include "tls/tls_transport.h"

#include <openssl/err.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <utility>

#include "base/assert.h"

namespace socketcluster::tls {
namespace {

constexpr std::size_t kRecordBytes = std::size_t{16} * 1024;
// Blocks from this size on are encrypted where they are; smaller ones share a record.
constexpr std::size_t kWholeBlockBytes = 4096;
constexpr std::size_t kPieceBytes = std::size_t{64} * 1024;
constexpr std::size_t kStagedBytes = std::size_t{64} * 1024;
// A peer that makes the protocol answer (new keys, over and over) and does not read.
constexpr std::size_t kMaxUnsentBytes = std::size_t{256} * 1024;

// What nginx and others do for people who forget the s.
constexpr std::string_view kAnswerToPlainHttp =
    "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Type: text/plain\r\n"
    "Content-Length: 34\r\n\r\nThis port speaks HTTPS, not HTTP.\n";

}  // namespace

// The descriptor as OpenSSL sees it. Writing never fails and never waits.
struct TlsTransport::Bridge {
  static TlsTransport& self(BIO* bio) { return *static_cast<TlsTransport*>(BIO_get_data(bio)); }

  static int read(BIO* bio, char* out, int size) {
    BIO_clear_retry_flags(bio);
    const int got = self(bio).read_socket(out, size);
    if (got < 0 && errno == EAGAIN) BIO_set_retry_read(bio);
    return got;
  }
  static int write(BIO* bio, const char* data, int size) {
    BIO_clear_retry_flags(bio);
    self(bio).stage(data, static_cast<std::size_t>(size));
    return size;
  }
  static long control(BIO* bio, int command, long /*number*/, void* /*pointer*/) {
    if (command == BIO_CTRL_FLUSH) return 1;
    if (command == BIO_CTRL_EOF) return self(bio).peer_ended_ ? 1 : 0;
    return 0;
  }
  static BIO_METHOD* make_method() {
    BIO_METHOD* const method =
        BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socketcluster");
    SC_ASSERT(method != nullptr);
    BIO_meth_set_read(method, &read);
    BIO_meth_set_write(method, &write);
    BIO_meth_set_ctrl(method, &control);
    return method;
  }
  // One for all, never freed, as OpenSSL's own are.
  static BIO* make(TlsTransport& transport) {
    static BIO_METHOD* const method = make_method();
    BIO* const bio = BIO_new(method);
    SC_ASSERT(bio != nullptr);
    BIO_set_data(bio, &transport);
    BIO_set_init(bio, 1);
    return bio;
  }
};

TlsTransport::TlsTransport(int fd, std::shared_ptr<const Context> context, Staging& staging,
                           HandshakeBudget& budget)
    : fd_(fd), staging_(staging), budget_(budget), context_(std::move(context)) {}

// Not before there is something to read: it is large beside the connection.
void TlsTransport::make_ssl() {
  ssl_ = context_->new_server_side();
  SC_ASSERT(ssl_ != nullptr);  // out of memory
  BIO* const bio = Bridge::make(*this);
  SSL_set_bio(ssl_.get(), bio, bio);
}

int TlsTransport::progress() const {
  return ssl_ == nullptr ? -1 : static_cast<int>(SSL_get_state(ssl_.get()));
}

// ---- Input ----

net::Transport::Received TlsTransport::receive(std::span<char> buffer) {
  has_input_ = false;
  if (is_broken_) return {Input::kBroken};
  readable_ = buffer.size() + kRecordBytes;
  if (!is_ready_) {
    // What is not taken up now is still in the socket, so the loop comes back to it.
    if (!budget_.take_step()) return {Input::kNone};
    if (ssl_ == nullptr) make_ssl();
    if (!shake_hands()) {
      if (is_broken_) return {Input::kBroken};
      return {peer_ended_ ? Input::kEnd : Input::kNone};
    }
  }
  return read(buffer);
}

bool TlsTransport::shake_hands() {
  ERR_clear_error();
  const int result = SSL_do_handshake(ssl_.get());
  const int error = SSL_get_error(ssl_.get(), result);
  const bool wants_more = error == SSL_ERROR_WANT_READ && !peer_ended_;
  if (result != 1 && !wants_more && !peer_ended_) {
    failure_ = last_reason();
    if (failure_.empty()) failure_ = "the connection broke";
    if (is_text_) staging_.records = kAnswerToPlainHttp;  // instead of an alert
  }
  ERR_clear_error();
  const bool sent = send_records();
  if (result != 1 && peer_ended_) return false;
  if (!sent || (result != 1 && !wants_more)) {
    broken();
    return false;
  }
  if (result != 1) return false;
  is_ready_ = true;
  context_.reset();
  return true;
}

net::Transport::Received TlsTransport::read(std::span<char> buffer) {
  std::size_t filled = 0;
  ERR_clear_error();
  while (filled < buffer.size() && !is_broken_) {
    std::size_t size = 0;
    const int result =
        SSL_read_ex(ssl_.get(), buffer.data() + filled, buffer.size() - filled, &size);
    if (result == 1) {
      filled += size;
      continue;
    }
    const int error = SSL_get_error(ssl_.get(), result);
    if (error == SSL_ERROR_WANT_READ && !peer_ended_) break;
    if (error == SSL_ERROR_ZERO_RETURN || peer_ended_) {
      peer_ended_ = true;
      break;
    }
    static_cast<void>(send_records());  // the alert
    broken();
  }
  ERR_clear_error();
  static_cast<void>(send_records());
  if (filled > 0) {
    has_input_ = filled == buffer.size() || peer_ended_ || is_broken_;
    return {Input::kBytes, filled};
  }
  if (is_broken_) return {Input::kBroken};
  return {peer_ended_ ? Input::kEnd : Input::kNone};
}

// A read that gives less than was asked for has emptied the socket: one call less per event.
int TlsTransport::read_socket(char* out, int size) {
  if (readable_ == 0) {
    errno = EAGAIN;
    return -1;
  }
  const std::size_t wanted = std::min(static_cast<std::size_t>(size), readable_);
  ssize_t got = 0;
  do {
    got = ::recv(fd_, out, wanted, MSG_DONTWAIT);
  } while (got < 0 && errno == EINTR);
  if (got < 0) return -1;
  // A method of HTTP. TLS begins with the type of a record.
  if (!has_begun_ && got > 0) is_text_ = out[0] >= 'A' && out[0] <= 'Z';
  has_begun_ = true;
  peer_ended_ = got == 0;
  readable_ = std::cmp_less(got, wanted) && got > 0 ? 0 : readable_ - static_cast<std::size_t>(got);
  return static_cast<int>(got);
}

// ---- Output ----

// Cuts what is to be sent into pieces that are worth a record: what is large stays where it is,
// what is small is put together.
class TlsTransport::Pieces {
 public:
  Pieces(std::span<const iovec> parts, std::string& small) : parts_(parts), small_(small) {}

  // Empty at the end; valid until the next call.
  std::string_view next() {
    while (!parts_.empty() && rest() == 0) next_part();
    if (parts_.empty()) return {};
    if (rest() >= kWholeBlockBytes || parts_.size() == 1) return take(kPieceBytes);
    small_.clear();
    while (!parts_.empty() && rest() < kWholeBlockBytes && small_.size() + rest() <= kRecordBytes) {
      small_ += take(rest());
      next_part();
    }
    return small_;
  }

 private:
  std::size_t rest() const { return parts_.front().iov_len - offset_; }
  void next_part() {
    parts_ = parts_.subspan(1);
    offset_ = 0;
  }
  std::string_view take(std::size_t limit) {
    const std::size_t size = std::min(limit, rest());
    const char* const data = static_cast<const char*>(parts_.front().iov_base) + offset_;
    offset_ += size;
    return {data, size};
  }

  std::span<const iovec> parts_;
  std::size_t offset_ = 0;  // in the first part
  std::string& small_;
};

std::size_t TlsTransport::send(std::span<const iovec> parts) {
  if (is_broken_ || output_failed_) return net::kSendFailed;
  if (!is_ready_ || unsent_bytes() > 0) return 0;
  std::size_t taken = 0;
  Pieces pieces(parts, staging_.plain);
  for (std::string_view piece = pieces.next(); !piece.empty(); piece = pieces.next()) {
    if (!write(piece.data(), piece.size())) return net::kSendFailed;
    taken += piece.size();
    if (staging_.records.size() < kStagedBytes) continue;
    if (!send_records()) return net::kSendFailed;
    if (unsent_bytes() > 0) return taken;
  }
  return send_records() ? taken : net::kSendFailed;
}

bool TlsTransport::write(const char* data, std::size_t size) {
  ERR_clear_error();
  std::size_t written = 0;
  if (SSL_write_ex(ssl_.get(), data, size, &written) == 1 && written == size) return true;
  ERR_clear_error();
  staging_.records.clear();
  broken();
  return false;
}

void TlsTransport::stage(const char* data, std::size_t size) {
  staging_.records.append(data, size);
}

bool TlsTransport::send_records() {
  std::string& records = staging_.records;
  if (records.empty() || output_failed_) {
    records.clear();
    return !output_failed_;
  }
  std::size_t sent = 0;
  const bool works = unsent_bytes() > 0 || send_all(records.data(), records.size(), sent);
  if (works && sent < records.size()) unsent_.append(records, sent);
  records.clear();
  if (works && unsent_bytes() > kMaxUnsentBytes) broken();
  return works && !is_broken_;
}

// Sends until the kernel takes no more. False: the connection is broken.
bool TlsTransport::send_all(const char* data, std::size_t size, std::size_t& sent) {
  while (sent < size) {
    const ssize_t result = ::send(fd_, data + sent, size - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (result >= 0) {
      sent += static_cast<std::size_t>(result);
    } else if (errno == EAGAIN || errno == ENOBUFS) {
      return true;
    } else if (errno != EINTR) {
      output_failed_ = true;
      drop_output();
      return false;
    }
  }
  return true;
}

bool TlsTransport::flush() {
  if (output_failed_) return false;
  if (!send_all(unsent_.data(), unsent_.size(), unsent_from_)) return false;
  if (unsent_bytes() == 0) drop_output();
  return true;
}

void TlsTransport::drop_output() {
  unsent_ = std::string();
  unsent_from_ = 0;
}

void TlsTransport::close() {
  if (!is_ready_ || is_broken_ || output_failed_) return;
  ERR_clear_error();
  SSL_shutdown(ssl_.get());
  ERR_clear_error();
  static_cast<void>(send_records());
}

void TlsTransport::broken() {
  is_broken_ = true;
  drop_output();
}

}  // namespace socketcluster::tls
