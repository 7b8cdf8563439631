// SPDX-License-Identifier: MIT
#include "tls/client_certificate.h"

#include <arpa/inet.h>
#include <openssl/bn.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <string_view>
#include <utility>

#include "base/openssl_pointer.h"
#include "base/utf8.h"
#include "tls/openssl_objects.h"

namespace socketcluster::tls {
namespace {

using BigNumber = base::OpensslPointer<BIGNUM, BN_free>;
using GeneralNames = base::OpensslPointer<GENERAL_NAMES, GENERAL_NAMES_free>;
using TimePoint = std::chrono::system_clock::time_point;

std::string to_hex(const unsigned char* bytes, std::size_t size) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (std::size_t i = 0; i < size; ++i) {
    text += kDigits[bytes[i] >> 4U];
    text += kDigits[bytes[i] & 15U];
  }
  return text;
}

std::string print(const X509_NAME& name, unsigned long flags) {
  const Bio bio(BIO_new(BIO_s_mem()));
  if (X509_NAME_print_ex(bio.get(), &name, 0, flags) < 0) return {};
  return content_of(*bio);
}

// RFC 4514 with other letters as they are; escaped to ASCII when they are not what they should be.
std::string name_text(const X509_NAME& name) {
  constexpr unsigned long kFlags = XN_FLAG_RFC2253;
  std::string text = print(name, kFlags & ~static_cast<unsigned long>(ASN1_STRFLGS_ESC_MSB));
  return base::is_valid_utf8(text) ? text : print(name, kFlags);
}

bool is_plain(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7f; });
}

// The only value of that part of a name. An application that compares it must not be given one of
// several.
std::string only_value(X509_NAME& name, int part) {
  const int index = X509_NAME_get_index_by_NID(&name, part, -1);
  if (index < 0 || X509_NAME_get_index_by_NID(&name, part, index) >= 0) return {};
  unsigned char* bytes = nullptr;
  const ASN1_STRING* const value = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(&name, index));
  const int size = ASN1_STRING_to_UTF8(&bytes, value);
  if (size < 0) return {};
  std::string text(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
  OPENSSL_free(bytes);
  return base::is_valid_utf8(text) && is_plain(text) ? text : std::string();
}

std::string address_text(const ASN1_OCTET_STRING& value) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const int size = ASN1_STRING_length(&value);
  const int family = size == 4 ? AF_INET : AF_INET6;
  if (size != 4 && size != 16) return {};
  const unsigned char* const bytes = ASN1_STRING_get0_data(&value);
  return ::inet_ntop(family, bytes, text.data(), text.size()) == nullptr ? "" : text.data();
}

// "" for what is none of the four kinds, or holds what is in no such name: a NUL or a comma would
// make something else of it for those who print or compare it.
std::string alternative_name(const GENERAL_NAME& name) {
  const auto named = [](std::string_view kind, const ASN1_STRING& value) {
    const std::string_view text(reinterpret_cast<const char*>(ASN1_STRING_get0_data(&value)),
                                static_cast<std::size_t>(ASN1_STRING_length(&value)));
    const bool is_visible = std::all_of(text.begin(), text.end(),
                                        [](char c) { return c > 0x20 && c < 0x7f && c != ','; });
    return text.empty() || !is_visible ? std::string() : std::string(kind).append(text);
  };
  switch (name.type) {
    case GEN_DNS:
      return named("DNS:", *name.d.dNSName);
    case GEN_EMAIL:
      return named("email:", *name.d.rfc822Name);
    case GEN_URI:
      return named("URI:", *name.d.uniformResourceIdentifier);
    case GEN_IPADD: {
      const std::string address = address_text(*name.d.iPAddress);
      return address.empty() ? address : "IP:" + address;
    }
    default:  // the kinds are OpenSSL's
      return {};
  }
}

std::vector<std::string> alternative_names(const X509& certificate) {
  std::vector<std::string> texts;
  const GeneralNames names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(&certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; names != nullptr && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    std::string text = alternative_name(*sk_GENERAL_NAME_value(names.get(), i));
    if (!text.empty()) texts.push_back(std::move(text));
  }
  return texts;
}

std::string serial_number(const X509& certificate) {
  const BigNumber number(ASN1_INTEGER_to_BN(X509_get0_serialNumber(&certificate), nullptr));
  if (number == nullptr) return {};
  std::vector<unsigned char> bytes(static_cast<std::size_t>(BN_num_bytes(number.get())));
  BN_bn2bin(number.get(), bytes.data());
  return bytes.empty() ? "00" : to_hex(bytes.data(), bytes.size());
}

std::string fingerprint(const X509& certificate) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  if (X509_digest(&certificate, EVP_sha256(), digest.data(), &size) != 1) return {};
  return to_hex(digest.data(), size);
}

TimePoint time_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return {};
  return std::chrono::system_clock::from_time_t(::timegm(&parts));
}

}  // namespace

ClientCertificate describe(X509& certificate, long verify_result) {
  const base::ErrorQueueGuard guard;
  // A resumed session knows what was said when it began.
  const bool has_expired = X509_cmp_current_time(X509_get0_notAfter(&certificate)) <= 0;
  if (verify_result == X509_V_OK && has_expired) verify_result = X509_V_ERR_CERT_HAS_EXPIRED;
  const bool is_verified = verify_result == X509_V_OK;
  X509_NAME& subject = *X509_get_subject_name(&certificate);
  return {.is_verified = is_verified,
          .error = is_verified ? std::string() : X509_verify_cert_error_string(verify_result),
          .subject = name_text(subject),
          .issuer = name_text(*X509_get_issuer_name(&certificate)),
          .common_name = only_value(subject, NID_commonName),
          .alternative_names = alternative_names(certificate),
          .serial_number = serial_number(certificate),
          .not_before = time_of(X509_get0_notBefore(&certificate)),
          .not_after = time_of(X509_get0_notAfter(&certificate)),
          .fingerprint = fingerprint(certificate),
          .pem = to_pem(certificate)};
}

}  // namespace socketcluster::tls
