// SPDX-License-Identifier: MIT
#include "project/app_name.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace socketcluster::project {
namespace {

TEST(AppName, TakesLettersDigitsDashesAndUnderscores) {
  for (const std::string& name :
       {std::string("a"), std::string("My-App_2"), std::string(50, 'z')}) {
    EXPECT_TRUE(check_app_name(name)) << name;
  }
}

TEST(AppName, RefusesWhatWouldBeAPathAFlagOrNotATarget) {
  for (const std::string& name :
       {std::string(), std::string(51, 'z'), std::string("."), std::string(".."),
        std::string("../evil"), std::string("/tmp/evil"), std::string("a/b"), std::string("-force"),
        std::string("1app"), std::string("_app"), std::string("my app"), std::string("a;b"),
        std::string("a$b"), std::string("a\nb"), std::string("a\0b", 3), std::string("\u00e4pp")}) {
    EXPECT_FALSE(check_app_name(name)) << name;
  }
}

TEST(AppName, SaysWhatANameIs) {
  EXPECT_EQ(
      check_app_name("\x1b[31m").error().text,
      "'\\x1b[31m' is no name: it may have 1 to 50 letters, digits, - and _, and begins with a "
      "letter");
}

TEST(AppName, HasAFormForNpmAndKubernetes) {
  EXPECT_EQ(app_id("My_App-2"), "my-app-2");
  EXPECT_EQ(app_id("app__"), "app");
  EXPECT_EQ(app_id("chat"), "chat");
}

}  // namespace
}  // namespace socketcluster::project
