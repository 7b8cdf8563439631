// SPDX-License-Identifier: MIT
// Keys and certificates made by the tests themselves, and a directory for their files.
#pragma once

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "tls/openssl_objects.h"

namespace socketcluster::tls {

struct TestIdentity {
  Certificate certificate;
  PrivateKey key;
  std::string chain_pem() const { return to_pem(*certificate); }
  std::string key_pem() const { return to_pem(*key); }
};

// From `begin` to `end`, in days from now. Signed by itself, or by `issuer`.
inline TestIdentity make_identity(const std::string& name, const TestIdentity* issuer = nullptr,
                                  int begin = -1, int end = 30) {
  constexpr long kDay = 24L * 3600;
  static long serial = 1;
  TestIdentity made{Certificate(X509_new()), PrivateKey(EVP_EC_gen("P-256"))};
  X509* const x509 = made.certificate.get();
  X509_set_version(x509, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(x509), serial++);
  X509_gmtime_adj(X509_getm_notBefore(x509), begin * kDay);
  X509_gmtime_adj(X509_getm_notAfter(x509), end * kDay);
  X509_set_pubkey(x509, made.key.get());
  X509_NAME_add_entry_by_txt(X509_get_subject_name(x509), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  X509* const signer = issuer == nullptr ? x509 : issuer->certificate.get();
  X509_set_issuer_name(x509, X509_get_subject_name(signer));
  const std::string names = "DNS:" + name;
  X509_EXTENSION* const extension =
      X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, names.c_str());
  X509_add_ext(x509, extension, -1);
  X509_EXTENSION_free(extension);
  X509_sign(x509, issuer == nullptr ? made.key.get() : issuer->key.get(), EVP_sha256());
  return made;
}

class TestDirectory {
 public:
  TestDirectory() {
    std::string path = ::testing::TempDir() + "socketcluster-tls-XXXXXX";
    EXPECT_NE(::mkdtemp(path.data()), nullptr);
    path_ = path;
  }
  TestDirectory(const TestDirectory&) = delete;
  TestDirectory& operator=(const TestDirectory&) = delete;
  ~TestDirectory() { std::filesystem::remove_all(path_); }

  std::string path(const std::string& name) const { return path_ + "/" + name; }
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(path(name), std::ios::binary) << text;
    return path(name);
  }

 private:
  std::string path_;
};

}  // namespace socketcluster::tls
