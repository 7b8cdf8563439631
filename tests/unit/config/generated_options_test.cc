// SPDX-License-Identifier: MIT
#include "config/generated_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace socketcluster::config {
namespace {

// 0, 1, 2 and so on.
class CountingRandom final : public base::RandomSource {
 public:
  void fill(std::span<std::uint8_t> out) override {
    for (std::uint8_t& byte : out) byte = next_++;
  }

 private:
  std::uint8_t next_ = 0;
};

TEST(GeneratedOptions, FillWhatIsEmpty) {
  Options options;
  CountingRandom random;
  fill_generated(options, random);
  EXPECT_EQ(options.app_name, "00010203-0405-4607-8809-0a0b0c0d0e0f");
  EXPECT_EQ(options.instance_id, "10111213-1415-4617-9819-1a1b1c1d1e1f");
  EXPECT_EQ(options.secret_key, "202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f");
  EXPECT_EQ(options.auth_key, "404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f");
}

TEST(GeneratedOptions, KeepWhatIsSet) {
  Options options;
  options.app_name = "chat";
  options.instance_id = "eu-1";
  options.secret_key = "s";
  options.auth_key = "a";
  CountingRandom random;
  fill_generated(options, random);
  EXPECT_EQ(options.app_name, "chat");
  EXPECT_EQ(options.instance_id, "eu-1");
  EXPECT_EQ(options.secret_key, "s");
  EXPECT_EQ(options.auth_key, "a");
}

TEST(GeneratedOptions, HaveNoTokenSecretBesideAKeyPair) {
  Options options;
  options.auth_private_key = "pem";
  options.auth_public_key = "pem";
  CountingRandom random;
  fill_generated(options, random);
  EXPECT_EQ(options.auth_key, "");
}

}  // namespace
}  // namespace socketcluster::config
