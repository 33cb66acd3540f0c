#include "libcore/cli/progress.hpp"

#include <gmock/gmock.h>

namespace {

using testing::EndsWith;
using testing::HasSubstr;

TEST(Progress, IsSilentUnlessEnabled) {
  testing::internal::CaptureStderr();
  { tn::Progress("tn-x", "images", 2, false).advance(2); }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}
TEST(Progress, ShowsTheCountAndClearsTheLineAtTheEnd) {
  testing::internal::CaptureStderr();
  { tn::Progress("tn-x", "images", 2, true).advance(2, "loss 0.1"); }
  const std::string text = testing::internal::GetCapturedStderr();
  EXPECT_THAT(text, HasSubstr("tn-x: 2/2 images, "));
  EXPECT_THAT(text, HasSubstr(", loss 0.1"));
  EXPECT_THAT(text, EndsWith("\r\033[K"));
}
TEST(Progress, UnknownTotalShowsNoTimeLeft) {
  testing::internal::CaptureStderr();
  { tn::Progress("tn-x", "images", 0, true).advance(3); }
  const std::string text = testing::internal::GetCapturedStderr();
  EXPECT_THAT(text, HasSubstr("tn-x: 3 images"));
  EXPECT_THAT(text, testing::Not(HasSubstr("left")));
}

TEST(ClockText, ShowsHoursWhenThereAreAny) {
  EXPECT_EQ(tn::clock_text(75), "1:15");
  EXPECT_EQ(tn::clock_text(3700), "1:01:40");
}
TEST(ClockText, RoundsToSeconds) {
  EXPECT_EQ(tn::clock_text(59.6), "1:00");
}

}  // namespace
