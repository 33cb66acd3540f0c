#include "libcore/base/log.hpp"

#include <gtest/gtest.h>

#include <functional>

namespace {

std::string written(tn::Verbosity verbosity, bool colour, const std::function<void(const tn::Log&)>& action) {
  const tn::Log log("tn-x", verbosity, colour);
  testing::internal::CaptureStderr();
  action(log);
  return testing::internal::GetCapturedStderr();
}

TEST(Log, ErrorsAndWarningsAppearEvenWhenQuiet) {
  EXPECT_EQ(written(tn::Verbosity::quiet, false,
                    [](const tn::Log& log) {
                      log.error("a");
                      log.warning("b");
                    }),
            "tn-x: error: a\ntn-x: warning: b\n");
}
TEST(Log, NotesAreSilentWhenQuiet) {
  EXPECT_EQ(written(tn::Verbosity::quiet, false, [](const tn::Log& log) { log.note("a"); }), "");
}
TEST(Log, TheFirstMessageTakesAProgressLineAway) {
  EXPECT_EQ(written(tn::Verbosity::normal, false,
                    [](const tn::Log& log) {
                      tn::mark_redrawn_line(true);
                      log.note("a");
                      log.note("b");
                    }),
            "\r\033[Ktn-x: a\ntn-x: b\n");
}
TEST(Log, DetailsNeedVerbose) {
  EXPECT_EQ(written(tn::Verbosity::normal, false, [](const tn::Log& log) { log.detail("a"); }), "");
  EXPECT_EQ(written(tn::Verbosity::verbose, false, [](const tn::Log& log) { log.detail("a"); }), "tn-x: a\n");
}
TEST(Log, ColourPaintsTheTagOnly) {
  EXPECT_EQ(written(tn::Verbosity::normal, true, [](const tn::Log& log) { log.error("a"); }),
            "tn-x: \033[31merror: \033[0ma\n");
}
TEST(Log, ControlCharactersAreShownAndDoNothing) {
  EXPECT_EQ(written(tn::Verbosity::normal, false,
                    [](const tn::Log& log) {
                      log.error(
                          "a\nb\033[31m\xFF\xC2\x9B"
                          "2J \u00E9.png");
                    }),
            "tn-x: error: a\\x0Ab\\x1B[31m\\xFF\\xC2\\x9B2J \u00E9.png\n");
}
TEST(Log, LongTextIsNotCut) {
  const std::string text(5000, 'a');
  EXPECT_EQ(written(tn::Verbosity::normal, false, [&](const tn::Log& log) { log.note(text); }),
            "tn-x: " + text + "\n");
}
TEST(Log, TextIsNoFormatString) {
  EXPECT_EQ(written(tn::Verbosity::normal, false, [](const tn::Log& log) { log.note("{} %s"); }),
            "tn-x: {} %s\n");
}

}  // namespace
