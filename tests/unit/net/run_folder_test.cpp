#include "libcore/net/run_folder.hpp"

#include <gtest/gtest.h>

#include <functional>

#include "libcore/base/error.hpp"
#include "libcore/base/file.hpp"

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

std::string fresh(const std::string& name) {
  return testing::TempDir() + "run_folder_" + name;
}

TEST(Duration, HasSecondsMinutesAndHours) {
  EXPECT_DOUBLE_EQ(parse_duration("90"), 90);
  EXPECT_DOUBLE_EQ(parse_duration("90s"), 90);
  EXPECT_DOUBLE_EQ(parse_duration("45m"), 2700);
  EXPECT_DOUBLE_EQ(parse_duration("1.5h"), 5400);
}

TEST(Duration, NonsenseIsRefused) {
  for (const char* text : {"", "m", "0", "-3m", "5d", "1 h", "nan"})
    EXPECT_EQ(refusal([&] { parse_duration(text); }), Exit::usage) << text;
}

TEST(RunFolder, ResumeWithoutACheckpointIsNoInput) {
  EXPECT_EQ(refusal([] { claim_run_folder(fresh("none"), true, false, ""); }), Exit::no_input);
}

TEST(RunFolder, AnOldRunIsRefusedAndForceTakesItAway) {
  const std::string folder = fresh("old");
  create_folders(folder);
  write_whole(folder + "/model.safetensors", "old", true);
  EXPECT_EQ(refusal([&] { claim_run_folder(folder, false, false, ""); }), Exit::cannot_create);
  EXPECT_TRUE(path_exists(folder + "/model.safetensors"));
  claim_run_folder(folder, false, true, "a = 1\n");
  EXPECT_FALSE(path_exists(folder + "/model.safetensors"));
  EXPECT_EQ(read_file(folder + "/config.ini"), "a = 1\n");
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
