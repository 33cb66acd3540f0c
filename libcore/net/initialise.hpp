// First values of a network's parameters.
#pragma once

#include <ATen/core/Generator.h>
#include <torch/nn/module.h>

#include <cstdint>

namespace tn {

// A CPU generator of its own, started with the seed.
at::Generator make_generator(std::uint64_t seed);

// METHOD 3: convolutions and fully connected layers Xavier-normal, batch-norm weights N(1, 0.02), all biases
// 0, attention scales (gamma) 0, running mean 0 and variance 1. Draws in the order of the module tree: equal
// seeds give equal networks.
void initialise(torch::nn::Module& module, at::Generator generator);

}  // namespace tn
