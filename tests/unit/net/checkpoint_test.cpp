#include "libcore/net/checkpoint.hpp"

#include <ATen/ops/full.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <functional>

#include "libcore/base/error.hpp"

namespace tn {
namespace {

const nlohmann::json kPrint = {{"options", {{"alpha", 0.2}}}};

std::string fresh(const std::string& name) {
  const std::string folder = testing::TempDir() + "checkpoint_" + name;
  create_folders(folder);
  std::remove(last_checkpoint(folder).c_str());
  std::remove(previous_checkpoint(folder).c_str());
  return folder;
}

NamedTensors numbers(float value) {
  return {{"w", at::full({3}, value)}};
}

std::string refusal(const std::function<void()>& call, Exit expected) {
  try {
    call();
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_code(), expected);
    return error.what();
  }
  ADD_FAILURE() << "nothing was refused";
  return "";
}

TEST(Checkpoint, GivesBackTensorsAndProgress) {
  const std::string folder = fresh("back");
  TrainProgress progress;
  progress.epoch = 4;
  progress.epoch_step = 2;
  progress.steps = 17;
  progress.best = 0.61;
  progress.plateau = {0.6, 3, 0.25};
  progress.loss_sum = 1.0 / 3;
  save_checkpoint(folder, numbers(5), progress, kPrint);
  const NamedTensors target = numbers(0);
  const Resumed resumed = load_checkpoint(folder, target, kPrint);
  EXPECT_EQ(resumed.progress, progress);
  EXPECT_EQ(resumed.warning, "");
  EXPECT_FLOAT_EQ(target[0].second[2].item<float>(), 5);
}

TEST(Checkpoint, NamesAllThatDiffers) {
  const std::string folder = fresh("differs");
  save_checkpoint(folder, numbers(1), {}, {{"options", {{"alpha", 0.2}, {"batch", 8}, {"seed", 1}}}});
  const nlohmann::json now = {{"options", {{"alpha", 0.3}, {"batch", 4}, {"seed", 1}}}};
  EXPECT_THAT(refusal([&] { load_checkpoint(folder, numbers(0), now); }, Exit::usage),
              testing::EndsWith("started with --alpha 0.2, not 0.3; --batch 8, not 4"));
}

// One bit of a weight, in the middle of the file: the structure is whole, the checksum is not.
TEST(Checkpoint, FlippedBitIsNoticed) {
  const std::string folder = fresh("bit");
  save_checkpoint(folder, numbers(5), {}, kPrint);
  std::string bytes = read_file(last_checkpoint(folder));
  bytes[bytes.size() - 5] = static_cast<char>(bytes[bytes.size() - 5] ^ 1);
  write_whole(last_checkpoint(folder), bytes, true, Durability::rename_only);
  EXPECT_THAT(refusal([&] { load_checkpoint(folder, numbers(0), kPrint); }, Exit::bad_data),
              testing::HasSubstr("checksum"));
}

TEST(Checkpoint, KeepsTheOneBefore) {
  const std::string folder = fresh("before");
  save_checkpoint(folder, numbers(1), {}, kPrint);
  save_checkpoint(folder, numbers(2), {}, kPrint);
  EXPECT_FLOAT_EQ(load_safetensors(previous_checkpoint(folder))[0].second[0].item<float>(), 1);
  EXPECT_FLOAT_EQ(load_safetensors(last_checkpoint(folder))[0].second[0].item<float>(), 2);
}

TEST(Checkpoint, MissingOneIsNoInput) {
  refusal([] { load_checkpoint(fresh("missing"), numbers(0), kPrint); }, Exit::no_input);
}

TEST(Checkpoint, CutOffOneIsRefused) {
  const std::string folder = fresh("cut");
  save_checkpoint(folder, numbers(1), {}, kPrint);
  const std::string bytes = read_file(last_checkpoint(folder));
  write_whole(last_checkpoint(folder), bytes.substr(0, bytes.size() - 4), true);
  EXPECT_THAT(refusal([&] { load_checkpoint(folder, numbers(0), kPrint); }, Exit::bad_data),
              testing::HasSubstr("checkpoint-last.safetensors"));
}

TEST(Checkpoint, WhereTheLastIsDamagedOrMissingThePreviousServes) {
  const std::string folder = fresh("fallback");
  TrainProgress progress;
  progress.epoch = 7;
  save_checkpoint(folder, numbers(1), progress, kPrint);
  save_checkpoint(folder, numbers(2), {}, kPrint);
  const std::string bytes = read_file(last_checkpoint(folder));
  write_whole(last_checkpoint(folder), bytes.substr(0, bytes.size() - 4), true);
  const NamedTensors target = numbers(0);
  const Resumed resumed = load_checkpoint(folder, target, kPrint);
  EXPECT_EQ(resumed.progress.epoch, 7);
  EXPECT_THAT(resumed.warning,
              testing::AllOf(testing::HasSubstr("checkpoint-last"),
                             testing::HasSubstr("going on from " + previous_checkpoint(folder))));
  EXPECT_FLOAT_EQ(target[0].second[0].item<float>(), 1);
  EXPECT_TRUE(path_exists(folder + "/checkpoint-damaged.safetensors"));
  EXPECT_EQ(load_checkpoint(folder, target, kPrint).progress.epoch, 7);
  // What is saved next does not put the damaged one in the good one's place.
  save_checkpoint(folder, numbers(3), {}, kPrint);
  EXPECT_FLOAT_EQ(load_safetensors(previous_checkpoint(folder))[0].second[0].item<float>(), 1);
  EXPECT_FLOAT_EQ(load_safetensors(last_checkpoint(folder))[0].second[0].item<float>(), 3);
}

TEST(Checkpoint, WhereBothAreDamagedTheLastIsNamed) {
  const std::string folder = fresh("both");
  save_checkpoint(folder, numbers(1), {}, kPrint);
  save_checkpoint(folder, numbers(2), {}, kPrint);
  write_whole(last_checkpoint(folder), "x", true);
  write_whole(previous_checkpoint(folder), "x", true);
  EXPECT_THAT(refusal([&] { load_checkpoint(folder, numbers(0), kPrint); }, Exit::bad_data),
              testing::HasSubstr("checkpoint-last"));
}

TEST(Checkpoint, AnotherNetworkIsRefusedByTensor) {
  const std::string folder = fresh("another");
  save_checkpoint(folder, numbers(1), {}, kPrint);
  EXPECT_THAT(refusal(
                  [&] {
                    load_checkpoint(folder, {{"v", at::full({3}, 0.0)}}, kPrint);
                  },
                  Exit::bad_data),
              testing::HasSubstr("'v' is missing"));
}

TEST(Checkpoint, AModelIsNoCheckpoint) {
  const std::string folder = fresh("model");
  save_safetensors(last_checkpoint(folder), numbers(1), {{"v", 1}}, true, Durability::rename_only);
  EXPECT_THAT(refusal([&] { load_checkpoint(folder, numbers(0), kPrint); }, Exit::bad_data),
              testing::HasSubstr("not a checkpoint"));
}

}  // namespace
}  // namespace tn
