// SPDX-License-Identifier: MIT
#include "json/js_text.h"

#include "json/number.h"
#include "json/scanner.h"
#include "json/text.h"

namespace socketcluster::json {
namespace {

// Appends an array's text. Arrays in arrays only add commas, so that one pass over the bytes, which
// takes every object in one step, does without a stack.
class ArrayText {
 public:
  ArrayText(std::string& out, std::string_view array, std::size_t max_bytes)
      : out_(out), scanner_(array, Scanner::kGreatestMaxDepth), max_bytes_(max_bytes) {}

  void append() {
    while (!scanner_.at_end() && out_.size() < max_bytes_) {
      scanner_.skip_whitespace();
      if (scanner_.take('[') || scanner_.take(']')) continue;
      if (scanner_.take(',')) {
        out_.push_back(',');
        continue;
      }
      append_element();
    }
  }

 private:
  void append_element() {
    RawValue element;
    if (!scanner_.take_value(element)) {  // only white space was left
      max_bytes_ = 0;
    } else if (element.type != Type::kNull) {
      out_.append(js_text(element, max_bytes_));
    }
  }

  std::string& out_;
  Scanner scanner_;
  std::size_t max_bytes_;
};

// Not in the middle of a character.
void cut(std::string& text, std::size_t max_bytes) {
  if (text.size() <= max_bytes) return;
  while (max_bytes > 0 && (static_cast<unsigned char>(text[max_bytes]) & 0xc0) == 0x80) --max_bytes;
  text.resize(max_bytes);
}

}  // namespace

bool is_truthy(const RawValue& value) {
  switch (value.type) {
    case Type::kAbsent:
    case Type::kNull:
    case Type::kFalse:
      return false;
    case Type::kTrue:
    case Type::kArray:
    case Type::kObject:
      return true;
    case Type::kString:
      return !value.contents().empty();
    case Type::kNumber:
      return to_double(value.text) != 0;
  }
  return false;
}

std::string js_text(const RawValue& value, std::size_t max_bytes) {
  std::string out;
  switch (value.type) {
    case Type::kAbsent:
      out = "undefined";
      break;
    case Type::kNull:
    case Type::kFalse:
    case Type::kTrue:
      out = value.text;
      break;
    case Type::kNumber:
      append_js_number(out, value.text);
      break;
    case Type::kString:
      append_unescaped(out, value.contents());
      break;
    case Type::kArray:
      ArrayText(out, value.text, max_bytes).append();
      break;
    case Type::kObject:
      out = "[object Object]";
      break;
  }
  cut(out, max_bytes);
  return out;
}

}  // namespace socketcluster::json
