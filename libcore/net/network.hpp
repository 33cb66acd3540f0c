// What every network of the registry is: grey images in, a nodule mask and a class out.
#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>
#include <torch/nn/module.h>

#include <cstdint>

namespace tn {

// A head that the network does not have leaves its tensor undefined.
struct Prediction {
  at::Tensor mask_logits;   // [N,1,H,W] float32; sigmoid gives the nodule probability of a pixel
  at::Tensor class_logits;  // [N,2] float32: benign, malignant
};

class Network : public torch::nn::Module {
 public:
  Network();

  // [N,C,H,W] in [0,1], any memory format, float32; bfloat16 arithmetic under autocast. Throws
  // Error(bad_data) if H or W is below least_side().
  virtual Prediction forward(const at::Tensor& images) = 0;

  // The smallest height and width that forward() takes.
  virtual std::int64_t least_side() const = 0;

  // The fewest images that training takes at a time.
  virtual std::int64_t least_batch() const { return 1; }

  // Starts the random numbers of training mode (dropout) anew. With a seed made of the run's seed and the
  // step, a resumed training draws the same numbers.
  void reseed(std::uint64_t seed);

 protected:
  const at::Generator& generator() const { return generator_; }

 private:
  at::Generator generator_;  // CPU
};

// Throws Error(bad_data) if the images' height or width is below `least`.
void expect_side(const at::Tensor& images, std::int64_t least);

// The images in the order of memory that channels-last convolutions keep.
at::Tensor in_channels_last(const at::Tensor& images);

std::int64_t count_parameters(const torch::nn::Module& module);

// Lays the filters out as channels-last convolutions want them: values and names stay.
void to_channels_last(torch::nn::Module& module);

}  // namespace tn
