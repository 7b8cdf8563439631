// SPDX-License-Identifier: MIT
// What the tests of an application's HTTP routes share.
#pragma once

#include <gtest/gtest.h>

#include <string_view>

#include "unit/server/worker_under_test.h"

namespace socketcluster::server::test {

class HttpTest : public ::testing::Test {
 protected:
  Http& http() { return test_.worker().http(); }
  HttpAnswer ask(std::string_view method, std::string_view target, std::string_view fields = "",
                 std::string_view body = "") {
    return test::ask(test_, method, target, fields, body);
  }
  WorkerUnderTest test_;
};

}  // namespace socketcluster::server::test
