// SPDX-License-Identifier: MIT
#include "tls/context.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>

#include "base/assert.h"
#include "base/printable.h"

namespace socketcluster::tls {
namespace {

using base::Failure;
using base::Status;

// TLS 1.2 with forward secrecy and authenticated encryption; TLS 1.3 has nothing else.
constexpr const char* kCiphers = "ECDHE+AESGCM:ECDHE+CHACHA20";
// The groups of OpenSSL's own list that take a millisecond or two. It has finite fields, too: the
// largest costs 100 ms of the loop, for anybody who asks for it with one small message. The first
// list is for an OpenSSL that knows the hybrid group which browsers prefer (3.5), the last one for
// one that is confined to FIPS 140.
constexpr const char* kGroups[] = {"X25519MLKEM768:X25519:P-256:X448:P-521:P-384",
                                   "X25519:P-256:X448:P-521:P-384", "P-256:P-521:P-384"};
constexpr std::string_view kProtocolName = "http/1.1";
constexpr long kTicketSeconds = std::chrono::seconds(kTicketLifetime).count();

int version_number(TlsVersion version) {
  switch (version) {
    case TlsVersion::k12:
      return TLS1_2_VERSION;
    case TlsVersion::k13:
      return TLS1_3_VERSION;
  }
  return TLS1_3_VERSION;
}

// RFC 7301. A client that cannot speak HTTP/1.1 (it offers HTTP/2 alone) is told so; one that
// offers nothing is served.
int choose_protocol(SSL* /*ssl*/, const unsigned char** out, unsigned char* out_size,
                    const unsigned char* in, unsigned int in_size, void* /*data*/) {
  for (unsigned int i = 0; i < in_size; i += 1U + in[i]) {
    if (in[i] != kProtocolName.size() || i + 1 + kProtocolName.size() > in_size) continue;
    if (std::memcmp(in + i + 1, kProtocolName.data(), kProtocolName.size()) != 0) continue;
    *out = in + i + 1;
    *out_size = in[i];
    return SSL_TLSEXT_ERR_OK;
  }
  return SSL_TLSEXT_ERR_ALERT_FATAL;
}

Status set_ciphers(SSL_CTX& context, std::string_view ciphers) {
  std::string list, suites;
  while (!ciphers.empty()) {
    const std::size_t end = ciphers.find_first_of(":, ");
    const std::string_view name = ciphers.substr(0, end);
    ciphers.remove_prefix(end == std::string_view::npos ? ciphers.size() : end + 1);
    if (name.empty()) continue;
    std::string& target = name.starts_with("TLS_") ? suites : list;
    if (!target.empty()) target += ':';
    target += name;
  }
  const auto unknown = [](const std::string& names) {
    return Failure{"protocolOptions.ciphers: OpenSSL knows no usable cipher in '" +
                   base::printable(names, 200) + "'"};
  };
  if (SSL_CTX_set_cipher_list(&context, list.empty() ? kCiphers : list.c_str()) != 1) {
    return unknown(list);
  }
  if (!suites.empty() && SSL_CTX_set_ciphersuites(&context, suites.c_str()) != 1) {
    return unknown(suites);
  }
  return Status::ok();
}

void set_rules(SSL_CTX& context, const TlsOptions& options) {
  SSL_CTX_set_min_proto_version(&context, version_number(options.min_version));
  SSL_CTX_set_max_proto_version(&context, version_number(options.max_version));
  const bool has_groups = std::any_of(std::begin(kGroups), std::end(kGroups), [&](auto* list) {
    return SSL_CTX_set1_groups_list(&context, list) == 1;
  });
  SC_ASSERT(has_groups);
  // Peers that end TCP without ending TLS first are common. What is cut off is noticed anyway:
  // requests and WebSocket messages say how long they are.
  SSL_CTX_set_options(&context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                    SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA |
                                    SSL_OP_IGNORE_UNEXPECTED_EOF);
  // An idle connection owns no buffers; a busy one is read with one call for several records.
  SSL_CTX_set_mode(&context, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_read_ahead(&context, 1);
  SSL_CTX_set_alpn_select_cb(&context, &choose_protocol, nullptr);
}

int accept_anybody(int /*is_valid*/, X509_STORE_CTX* /*store*/) {
  return 1;
}

Status set_authorities(SSL_CTX& context, const TlsOptions& options, const std::string& pem) {
  for (const Certificate& authority : certificates_in(pem)) {
    if (X509_STORE_add_cert(SSL_CTX_get_cert_store(&context), authority.get()) != 1 ||
        SSL_CTX_add_client_CA(&context, authority.get()) != 1) {
      return Failure{"protocolOptions.ca: OpenSSL refuses a certificate: " + last_reason()};
    }
  }
  if (!options.request_cert) return Status::ok();
  if (options.reject_unauthorized) {
    SSL_CTX_set_verify(&context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  } else {
    SSL_CTX_set_verify(&context, SSL_VERIFY_PEER, &accept_anybody);
  }
  return Status::ok();
}

// Sessions that are resumed again and again could outlive the certificate of the client that began
// them; one whose certificate has expired begins anew.
SSL_TICKET_RETURN on_ticket(SSL* /*ssl*/, SSL_SESSION* session, const unsigned char* /*name*/,
                            std::size_t /*size*/, SSL_TICKET_STATUS status, void* /*data*/) {
  if (status != SSL_TICKET_SUCCESS && status != SSL_TICKET_SUCCESS_RENEW) {
    return SSL_TICKET_RETURN_IGNORE_RENEW;
  }
  const X509* const certificate = SSL_SESSION_get0_peer(session);
  if (certificate != nullptr && X509_cmp_current_time(X509_get0_notAfter(certificate)) <= 0) {
    return SSL_TICKET_RETURN_IGNORE_RENEW;
  }
  return status == SSL_TICKET_SUCCESS ? SSL_TICKET_RETURN_USE : SSL_TICKET_RETURN_USE_RENEW;
}

// Tickets carry everything, so that any worker can resume what another one has begun. One that was
// given under other rules about client certificates is not taken. All certificates have the same
// rules: OpenSSL looks at those of the first one in some handshakes, of the chosen one in others.
void set_sessions(SSL_CTX& context, const TlsOptions& options, const std::string& authorities) {
  SSL_CTX_set_session_cache_mode(&context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_timeout(&context, kTicketSeconds);
  SSL_CTX_set_session_ticket_cb(&context, nullptr, &on_ticket, nullptr);
  std::string rules = options.request_cert ? authorities : std::string();
  if (options.request_cert) rules += options.reject_unauthorized ? "required" : "asked for";
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(rules.data()), rules.size(), digest.data());
  SSL_CTX_set_session_id_context(&context, digest.data(), digest.size());
}

Status set_identity(SSL_CTX& context, const Identity& identity) {
  const auto refused = [&identity] {
    const std::string place = identity.origin.empty() ? "protocolOptions" : identity.origin;
    return Failure{place + " is refused by OpenSSL: " + last_reason()};
  };
  std::vector<Certificate> chain = certificates_in(identity.chain);
  const Bio bio = bio_of(identity.key);
  const PrivateKey key(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr));
  if (chain.empty() || key == nullptr) return refused();
  if (SSL_CTX_use_certificate(&context, chain.front().get()) != 1 ||
      SSL_CTX_use_PrivateKey(&context, key.get()) != 1) {
    return refused();
  }
  for (std::size_t i = 1; i < chain.size(); ++i) {
    if (SSL_CTX_add1_chain_cert(&context, chain[i].get()) != 1) return refused();
  }
  return Status::ok();
}

bool set_mac_key(EVP_MAC_CTX& mac, const TicketKey& key) {
  std::string digest = "SHA256";
  std::array<std::uint8_t, std::tuple_size_v<decltype(key.mac)>> bytes = key.mac;
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, bytes.data(), bytes.size()),
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), 0),
      OSSL_PARAM_construct_end()};
  return EVP_MAC_CTX_set_params(&mac, parameters) == 1;
}

}  // namespace

base::Result<std::shared_ptr<Context>> Context::create(const TlsOptions& options,
                                                       const Credentials& credentials,
                                                       TicketKeys ticket_keys) {
  SC_ASSERT(!ticket_keys.empty());
  const base::ErrorQueueGuard guard;
  std::shared_ptr<Context> made(new Context);
  for (std::size_t i = 0; i < credentials.identities.size(); ++i) {
    if (Status added = made->add(options, credentials, i); !added) return added.error();
  }
  SSL_CTX& first = *made->entries_.front().context;
  made->ticket_keys_ = std::move(ticket_keys);
  SSL_CTX_set_tlsext_ticket_key_evp_cb(&first, &Context::on_ticket_key);
  // The macro for it has a cast of the old style.
  SSL_CTX_callback_ctrl(&first, SSL_CTRL_SET_TLSEXT_SERVERNAME_CB,
                        reinterpret_cast<void (*)()>(&Context::on_server_name));
  SSL_CTX_set_tlsext_servername_arg(&first, made.get());
  return made;
}

Status Context::add(const TlsOptions& options, const Credentials& credentials, std::size_t index) {
  SslContext context(SSL_CTX_new(TLS_server_method()));
  if (context == nullptr) return Failure{"OpenSSL cannot serve TLS: " + last_reason()};
  set_rules(*context, options);
  if (Status set = set_ciphers(*context, options.ciphers); !set) return set;
  if (Status set = set_authorities(*context, options, credentials.authorities); !set) return set;
  set_sessions(*context, options, credentials.authorities);
  const Identity& identity = credentials.identities[index];
  if (Status set = set_identity(*context, identity); !set) return set;
  std::vector<Certificate> chain = certificates_in(identity.chain);
  entries_.push_back({std::move(context), std::move(chain.front())});
  return Status::ok();
}

Ssl Context::new_server_side() const {
  Ssl ssl(SSL_new(entries_.front().context.get()));
  if (ssl == nullptr) return ssl;
  SSL_set_accept_state(ssl.get());
  SSL_set_app_data(ssl.get(), const_cast<Context*>(this));  // for on_ticket_key()
  return ssl;
}

// 0: a key that is not ours any more, a full handshake follows; 1: as it should be; 2: the client
// is to get a new ticket; -1: broken. The names are no secret, comparing them may take its time.
int Context::on_ticket_key(SSL* ssl, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher,
                           EVP_MAC_CTX* mac, int encrypts) {
  const TicketKeys& keys = static_cast<const Context*>(SSL_get_app_data(ssl))->ticket_keys_;
  auto key = keys.begin();
  if (encrypts == 1) {
    std::copy(key->name.begin(), key->name.end(), name);
    if (RAND_bytes(iv, EVP_CIPHER_get_iv_length(EVP_aes_256_cbc())) != 1) return -1;
  } else {
    key = std::find_if(keys.begin(), keys.end(), [name](const TicketKey& each) {
      return std::equal(each.name.begin(), each.name.end(), name);
    });
    if (key == keys.end()) return 0;
  }
  if (EVP_CipherInit_ex(cipher, EVP_aes_256_cbc(), nullptr, key->cipher.data(), iv, encrypts) !=
          1 ||
      !set_mac_key(*mac, *key)) {
    return -1;
  }
  if (encrypts == 1) return 1;
  // A ticket of TLS 1.3 is for one use (RFC 8446 appendix C.4).
  return key == keys.begin() && SSL_version(ssl) != TLS1_3_VERSION ? 1 : 2;
}

int Context::on_server_name(SSL* ssl, int* /*alert*/, void* self) {
  static_cast<const Context*>(self)->choose(*ssl);
  return SSL_TLSEXT_ERR_OK;
}

// A name that no certificate has is served with the first one: it is the client's business what it
// accepts.
void Context::choose(SSL& ssl) const {
  const char* const name = SSL_get_servername(&ssl, TLSEXT_NAMETYPE_host_name);
  if (name == nullptr || entries_.size() == 1) return;
  for (const Entry& entry : entries_) {
    if (X509_check_host(entry.certificate.get(), name, 0, 0, nullptr) != 1) continue;
    SSL_set_SSL_CTX(&ssl, entry.context.get());
    return;
  }
}

base::Result<Checked> load_context(const TlsOptions& options, const TicketKeys& ticket_keys,
                                   base::Log& log) {
  base::Result<Loaded> loaded = load_credentials(options);
  if (!loaded) return loaded.error();
  auto context = Context::create(options, loaded->credentials, ticket_keys);
  if (!context) return context.error();
  for (const std::string& warning : loaded->warnings) log.warning(warning);
  return Checked{std::move(loaded->credentials), std::move(*context)};
}

}  // namespace socketcluster::tls
