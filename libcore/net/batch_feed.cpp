#include "libcore/net/batch_feed.hpp"

#include <exception>
#include <utility>

#include "libcore/net/runtime.hpp"

namespace tn {

BatchFeed::BatchFeed(const CaseStore& cases, const TrainOptions& options, std::int64_t batch, int jobs,
                     int process, int processes, at::Device device)
    : cases_(cases),
      options_(options),
      batch_(batch),
      epoch_steps_(static_cast<std::int64_t>(cases.cases().size()) / batch),
      jobs_(jobs),
      process_(process),
      processes_(processes),
      device_(device),
      beside_(stream_beside(device)) {}

BatchFeed::~BatchFeed() {
  if (next_.valid()) next_.wait();
}

BatchPlace BatchFeed::after(BatchPlace place) const {
  return place.step + 1 < epoch_steps_ ? BatchPlace{place.epoch, place.step + 1}
                                       : BatchPlace{place.epoch + 1, 0};
}

BatchFeed::Made BatchFeed::make(BatchPlace place) const {
  const auto seed = static_cast<std::uint64_t>(options_.seed);
  const std::vector<std::size_t> order = epoch_order(cases_.cases().size(), seed, place.epoch);
  const std::int64_t share = batch_ / processes_;
  const auto part = std::span(order).subspan(static_cast<std::size_t>(place.step * batch_ + process_ * share),
                                             static_cast<std::size_t>(share));
  Made made{make_augmented_batch(cases_, part, options_.augment, seed, place.epoch, jobs_), std::nullopt};
  try {
    made.shipment = ship(made.batch);
  } catch (const std::exception& error) {
    if (!is_out_of_memory(error)) throw;
  }
  return made;
}

Shipment BatchFeed::ship(const Batch& batch) const {
  return {{batch.images, batch.masks, batch.has_mask, batch.labels}, device_, beside_};
}

Batch BatchFeed::take(BatchPlace place) {
  if (next_.valid() && next_place_ != place) next_ = {};  // waits for what is not wanted any more
  Made made = next_.valid() ? next_.get() : make(place);
  Batch& batch = made.batch;
  if (!made.shipment) made.shipment = ship(batch);  // the step before has given its memory back
  next_place_ = after(place);
  next_ = std::async(std::launch::async, [this, next = next_place_] { return make(next); });
  const std::vector<at::Tensor> tensors = made.shipment->unload();
  batch.images = tensors[0];
  batch.masks = tensors[1];
  batch.has_mask = tensors[2];
  batch.labels = tensors[3];
  return std::move(batch);
}

}  // namespace tn
