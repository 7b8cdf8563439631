// SPDX-License-Identifier: MIT
// A library that a controller needs.
namespace shop {

int price(const char* article) {
  return article[0] == 't' ? 3 : 5;
}

}  // namespace shop
