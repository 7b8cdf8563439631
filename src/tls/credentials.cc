// SPDX-License-Identifier: MIT
#include "tls/credentials.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <memory>
#include <string_view>
#include <utility>

#include "base/printable.h"
#include "tls/openssl_objects.h"

namespace socketcluster::tls {
namespace {

using base::Failure;
using base::Result;
using base::Status;

constexpr std::size_t kMaxFileBytes = std::size_t{1024} * 1024;
constexpr int kWarningDays = 7;

// One text of the options, and how messages call it.
struct Source {
  std::string option;  // "protocolOptions.key"
  const std::string& value;

  bool is_pem() const { return value.find("-----BEGIN") != std::string::npos; }
  std::string name() const {
    return is_pem() ? "the PEM text" : "'" + base::printable(value) + "'";
  }
  Failure failure(std::string_view what) const { return {option + ": " + std::string(what)}; }
};

Result<std::string> read_file(const Source& source) {
  const auto failed = [&source](std::string_view reason) {
    return source.failure("cannot read " + source.name() + ": " + std::string(reason));
  };
  const auto close = [](std::FILE* file) { std::fclose(file); };
  const std::unique_ptr<std::FILE, decltype(close)> file(std::fopen(source.value.c_str(), "rb"),
                                                         close);
  if (file == nullptr) return failed(std::strerror(errno));
  std::string text(kMaxFileBytes + 1, '\0');
  const std::size_t size = std::fread(text.data(), 1, text.size(), file.get());
  if (std::ferror(file.get()) != 0) return failed(std::strerror(errno));
  if (size > kMaxFileBytes) return failed("it is longer than 1 MiB");
  text.resize(size);
  return text;
}

Result<std::string> read(const Source& source) {
  if (source.is_pem()) return source.value;
  return read_file(source);
}

// ---- Passphrases ----

struct Passphrase {
  const std::string& text;
  bool was_asked_for = false;
};

int give_passphrase(char* buffer, int size, int /*writes*/, void* data) {
  auto& passphrase = *static_cast<Passphrase*>(data);
  passphrase.was_asked_for = true;
  const std::size_t length = passphrase.text.size();
  if (length == 0 || std::cmp_greater(length, size)) return -1;
  passphrase.text.copy(buffer, length);
  return static_cast<int>(length);
}

Failure wrong_passphrase(const Source& source, const std::string& passphrase) {
  if (passphrase.empty()) return source.failure(source.name() + " is encrypted: set passphrase");
  return source.failure("wrong passphrase for " + source.name());
}

Result<PrivateKey> read_key(const Source& source, const std::string& text) {
  const Result<std::string> pem = read(source);
  if (!pem) return pem.error();
  const base::ErrorQueueGuard guard;
  Passphrase passphrase{text};
  const Bio bio = bio_of(*pem);
  PrivateKey key(PEM_read_bio_PrivateKey(bio.get(), nullptr, &give_passphrase, &passphrase));
  if (key != nullptr) return key;
  if (passphrase.was_asked_for) return wrong_passphrase(source, text);
  if (pem->find("PRIVATE KEY-----") == std::string::npos) {
    return source.failure("there is no private key in PEM form in " + source.name());
  }
  return source.failure("the private key in " + source.name() + " is damaged");
}

// ---- Certificates ----

std::string day_of(const ASN1_TIME* time) {
  std::tm parts{};
  char text[16] = "an unknown day";
  if (ASN1_TIME_to_tm(time, &parts) == 1) std::strftime(text, sizeof text, "%Y-%m-%d", &parts);
  return text;
}

// A server whose certificate has expired would refuse service to all who verify it: better to say
// so at once. Of what is only strange the administrator is told.
Status check_validity(const Source& source, const std::vector<Certificate>& chain,
                      std::vector<std::string>& warnings) {
  const auto warn = [&](const std::string& what) {
    warnings.push_back(source.option + ": the certificate in " + source.name() + what);
  };
  const ASN1_TIME* const begin = X509_get0_notBefore(chain.front().get());
  const ASN1_TIME* const end = X509_get0_notAfter(chain.front().get());
  if (X509_cmp_current_time(end) < 0) {
    return source.failure("the certificate in " + source.name() + " expired on " + day_of(end));
  }
  std::time_t soon = std::time(nullptr) + std::time_t{kWarningDays} * 24 * 3600;
  if (X509_cmp_time(end, &soon) < 0) warn(" expires on " + day_of(end));
  if (X509_cmp_current_time(begin) > 0) warn(" is not valid before " + day_of(begin));
  for (std::size_t i = 1; i < chain.size(); ++i) {
    const ASN1_TIME* const until = X509_get0_notAfter(chain[i].get());
    if (X509_cmp_current_time(until) < 0) {
      warn(" is followed by one that expired on " + day_of(until));
    }
    // Some clients find another way to an authority that they know, others refuse the server.
    const bool has_signed = std::any_of(
        chain.begin(), chain.begin() + static_cast<std::ptrdiff_t>(i), [&](const auto& before) {
          return X509_check_issued(chain[i].get(), before.get()) == X509_V_OK;
        });
    if (!has_signed) {
      warn(" is followed by one that has signed none of those before it: number " +
           std::to_string(i + 1));
    }
  }
  return Status::ok();
}

Result<std::vector<Certificate>> read_certificates(const Source& source) {
  const Result<std::string> pem = read(source);
  if (!pem) return pem.error();
  std::vector<Certificate> certificates = certificates_in(*pem);
  if (!certificates.empty()) return certificates;
  if (pem->find("CERTIFICATE-----") == std::string::npos) {
    return source.failure("there is no certificate in PEM form in " + source.name());
  }
  return source.failure("a certificate in " + source.name() + " is damaged");
}

std::string chain_to_pem(const std::vector<Certificate>& chain) {
  std::string pem;
  for (const Certificate& certificate : chain) pem += to_pem(*certificate);
  return pem;
}

// ---- One identity ----

struct Pair {
  std::vector<Certificate> chain;
  PrivateKey key;
};

Result<Pair> read_pair(const Source& cert, const Source& key, const std::string& passphrase) {
  Result<std::vector<Certificate>> chain = read_certificates(cert);
  if (!chain) return chain.error();
  Result<PrivateKey> private_key = read_key(key, passphrase);
  if (!private_key) return private_key.error();
  const base::ErrorQueueGuard guard;
  const auto match = std::find_if(chain->begin(), chain->end(), [&](const Certificate& each) {
    return X509_check_private_key(each.get(), private_key->get()) == 1;
  });
  if (match == chain->end()) {
    return key.failure("the key in " + key.name() + " does not match the certificate in " +
                       cert.name());
  }
  if (match != chain->begin()) {
    return cert.failure("the server's certificate must be the first one in " + cert.name() +
                        ", and is number " + std::to_string(match - chain->begin() + 1));
  }
  return Pair{std::move(*chain), std::move(*private_key)};
}

// RC2 and the like, which OpenSSL 3 has put aside; most programs before it wrote nothing else.
bool has_old_cipher() {
  return ERR_GET_REASON(ERR_peek_last_error()) == ERR_R_UNSUPPORTED;
}

Failure unopened(const Source& source) {
  if (!has_old_cipher()) {
    return source.failure("cannot open " + source.name() + ": " + last_reason());
  }
  return source.failure(source.name() +
                        " is encrypted with a cipher of old; make PEM of it, and use that as cert "
                        "and key: openssl pkcs12 -legacy -noenc -in FILE.pfx -out FILE.pem");
}

Result<Pair> read_pkcs12(const Source& source, const std::string& passphrase) {
  const Result<std::string> bytes = read_file(source);
  if (!bytes) return bytes.error();
  const base::ErrorQueueGuard guard;
  const Bio bio = bio_of(*bytes);
  const Pkcs12 pkcs12(d2i_PKCS12_bio(bio.get(), nullptr));
  if (pkcs12 == nullptr) return source.failure(source.name() + " is no PKCS #12 file");
  const char* const text = passphrase.c_str();
  if (PKCS12_mac_present(pkcs12.get()) != 1) {
    return source.failure(source.name() + " has no MAC, which says that it is whole; export it " +
                          "again with one");
  }
  const bool is_right = PKCS12_verify_mac(pkcs12.get(), text, -1) == 1 ||
                        (passphrase.empty() && PKCS12_verify_mac(pkcs12.get(), nullptr, 0) == 1);
  if (!is_right) return wrong_passphrase(source, passphrase);
  EVP_PKEY* key = nullptr;
  X509* certificate = nullptr;
  STACK_OF(X509)* others = nullptr;
  if (PKCS12_parse(pkcs12.get(), text, &key, &certificate, &others) != 1) {
    return unopened(source);
  }
  Pair pair;
  pair.key.reset(key);
  if (certificate != nullptr) pair.chain.emplace_back(certificate);
  while (others != nullptr && sk_X509_num(others) > 0)
    pair.chain.emplace_back(sk_X509_shift(others));
  sk_X509_free(others);
  if (certificate == nullptr || key == nullptr) {
    return source.failure(source.name() + " has no certificate with its key");
  }
  return pair;
}

Result<Identity> load_identity(const TlsCertificate& files, const std::string& option,
                               std::vector<std::string>& warnings) {
  const bool is_pfx = !files.pfx.empty();
  const Source pfx{option + ".pfx", files.pfx}, cert{option + ".cert", files.cert};
  const Result<Pair> pair = is_pfx
                                ? read_pkcs12(pfx, files.passphrase)
                                : read_pair(cert, {option + ".key", files.key}, files.passphrase);
  if (!pair) return pair.error();
  const Status valid = check_validity(is_pfx ? pfx : cert, pair->chain, warnings);
  if (!valid) return valid.error();
  const Source& source = is_pfx ? pfx : cert;
  return Identity{chain_to_pem(pair->chain), to_pem(*pair->key),
                  source.option + ": " + source.name()};
}

}  // namespace

Result<Loaded> load_credentials(const TlsOptions& options) {
  Loaded loaded;
  const auto add = [&loaded](const TlsCertificate& files, const std::string& option) -> Status {
    Result<Identity> identity = load_identity(files, option, loaded.warnings);
    if (!identity) return identity.error();
    loaded.credentials.identities.push_back(std::move(*identity));
    return Status::ok();
  };
  if (Status added = add(options.certificate, "protocolOptions"); !added) return added.error();
  for (std::size_t i = 0; i < options.sni.size(); ++i) {
    const std::string option = "protocolOptions.sni[" + std::to_string(i) + "]";
    if (Status added = add(options.sni[i], option); !added) return added.error();
  }
  if (options.ca.empty()) return loaded;
  const Result<std::vector<Certificate>> authorities =
      read_certificates({"protocolOptions.ca", options.ca});
  if (!authorities) return authorities.error();
  loaded.credentials.authorities = chain_to_pem(*authorities);
  return loaded;
}

}  // namespace socketcluster::tls
