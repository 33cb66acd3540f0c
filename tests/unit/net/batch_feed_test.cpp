#include "libcore/net/batch_feed.hpp"

#include <ATen/ops/equal.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <thread>

#include "libcore/base/error.hpp"
#include "tests/unit/net/training_fixture.hpp"

namespace tn {
namespace {

bool never() {
  return false;
}

// What the feed must give, made in one go.
Batch alone(const CaseStore& cases, const TrainOptions& options, BatchPlace place) {
  const auto seed = static_cast<std::uint64_t>(options.seed);
  const auto order = epoch_order(cases.cases().size(), seed, place.epoch);
  return make_augmented_batch(cases, std::span(order).subspan(static_cast<std::size_t>(place.step) * 2, 2),
                              options.augment, seed, place.epoch, 1);
}

// Five cases, two a batch: two batches an epoch, and one case waits.
TEST(BatchFeed, GivesTheBatchOfEachPlaceForAnyJobsAndJumps) {
  const TrainJob job = draw_job("feed", 5, 0);
  const CaseStore cases(job.train, kSide, 1 << 30, 2, never);
  for (const int jobs : {1, 3}) {
    BatchFeed feed(cases, job.options, 2, jobs);
    EXPECT_EQ(feed.epoch_steps(), 2);
    for (const BatchPlace place :
         {BatchPlace{1, 0}, BatchPlace{1, 1}, BatchPlace{2, 0}, BatchPlace{1, 1}, BatchPlace{4, 1}}) {
      const Batch batch = feed.take(place), expected = alone(cases, job.options, place);
      EXPECT_EQ(batch.ids, expected.ids);
      EXPECT_TRUE(at::equal(batch.images, expected.images));
      EXPECT_TRUE(at::equal(batch.masks, expected.masks));
    }
  }
}

// What the first batch started is made without being asked for: its files may vanish then.
TEST(BatchFeed, IsABatchAhead) {
  const TrainJob job = draw_job("feed_ahead", 6, 0);
  const CaseStore cases(job.train, kSide, 0, 2, never);
  BatchFeed feed(cases, job.options, 2, 1);
  feed.take({1, 0});
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  for (const TrainCase& one : job.train) std::remove(one.image.c_str());
  EXPECT_EQ(feed.take({1, 1}).ids.size(), 2U);
  EXPECT_THROW(feed.take({1, 2}), Error);
}

}  // namespace
}  // namespace tn
