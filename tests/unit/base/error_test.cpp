#include "libcore/base/error.hpp"

#include <gtest/gtest.h>

namespace {

TEST(Error, CarriesTextAndExitCode) {
  const tn::Error error(tn::Exit::bad_data, "{}:{}: short", "a.csv", 3);
  EXPECT_STREQ(error.what(), "a.csv:3: short");
  EXPECT_EQ(error.exit_code(), tn::Exit::bad_data);
}
TEST(Error, ReadyTextIsNoFormatString) {
  EXPECT_STREQ(tn::Error::of(tn::Exit::io, "{}").what(), "{}");
}
TEST(Error, KindNamesTheExitCode) {
  EXPECT_STREQ(tn::Error(tn::Exit::no_input, "x").kind(), "input");
  EXPECT_STREQ(tn::Error(tn::Exit::cannot_create, "x").kind(), "output");
  EXPECT_STREQ(tn::Error(tn::Exit::internal, "x").kind(), "internal");
}

}  // namespace
