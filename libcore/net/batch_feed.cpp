#include "libcore/net/batch_feed.hpp"

namespace tn {

BatchFeed::BatchFeed(const CaseStore& cases, const TrainOptions& options, std::int64_t batch, int jobs,
                     int process, int processes)
    : cases_(cases),
      options_(options),
      batch_(batch),
      epoch_steps_(static_cast<std::int64_t>(cases.cases().size()) / batch),
      jobs_(jobs),
      process_(process),
      processes_(processes) {}

BatchFeed::~BatchFeed() {
  if (next_.valid()) next_.wait();
}

BatchPlace BatchFeed::after(BatchPlace place) const {
  return place.step + 1 < epoch_steps_ ? BatchPlace{place.epoch, place.step + 1}
                                       : BatchPlace{place.epoch + 1, 0};
}

Batch BatchFeed::make(BatchPlace place) const {
  const auto seed = static_cast<std::uint64_t>(options_.seed);
  const std::vector<std::size_t> order = epoch_order(cases_.cases().size(), seed, place.epoch);
  const std::int64_t share = batch_ / processes_;
  const auto part = std::span(order).subspan(static_cast<std::size_t>(place.step * batch_ + process_ * share),
                                             static_cast<std::size_t>(share));
  return make_augmented_batch(cases_, part, options_.augment, seed, place.epoch, jobs_);
}

Batch BatchFeed::take(BatchPlace place) {
  if (next_.valid() && next_place_ != place) next_ = {};  // waits for what is not wanted any more
  Batch batch = next_.valid() ? next_.get() : make(place);
  next_place_ = after(place);
  next_ = std::async(std::launch::async, [this, next = next_place_] { return make(next); });
  return batch;
}

}  // namespace tn
