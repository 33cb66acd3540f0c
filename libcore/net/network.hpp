// What every network of the registry is: grey images in, a nodule mask and a class out.
#pragma once

#include <ATen/core/Tensor.h>
#include <torch/nn/module.h>

#include <cstdint>
#include <utility>
#include <vector>

namespace tn {

// A head that the network does not have leaves its tensor undefined.
struct Prediction {
  at::Tensor mask_logits;   // [N,1,H,W] float32; sigmoid gives the nodule probability of a pixel
  at::Tensor class_logits;  // [N,2] float32: benign, malignant
};

class Network : public torch::nn::Module {
 public:
  // [N,C,H,W] in [0,1], any memory format, float32; bfloat16 arithmetic under autocast. Throws
  // Error(bad_data) if H or W is below least_side().
  virtual Prediction forward(const at::Tensor& images) = 0;

  // The smallest height and width that forward() takes.
  virtual std::int64_t least_side() const = 0;

  // The fewest images that training takes at a time.
  virtual std::int64_t least_batch() const { return 1; }

  // What the random numbers of training mode (dropout) are keyed by: a number for each image of the next
  // forward pass. Made of the run's seed, the step and the image's id, they are the same after a resume, in
  // any micro-batch and on any of several processes. None: each image's place in its batch.
  void draw_by(std::vector<std::uint64_t> image_keys) { image_keys_ = std::move(image_keys); }

  // Whether forward() keeps the deepest features, [N,C,h,w]: what the class head averages. They are then a
  // leaf of the graph: what comes after them can be differentiated by them, and by nothing before them.
  void watch_deepest(bool watches) { watches_ = watches; }
  const at::Tensor& deepest() const { return deepest_; }  // of the last forward() that watched

 protected:
  // Every forward() hands its deepest features through here and goes on with what comes back.
  at::Tensor watched(const at::Tensor& features);
  const std::vector<std::uint64_t>& image_keys() const { return image_keys_; }

 private:
  std::vector<std::uint64_t> image_keys_;
  bool watches_ = false;
  at::Tensor deepest_;
};

// Throws Error(bad_data) if the images' height or width is below `least`.
void expect_side(const at::Tensor& images, std::int64_t least);

// The images in the order of memory that channels-last convolutions keep.
at::Tensor in_channels_last(const at::Tensor& images);

std::int64_t count_parameters(const torch::nn::Module& module);

// Lays the filters out as channels-last convolutions want them: values and names stay.
void to_channels_last(torch::nn::Module& module);

}  // namespace tn
