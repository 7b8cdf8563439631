// SPDX-License-Identifier: MIT
// Every expectation is what `new Date(seconds * 1000).toISOString()` prints.
#include "auth/iso_date.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace socketcluster::auth {
namespace {

TEST(IsoDate, PrintsMilliseconds) {
  EXPECT_EQ(iso_date(0), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(iso_date(4000000000), "2096-10-02T07:06:40.000Z");
  EXPECT_EQ(iso_date(1.5), "1970-01-01T00:00:01.500Z");
  EXPECT_EQ(iso_date(951782399.9996), "2000-02-28T23:59:59.999Z");
  EXPECT_EQ(iso_date(951825600), "2000-02-29T12:00:00.000Z");
}

TEST(IsoDate, CountsBackwards) {
  EXPECT_EQ(iso_date(-0.001), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(iso_date(-0.0001), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(iso_date(-86400), "1969-12-31T00:00:00.000Z");
  EXPECT_EQ(iso_date(-62167219200), "0000-01-01T00:00:00.000Z");
}

TEST(IsoDate, WritesFarYearsWithSixDigits) {
  EXPECT_EQ(iso_date(253402300799), "9999-12-31T23:59:59.000Z");
  EXPECT_EQ(iso_date(253402300800), "+010000-01-01T00:00:00.000Z");
  EXPECT_EQ(iso_date(-62167219201), "-000001-12-31T23:59:59.000Z");
  EXPECT_EQ(iso_date(1e12), "+033658-09-27T01:46:40.000Z");
}

TEST(IsoDate, EndsWhereJavaScriptHasNoDates) {
  EXPECT_EQ(iso_date(8.64e12), "+275760-09-13T00:00:00.000Z");
  EXPECT_EQ(iso_date(-8.64e12), "-271821-04-20T00:00:00.000Z");
  EXPECT_EQ(iso_date(8.64e12 + 1), "");
  EXPECT_EQ(iso_date(-8.64e12 - 1), "");
  EXPECT_EQ(iso_date(1e300), "");
  EXPECT_EQ(iso_date(1e308), "");
  EXPECT_EQ(iso_date(std::numeric_limits<double>::infinity()), "");
  EXPECT_EQ(iso_date(std::nan("")), "");
}

}  // namespace
}  // namespace socketcluster::auth
