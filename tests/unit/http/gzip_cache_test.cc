// SPDX-License-Identifier: MIT
#include "http/gzip_cache.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <zlib.h>

#include <string>
#include <string_view>
#include <utility>

#include "unit/http/temporary_directory.h"

namespace socketcluster::http {
namespace {

constexpr std::int64_t kNow = 1'700'000'000;

std::string text_of(std::size_t size) {
  std::string text;
  while (text.size() < size) text += "line " + std::to_string(text.size() / 100) + '\n';
  text.resize(size);
  return text;
}

std::string gunzip(std::string_view bytes) {
  z_stream stream{};
  EXPECT_EQ(::inflateInit2(&stream, MAX_WBITS + 16), Z_OK);
  std::string text(1'000'000, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(text.data());
  stream.avail_out = static_cast<uInt>(text.size());
  EXPECT_EQ(::inflate(&stream, Z_FINISH), Z_STREAM_END);
  text.resize(stream.total_out);
  ::inflateEnd(&stream);
  return text;
}

class GzipCacheTest : public ::testing::Test {
 protected:
  OpenedFile open(const std::string& name) const {
    return DirectoryRoot::open(directory_.path().string())->open_file(name);
  }
  void write(const std::string& name, std::string_view text, std::int64_t modified = kNow - 10) {
    directory_.write(name, text);
    const timespec times[2] = {{modified, 0}, {modified, 0}};
    ASSERT_EQ(::utimensat(AT_FDCWD, (directory_.path() / name).c_str(), times, 0), 0);
  }

  test::TemporaryDirectory directory_;
  GzipCache cache_;
};

TEST_F(GzipCacheTest, CompressesOnceAndKeepsIt) {
  const std::string text = text_of(20'000);
  write("a.txt", text);
  const base::SharedBytes first = cache_.get(open("a.txt"), kNow);
  ASSERT_TRUE(first);
  EXPECT_LT(first.size(), text.size() / 2);
  EXPECT_EQ(gunzip(first.view()), text);
  EXPECT_TRUE(same_block(cache_.get(open("a.txt"), kNow + 100), first));
}

TEST_F(GzipCacheTest, KnowsAChangedFile) {
  write("a.txt", text_of(20'000));
  ASSERT_TRUE(cache_.get(open("a.txt"), kNow));
  const std::string changed(20'000, 'x');
  write("a.txt", changed, kNow - 9);
  EXPECT_EQ(gunzip(cache_.get(open("a.txt"), kNow).view()), changed);
}

TEST_F(GzipCacheTest, LeavesAloneWhatIsTooSmallTooLargeOrNew) {
  write("small", text_of(GzipCache::kSmallestFile - 1));
  write("smallest", text_of(GzipCache::kSmallestFile));
  write("largest", text_of(GzipCache::kLargestFile));
  write("large", text_of(GzipCache::kLargestFile + 1));
  write("new", text_of(20'000), kNow - 1);
  EXPECT_FALSE(cache_.get(open("small"), kNow));
  EXPECT_TRUE(cache_.get(open("smallest"), kNow));
  EXPECT_TRUE(cache_.get(open("largest"), kNow));
  EXPECT_FALSE(cache_.get(open("large"), kNow));
  EXPECT_FALSE(cache_.get(open("new"), kNow));
  EXPECT_TRUE(cache_.get(open("new"), kNow + 1));
}

TEST_F(GzipCacheTest, RemembersWhatHardlyBecomesSmaller) {
  std::string noise(20'000, '\0');
  std::uint32_t random = 1;
  for (char& c : noise) {
    random = random * 1664525U + 1013904223U;
    c = static_cast<char>(random >> 24);
  }
  write("noise", noise);
  EXPECT_FALSE(cache_.get(open("noise"), kNow));
  EXPECT_GT(cache_.bytes(), 0U);
}

TEST_F(GzipCacheTest, NeverHoldsMoreThanItsLimit) {
  GzipCache small(20'000);
  for (int i = 0; i < 50; ++i) {
    const std::string name = "f" + std::to_string(i);
    write(name, text_of(20'000 + static_cast<std::size_t>(i)));
    ASSERT_TRUE(small.get(open(name), kNow));
    ASSERT_LE(small.bytes(), 20'000U);
  }
  EXPECT_TRUE(small.get(open("f49"), kNow));
}

TEST_F(GzipCacheTest, CompressesOnlySoMuchInASecond) {
  const std::string text = text_of(GzipCache::kLargestFile);
  const int most = static_cast<int>(GzipCache::kBytesPerSecond / GzipCache::kLargestFile);
  for (int i = 0; i <= most; ++i) {
    const std::string name = "f" + std::to_string(i);
    write(name, text);
    EXPECT_EQ(static_cast<bool>(cache_.get(open(name), kNow)), i < most) << i;
  }
  EXPECT_TRUE(cache_.get(open("f" + std::to_string(most)), kNow + 1));
}

}  // namespace
}  // namespace socketcluster::http
