#include "libcore/net/loader.hpp"

#include <ATen/ops/empty.h>
#include <ATen/ops/full.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <exception>
#include <functional>

#include "libcore/base/error.hpp"
#include "libcore/base/random.hpp"
#include "libcore/image/image_io.hpp"
#include "libcore/image/ordered.hpp"

namespace tn {
namespace {

cv::Mat1b load_frame(const std::string& path, std::int64_t size) {
  cv::Mat1b frame = load_grey(path);
  if (frame.cols != size || frame.rows != size)
    throw Error(Exit::bad_data, "{}: {} x {} px, expected {} x {}", path, frame.cols, frame.rows, size, size);
  return frame;
}

Example load_example(const TrainCase& one, std::int64_t size) {
  Example example{one.id, load_frame(one.image, size), std::nullopt, one.label};
  if (one.mask) example.mask = load_frame(*one.mask, size);
  return example;
}

// Writes one grey frame into row `index` of [N,1,S,S], scaled to [0,1] or, as a mask, to 0 and 1.
void put(const cv::Mat1b& frame, at::Tensor& rows, std::size_t index, bool as_mask) {
  float* out = rows.data_ptr<float>() + static_cast<std::size_t>(rows.stride(0)) * index;
  for (int y = 0; y < frame.rows; ++y)
    for (int x = 0; x < frame.cols; ++x)
      *out++ = as_mask ? static_cast<float>(frame(y, x) > 0) : static_cast<float>(frame(y, x)) / 255.0F;
}

// No large tensor is filled here: batches are made beside the network's threads, and LibTorch would start
// others for it.
Batch empty_batch(std::size_t count, std::int64_t size) {
  const auto n = static_cast<std::int64_t>(count);
  return {at::empty({n, 1, size, size}, at::kFloat), at::empty({n, 1, size, size}, at::kFloat),
          at::zeros({n}, at::kBool), at::full({n}, -1, at::kLong), std::vector<std::string>(count)};
}

void count_targets(Batch& batch) {
  batch.with_mask =
      std::ranges::count(std::span(batch.has_mask.const_data_ptr<bool>(), batch.ids.size()), true);
  const std::span labels(batch.labels.const_data_ptr<std::int64_t>(), batch.ids.size());
  batch.with_label = std::ranges::count_if(labels, [](std::int64_t label) { return label >= 0; });
}

void fill(Batch& batch, std::size_t row, const std::string& id, const cv::Mat1b& image,
          const std::optional<cv::Mat1b>& mask, std::optional<int> label) {
  batch.ids[row] = id;
  put(image, batch.images, row, false);
  const auto pixels = static_cast<std::size_t>(batch.masks.stride(0));
  if (mask)
    put(*mask, batch.masks, row, true);
  else
    std::fill_n(batch.masks.data_ptr<float>() + pixels * row, pixels, 0.0F);
  batch.has_mask.data_ptr<bool>()[row] = mask.has_value();
  if (label) batch.labels.data_ptr<std::int64_t>()[row] = *label;
}

}  // namespace

CaseStore::CaseStore(std::span<const TrainCase> cases, std::int64_t size, std::int64_t cache_bytes, int jobs,
                     const std::function<bool()>& stopped)
    : cases_(cases.begin(), cases.end()), size_(size) {
  std::size_t keep = 0;
  for (const TrainCase& one : cases_) {
    const std::int64_t bytes = size * size * (one.mask ? 2 : 1);
    if (kept_bytes_ + bytes > cache_bytes) break;
    kept_bytes_ += bytes;
    ++keep;
  }
  kept_.resize(keep);
  std::vector<std::exception_ptr> failures(
      cases_.size());  // one slot a case: the first is the same for any jobs
  for_each_index(cases_.size(), jobs, [&](std::size_t i) {
    if (stopped()) return;
    try {
      Example example = load_example(cases_[i], size_);
      if (i < keep) kept_[i] = std::move(example);
    } catch (const Error&) {
      failures[i] = std::current_exception();
    }
  });
  if (stopped()) throw Error(Exit::interrupted, "interrupted before the training began");
  for (const std::exception_ptr& failure : failures)
    if (failure) std::rethrow_exception(failure);
}

Example CaseStore::load(std::size_t index) const {
  return index < kept_.size() ? kept_[index] : load_example(cases_[index], size_);
}

Batch make_batch(std::span<const Example> examples) {
  Batch batch = empty_batch(examples.size(), examples.front().image.rows);
  for (std::size_t i = 0; i < examples.size(); ++i)
    fill(batch, i, examples[i].id, examples[i].image, examples[i].mask, examples[i].label);
  count_targets(batch);
  return batch;
}

Batch make_augmented_batch(const CaseStore& cases, std::span<const std::size_t> order,
                           const AugmentOptions& augment, std::uint64_t seed, std::int64_t epoch, int jobs) {
  Batch batch = empty_batch(order.size(), cases.size());
  for_each_index(order.size(), jobs, [&](std::size_t row) {
    const Example example = cases.load(order[row]);
    Random random = augment_random(seed, example.id, epoch);
    const Augmented changed =
        tn::augment(example.image, example.mask ? &*example.mask : nullptr, augment, random);
    fill(batch, row, example.id, changed.image, changed.mask, example.label);
  });
  count_targets(batch);
  return batch;
}

std::vector<std::size_t> epoch_order(std::size_t count, std::uint64_t seed, std::int64_t epoch) {
  return Random(seed, "order", static_cast<std::uint64_t>(epoch)).permutation(count);
}

at::Tensor to_tensor(std::span<const cv::Mat1b> frames) {
  const cv::Mat1b& first = frames.front();
  at::Tensor images =
      at::empty({static_cast<std::int64_t>(frames.size()), 1, first.rows, first.cols}, at::kFloat);
  for (std::size_t i = 0; i < frames.size(); ++i) {
    if (frames[i].size() != first.size())
      throw Error(Exit::internal, "frames of {} x {} and {} x {} px in one batch", first.cols, first.rows,
                  frames[i].cols, frames[i].rows);
    put(frames[i], images, i, false);
  }
  return images;
}

}  // namespace tn
