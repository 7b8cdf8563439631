// SPDX-License-Identifier: MIT
// Dates as JavaScript's Date.toISOString() writes them. Thread rule: pure.
#pragma once

#include <string>

namespace socketcluster::auth {

// `new Date(seconds * 1000).toISOString()`: "2096-10-02T07:06:40.000Z", with six digits and a sign
// for years outside of 0 to 9999. Empty where JavaScript has no date (beyond 8.64e15 ms from 1970,
// NaN).
std::string iso_date(double seconds);

}  // namespace socketcluster::auth
