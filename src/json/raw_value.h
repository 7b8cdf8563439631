// SPDX-License-Identifier: MIT
// RawValue: one JSON value as the bytes that a peer sent, without a parsed form. The bytes have
// passed the full grammar of RFC 8259 (json/scanner.h), so that they may be sent on to others as
// they are.
//
// Lifetime: a view; valid as long as the scanned text.
#pragma once

#include <cstdint>
#include <string_view>

namespace socketcluster::json {

enum class Type : std::uint8_t {
  kAbsent,  // there is no value: what JavaScript calls undefined
  kNull,
  kFalse,
  kTrue,
  kNumber,
  kString,
  kArray,
  kObject,
};

struct RawValue {
  std::string_view text;  // a string with its quotes; empty when absent
  Type type = Type::kAbsent;
  bool has_escapes = false;  // strings only: contents() is not yet the string's value

  bool is_present() const { return type != Type::kAbsent; }
  bool is_string() const { return type == Type::kString; }
  bool is_object() const { return type == Type::kObject; }
  // True for what JavaScript's `value == null` finds.
  bool is_nullish() const { return type == Type::kAbsent || type == Type::kNull; }

  // Between the quotes. REQUIRES: is_string().
  std::string_view contents() const { return text.substr(1, text.size() - 2); }
};

}  // namespace socketcluster::json
