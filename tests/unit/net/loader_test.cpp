#include "libcore/net/loader.hpp"

#include <ATen/ops/equal.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "libcore/base/error.hpp"
#include "tests/unit/net/training_fixture.hpp"

namespace tn {
namespace {

constexpr std::int64_t kCase = 2 * kSide * kSide;  // bytes of a frame and its mask

bool never() {
  return false;
}

CaseStore drawn(const std::string& name, int count, std::int64_t cache = 1 << 30) {
  const TrainJob job = draw_job("loader_" + name, count, 0);
  return {job.train, kSide, cache, 2, never};
}

TEST(ToTensor, OutlivesTheFramesItCameFrom) {
  at::Tensor batch;
  {
    const cv::Mat1b frame(4, 4, std::uint8_t{51});
    batch = to_tensor({&frame, 1});
  }
  EXPECT_FLOAT_EQ(batch.mean().item<float>(), 0.2F);
}

TEST(ToTensor, ReadsAViewRowByRow) {
  cv::Mat1b wide(2, 8, std::uint8_t{0});
  wide(1, 5) = 255;
  const cv::Mat1b view = wide(cv::Rect(4, 0, 2, 2));
  const at::Tensor batch = to_tensor({&view, 1});
  EXPECT_FLOAT_EQ(batch[0][0][1][1].item<float>(), 1.0F);
  EXPECT_FLOAT_EQ(batch.sum().item<float>(), 1.0F);
}

TEST(MakeBatch, MissingMaskAndLabelAreMarked) {
  const CaseStore store = drawn("marked", 2);
  std::vector<Example> examples = {store.load(0), store.load(1)};
  examples[1].mask.reset();
  examples[1].label.reset();
  const Batch batch = make_batch(examples);
  EXPECT_TRUE(batch.has_mask[0].item<bool>());
  EXPECT_FALSE(batch.has_mask[1].item<bool>());
  EXPECT_EQ(batch.labels[0].item<std::int64_t>(), 0);
  EXPECT_EQ(batch.labels[1].item<std::int64_t>(), -1);
  EXPECT_EQ(batch.masks[1].sum().item<float>(), 0);
  EXPECT_GT(batch.masks[0].sum().item<float>(), 0);
}

TEST(CaseStore, WrongSizeNamesTheFirstFile) {
  const TrainJob job = draw_job("loader_size", 3, 0);
  try {
    CaseStore(job.train, 32, 1 << 30, 2, never);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_code(), Exit::bad_data);
    EXPECT_THAT(error.what(), testing::HasSubstr("case0.png: 64 x 64 px, expected 32 x 32"));
  }
}

TEST(CaseStore, MissingFileIsNoInput) {
  TrainJob job = draw_job("loader_missing", 1, 0);
  job.train[0].image = "nowhere.png";
  try {
    CaseStore(job.train, kSide, 1 << 30, 2, never);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_code(), Exit::no_input);
  }
}

TEST(AugmentedBatch, DoesNotDependOnJobs) {
  const CaseStore examples = drawn("jobs", 6);
  const std::vector<std::size_t> order = {5, 3, 1, 0};
  const Batch one = make_augmented_batch(examples, order, augment_preset(AugmentPreset::practical), 7, 3, 1);
  const Batch four = make_augmented_batch(examples, order, augment_preset(AugmentPreset::practical), 7, 3, 4);
  EXPECT_TRUE(at::equal(one.images, four.images));
  EXPECT_TRUE(at::equal(one.masks, four.masks));
}

// Keyed by id and epoch: the place in the batch does not matter.
TEST(AugmentedBatch, DoesNotDependOnTheBatch) {
  const CaseStore examples = drawn("batch", 4);
  const std::vector<std::size_t> all = {0, 1, 2, 3};
  const std::vector<std::size_t> alone = {2};
  const Batch together =
      make_augmented_batch(examples, all, augment_preset(AugmentPreset::practical), 7, 3, 2);
  const Batch single =
      make_augmented_batch(examples, alone, augment_preset(AugmentPreset::practical), 7, 3, 2);
  EXPECT_TRUE(at::equal(together.images[2], single.images[0]));
}

TEST(AugmentedBatch, ChangesFromEpochToEpoch) {
  const CaseStore examples = drawn("epochs", 1);
  const std::vector<std::size_t> order = {0};
  const Batch first =
      make_augmented_batch(examples, order, augment_preset(AugmentPreset::practical), 7, 1, 2);
  const Batch second =
      make_augmented_batch(examples, order, augment_preset(AugmentPreset::practical), 7, 2, 2);
  EXPECT_FALSE(at::equal(first.images, second.images));
}

bool same(const Batch& a, const Batch& b) {
  return at::equal(a.images, b.images) && at::equal(a.masks, b.masks) && at::equal(a.has_mask, b.has_mask) &&
         at::equal(a.labels, b.labels) && a.ids == b.ids;
}

TEST(CaseStore, KeepsTheFirstCasesThatFit) {
  EXPECT_EQ(drawn("fit", 4, 0).kept_bytes(), 0);
  EXPECT_EQ(drawn("fit", 4, 2 * kCase + 5).kept_bytes(), 2 * kCase);
  EXPECT_EQ(drawn("fit", 4).kept_bytes(), 4 * kCase);
}

TEST(CaseStore, GivesTheSameBytesForAnySizeOfTheCache) {
  const std::vector<std::size_t> order = {3, 0, 2, 1};
  const AugmentOptions augment = augment_preset(AugmentPreset::practical);
  const Batch all = make_augmented_batch(drawn("cache", 4), order, augment, 7, 3, 2);
  for (const std::int64_t cache : {std::int64_t{0}, 2 * kCase, 3 * kCase})
    EXPECT_TRUE(same(make_augmented_batch(drawn("cache", 4, cache), order, augment, 7, 3, 2), all)) << cache;
}

TEST(CaseStore, CaseThatVanishesIsMissedWhenItIsReadAgain) {
  const TrainJob job = draw_job("loader_vanish", 2, 0);
  const CaseStore store(job.train, kSide, kCase, 2, never);
  std::remove(job.train[0].image.c_str());
  std::remove(job.train[1].image.c_str());
  EXPECT_EQ(store.load(0).image(0, 0), 160);
  EXPECT_THROW(store.load(1), Error);
}

TEST(CaseStore, BatchWithoutAMaskIsZeroThere) {
  TrainJob job = draw_job("loader_nomask", 2, 0);
  job.train[1].mask.reset();
  const CaseStore store(job.train, kSide, 0, 2, never);
  const std::vector<std::size_t> order = {0, 1};
  const Batch batch = make_augmented_batch(store, order, augment_preset(AugmentPreset::none), 7, 1, 2);
  EXPECT_GT(batch.masks[0].sum().item<float>(), 0);
  EXPECT_EQ(batch.masks[1].abs().sum().item<float>(), 0);
}

TEST(EpochOrder, IsAPermutationThatChangesWithTheEpoch) {
  std::vector<std::size_t> order = epoch_order(50, 7, 1);
  EXPECT_NE(order, epoch_order(50, 7, 2));
  EXPECT_EQ(order, epoch_order(50, 7, 1));
  std::sort(order.begin(), order.end());
  for (std::size_t i = 0; i < order.size(); ++i) EXPECT_EQ(order[i], i);
}

}  // namespace
}  // namespace tn
