// SPDX-License-Identifier: MIT
// Sizes that are no multiple of the word are finished with one word that overlaps what was done
// already. It is loaded before the loop, while its bytes are still masked, and stored after it:
// bytes that lie in both get the same value twice.
#include "websocket/mask.h"

#if defined(__SSE2__)
#include <immintrin.h>
#endif

namespace socketcluster::websocket {
namespace {

constexpr std::uint64_t kHighBits = 0x8080808080808080U;

template <typename Word>
Word load(const char* bytes) {
  Word word = 0;
  std::memcpy(&word, bytes, sizeof word);
  return word;
}

template <typename Word>
void store(char* bytes, Word word) {
  std::memcpy(bytes, &word, sizeof word);
}

constexpr std::uint64_t twice(MaskKey key) {
  return std::uint64_t{key} << 32U | key;
}

constexpr Charset charset(std::uint64_t all) {
  return (all & kHighBits) == 0 ? Charset::kAscii : Charset::kOther;
}

Charset unmask_below_4(char* bytes, std::size_t size, MaskKey key) {
  char key_bytes[4];
  store(key_bytes, key);
  unsigned all = 0;
  for (std::size_t i = 0; i < size; ++i) {
    bytes[i] = static_cast<char>(bytes[i] ^ key_bytes[i]);
    all |= static_cast<unsigned char>(bytes[i]);
  }
  return charset(all);
}

// REQUIRES: 4 <= size <= 8.
Charset unmask_4_to_8(char* bytes, std::size_t size, MaskKey key) {
  const std::uint32_t head = load<std::uint32_t>(bytes) ^ key;
  const std::uint32_t tail = load<std::uint32_t>(bytes + size - 4) ^ advance_mask_key(key, size);
  store(bytes, head);
  store(bytes + size - 4, tail);
  return charset(head | tail);
}

}  // namespace

Charset unmask_portable(char* bytes, std::size_t size, MaskKey key) {
  if (size < 4) return unmask_below_4(bytes, size, key);
  if (size <= 8) return unmask_4_to_8(bytes, size, key);
  const std::uint64_t key8 = twice(key);
  const std::uint64_t tail =
      load<std::uint64_t>(bytes + size - 8) ^ twice(advance_mask_key(key, size));
  std::uint64_t all = tail;
  for (std::size_t i = 0; i + 8 < size; i += 8) {
    const std::uint64_t word = load<std::uint64_t>(bytes + i) ^ key8;
    all |= word;
    store(bytes + i, word);
  }
  store(bytes + size - 8, tail);
  return charset(all);
}

#if defined(__SSE2__)

namespace {

__m128i load16(const char* bytes) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes));
}

void store16(char* bytes, __m128i word) {
  _mm_storeu_si128(reinterpret_cast<__m128i*>(bytes), word);
}

// From here on AVX2 is ahead: 10 against 18 ns for 1000 bytes, the same for 100.
constexpr std::size_t kSmallestForAvx2 = 256;

// The same in vectors of 32 bytes. REQUIRES: size >= 32 and a processor with AVX2.
__attribute__((target("avx2"))) Charset unmask_avx2(char* bytes, std::size_t size, MaskKey key) {
  const auto at = [bytes](std::size_t i) { return reinterpret_cast<__m256i*>(bytes + i); };
  const __m256i key32 = _mm256_set1_epi32(static_cast<int>(key));
  const __m256i tail_key = _mm256_set1_epi32(static_cast<int>(advance_mask_key(key, size)));
  const __m256i tail = _mm256_xor_si256(_mm256_loadu_si256(at(size - 32)), tail_key);
  __m256i all = tail;
  std::size_t i = 0;
  for (; i + 64 < size; i += 64) {
    const __m256i a = _mm256_xor_si256(_mm256_loadu_si256(at(i)), key32);
    const __m256i b = _mm256_xor_si256(_mm256_loadu_si256(at(i + 32)), key32);
    all = _mm256_or_si256(all, _mm256_or_si256(a, b));
    _mm256_storeu_si256(at(i), a);
    _mm256_storeu_si256(at(i + 32), b);
  }
  if (i + 32 < size) {
    const __m256i word = _mm256_xor_si256(_mm256_loadu_si256(at(i)), key32);
    all = _mm256_or_si256(all, word);
    _mm256_storeu_si256(at(i), word);
  }
  _mm256_storeu_si256(at(size - 32), tail);
  return _mm256_movemask_epi8(all) == 0 ? Charset::kAscii : Charset::kOther;
}

}  // namespace

Charset unmask(char* bytes, std::size_t size, MaskKey key) {
  if (size >= kSmallestForAvx2 && __builtin_cpu_supports("avx2")) {
    return unmask_avx2(bytes, size, key);
  }
  if (size < 16) return unmask_portable(bytes, size, key);
  const __m128i key16 = _mm_set1_epi32(static_cast<int>(key));
  const __m128i tail_key = _mm_set1_epi32(static_cast<int>(advance_mask_key(key, size)));
  const __m128i tail = _mm_xor_si128(load16(bytes + size - 16), tail_key);
  __m128i all = tail;
  std::size_t i = 0;
  for (; i + 64 < size; i += 64) {
    const __m128i a = _mm_xor_si128(load16(bytes + i), key16);
    const __m128i b = _mm_xor_si128(load16(bytes + i + 16), key16);
    const __m128i c = _mm_xor_si128(load16(bytes + i + 32), key16);
    const __m128i d = _mm_xor_si128(load16(bytes + i + 48), key16);
    all = _mm_or_si128(all, _mm_or_si128(_mm_or_si128(a, b), _mm_or_si128(c, d)));
    store16(bytes + i, a);
    store16(bytes + i + 16, b);
    store16(bytes + i + 32, c);
    store16(bytes + i + 48, d);
  }
  for (; i + 16 < size; i += 16) {
    const __m128i word = _mm_xor_si128(load16(bytes + i), key16);
    all = _mm_or_si128(all, word);
    store16(bytes + i, word);
  }
  store16(bytes + size - 16, tail);
  return _mm_movemask_epi8(all) == 0 ? Charset::kAscii : Charset::kOther;
}

#else

Charset unmask(char* bytes, std::size_t size, MaskKey key) {
  return unmask_portable(bytes, size, key);
}

#endif

}  // namespace socketcluster::websocket
