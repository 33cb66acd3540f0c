// Preprocessed cases as tensors: decoded once, kept in memory, augmented by key.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <opencv2/core/mat.hpp>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "libcore/image/augment.hpp"
#include "libcore/net/api.hpp"

namespace tn {

// A decoded case: size x size each.
struct Example {
  std::string id;
  cv::Mat1b image;
  std::optional<cv::Mat1b> mask;
  std::optional<int> label;
};

// All cases, decoded once: as many as fit into `cache_bytes`, the first ones, stay in memory, the others are
// decoded again whenever they are asked for. The same frames for any size of the cache.
class CaseStore {
 public:
  // Decodes with up to `jobs` threads. Throws Error(bad_data | no_input) that names the first case whose file
  // is missing, damaged or not size x size. `stopped` is asked before each case, by several threads; once it
  // says so, Error(interrupted).
  CaseStore(std::span<const TrainCase> cases, std::int64_t size, std::int64_t cache_bytes, int jobs,
            const std::function<bool()>& stopped);

  Example load(std::size_t index) const;  // a kept one shares its pixels; throws as the constructor
  std::span<const TrainCase> cases() const { return cases_; }
  std::int64_t size() const { return size_; }  // px a side
  std::int64_t kept_bytes() const { return kept_bytes_; }

 private:
  std::vector<TrainCase> cases_;
  std::int64_t size_;
  std::vector<Example> kept_;  // of the first cases
  std::int64_t kept_bytes_ = 0;
};

struct Batch {
  at::Tensor images;    // [N,1,S,S] float32 in [0,1]
  at::Tensor masks;     // [N,1,S,S] float32, 0 or 1; 0 where there is none
  at::Tensor has_mask;  // [N] bool
  at::Tensor labels;    // [N] int64: 0 benign, 1 malignant, -1 none
  std::vector<std::string> ids;
  std::int64_t with_mask = 0, with_label = 0;  // images: known without asking the device
};

// As they are, for validation.
Batch make_batch(std::span<const Example> examples);

// The cases at `order`, each augmented with numbers keyed by (seed, id, epoch) alone: the same for any jobs
// and batch.
Batch make_augmented_batch(const CaseStore& cases, std::span<const std::size_t> order,
                           const AugmentOptions& augment, std::uint64_t seed, std::int64_t epoch, int jobs);

// Order of the examples in an epoch, keyed by (seed, epoch).
std::vector<std::size_t> epoch_order(std::size_t count, std::uint64_t seed, std::int64_t epoch);

// Frames of one size, grey levels in [0,255] -> [N,1,H,W] float32 in [0,1], on the CPU, owning its memory.
at::Tensor to_tensor(std::span<const cv::Mat1b> frames);

}  // namespace tn
