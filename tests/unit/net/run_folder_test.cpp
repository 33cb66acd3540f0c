#include "libcore/net/run_folder.hpp"

#include <gtest/gtest.h>

#include <functional>

#include "libcore/base/error.hpp"
#include "libcore/base/file.hpp"
#include "tests/support/temp_folder.hpp"

namespace tn {
namespace {

Exit refusal(const std::function<void()>& call) {
  try {
    call();
    return Exit::ok;
  } catch (const Error& error) {
    return error.exit_code();
  }
}

TEST(Duration, HasSecondsMinutesAndHours) {
  EXPECT_DOUBLE_EQ(parse_duration("90s"), 90);
  EXPECT_DOUBLE_EQ(parse_duration("45m"), 2700);
  EXPECT_DOUBLE_EQ(parse_duration("1.5h"), 5400);
}

TEST(Duration, NonsenseIsRefused) {
  for (const char* text : {"", "m", "45", "0", "0s", "-3m", "5d", "1 h", "nan", "inf", "1e300h", "90000h"})
    EXPECT_EQ(refusal([&] { parse_duration(text); }), Exit::usage) << text;
}

TEST(RunFolder, ResumeWithoutACheckpointIsNoInput) {
  const test::TempFolder temp;
  EXPECT_EQ(refusal([&] { goes_on(temp.path("none"), Resume::always, false); }), Exit::no_input);
}

TEST(RunFolder, AskingWritesNothing) {
  const test::TempFolder temp;
  goes_on(temp.path("run"), Resume::never, false);
  EXPECT_FALSE(path_exists(temp.path("run")));
}

TEST(RunFolder, AnOldRunIsRefusedUnlessForcedOrResumed) {
  const test::TempFolder temp;
  temp.file("run/checkpoint-last.safetensors", "old");
  EXPECT_EQ(refusal([&] { goes_on(temp.path("run"), Resume::never, false); }), Exit::cannot_create);
  EXPECT_EQ(refusal([&] { goes_on(temp.path("run"), Resume::never, true); }), Exit::ok);
  EXPECT_EQ(refusal([&] { goes_on(temp.path("run"), Resume::always, false); }), Exit::ok);
}

TEST(RunFolder, AutomaticGoesOnWhereThereIsACheckpointAndBeginsElsewhere) {
  const test::TempFolder temp;
  EXPECT_FALSE(goes_on(temp.path("run"), Resume::automatic, false));
  temp.file("run/config.ini", "of a start that came to nothing");
  EXPECT_FALSE(goes_on(temp.path("run"), Resume::automatic, false));
  temp.file("run/checkpoint-previous.safetensors", "old");
  EXPECT_TRUE(goes_on(temp.path("run"), Resume::automatic, false));
}

TEST(RunFolder, AutomaticNeverTakesAModelAway) {
  const test::TempFolder temp;
  temp.file("run/model.safetensors", "dear");
  EXPECT_EQ(refusal([&] { goes_on(temp.path("run"), Resume::automatic, false); }), Exit::cannot_create);
}

TEST(RunFolder, SweepingTakesHalfWrittenFilesOfTheRunAlone) {
  const test::TempFolder temp;
  for (const char* name : {"model.safetensors", "model.safetensors.tmp-abc123",
                           "checkpoint-last.safetensors.next.tmp-x9x9x9", "mine.tmp-abc123"})
    temp.file(name, "x");
  sweep_run_folder(temp.path(""));
  EXPECT_TRUE(path_exists(temp.path("model.safetensors")));
  EXPECT_TRUE(path_exists(temp.path("mine.tmp-abc123")));
  EXPECT_EQ(temp.file_count(), 2U);
}

TEST(RunFolder, EnvironmentGrowsByALine) {
  const test::TempFolder temp;
  append_environment(temp.path(""), {{"threads", 2}});
  append_environment(temp.path(""), {{"threads", 4}});
  EXPECT_EQ(temp.read("environment.jsonl"), "{\"threads\":2}\n{\"threads\":4}\n");
}

TEST(RunFolder, BeginningTakesAnOldRunAway) {
  const test::TempFolder temp;
  temp.file("run/model.safetensors", "old");
  temp.file("run/mine.txt", "kept");
  begin_run_folder(temp.path("run"), "a = 1\n");
  EXPECT_FALSE(path_exists(temp.path("run/model.safetensors")));
  EXPECT_EQ(temp.read("run/config.ini"), "a = 1\n");
  EXPECT_EQ(temp.read("run/mine.txt"), "kept");
}

TEST(EpochSummary, LeavesOutWhatWasNotMeasured) {
  EpochLog log;
  log.epoch = 3;
  log.loss = 0.41123;
  log.images_per_second = 12.06;
  EXPECT_EQ(epoch_summary(log), "epoch 3: loss 0.4112, 12.1 images/s");
  log.val_dice = 0.731;
  log.best = true;
  EXPECT_EQ(epoch_summary(log), "epoch 3: loss 0.4112, validation Dice 0.7310, 12.1 images/s, best");
}

}  // namespace
}  // namespace tn
