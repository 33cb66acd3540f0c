#include "libcore/cli/progress.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <thread>

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

// A fifth done of it all while the count's total is not known: the share tells the time left.
TEST(Progress, ShareTellsTheTimeLeft) {
  testing::internal::CaptureStderr();
  {
    tn::Progress progress("tn-x", "steps", 0, true);
    progress.set_share(0.1);
    progress.advance(1);
    std::this_thread::sleep_for(std::chrono::milliseconds(120));
    progress.set_share(0.2);
    progress.advance(1);
  }
  EXPECT_THAT(testing::internal::GetCapturedStderr(),
              testing::ContainsRegex("2 steps, [^,]*, 0:0[1-9] left"));
}
TEST(Progress, WhatWasDoneBeforeIsNotInTheRate) {
  testing::internal::CaptureStderr();
  {
    tn::Progress progress("tn-x", "steps", 1001, true);
    progress.begin_at(1000);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    progress.advance(1);
  }
  // At most 50 a second: over a thousand if those before counted.
  EXPECT_THAT(testing::internal::GetCapturedStderr(),
              testing::ContainsRegex("1001/1001 steps, [0-9.]{1,4}/s"));
}

TEST(ClockText, ShowsHoursWhenThereAreAny) {
  EXPECT_EQ(tn::clock_text(75), "1:15");
  EXPECT_EQ(tn::clock_text(3700), "1:01:40");
}
TEST(ClockText, RoundsToSeconds) {
  EXPECT_EQ(tn::clock_text(59.6), "1:00");
}

}  // namespace
