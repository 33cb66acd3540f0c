#include "tools/select_watch.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

namespace tn {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::internal::CaptureStderr;
using testing::internal::GetCapturedStderr;

// What a watch says where the record {"x":1} was looked at under the condition.
std::string words(const std::string& condition, bool fails) {
  const Log log("tn", Verbosity::normal, false);
  Selection selection{{parse_condition(condition)}, {}};
  CaptureStderr();
  try {
    const SelectWatch watch(selection, log);
    chosen(Record::parse(R"({"id":"a","x":1})", "p"), selection);
    if (fails) throw std::runtime_error("on its way");
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "on its way");
  }
  EXPECT_EQ(selection.watch, nullptr);
  return GetCapturedStderr();
}

TEST(SelectWatch, WarnsOfAKeyThatNoRecordHad) {
  EXPECT_THAT(words("y=1", false), HasSubstr("no record read has the key 'y'"));
  EXPECT_THAT(words("y!=1", false), HasSubstr("no record read has the key 'y'"));
  EXPECT_THAT(words("x=2", false), IsEmpty());
}

TEST(SelectWatch, WarnsBesideAnErrorOnlyWhereNothingWasChosen) {
  EXPECT_THAT(words("y=1", true), HasSubstr("no record read has the key 'y'"));
  EXPECT_THAT(words("y!=1", true), IsEmpty());
}

}  // namespace
}  // namespace tn
