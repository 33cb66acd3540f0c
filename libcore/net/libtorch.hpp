// LibTorch's own libraries, opened when a network is needed.
#pragma once

#include <string>

namespace tn {

// From TN_LIBTORCH=DIR (DIR/lib), or where the build found it.
std::string libtorch_folder();

// The libraries for the processor; before our own, since a library that is loaded satisfies those of its name
// that ours asks for. Throws Error(no_input) where they are missing.
void open_libtorch();

// The libraries for GPUs beside them. LibTorch asks once whether they are there and keeps the answer: call it
// before anything else asks LibTorch for a GPU. Throws Error(usage) with the reason where one cannot be
// opened.
void open_libtorch_cuda();

}  // namespace tn
