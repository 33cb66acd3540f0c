// One picture of one patient, with the truth about it.
#pragma once

#include <cstdint>
#include <opencv2/core/mat.hpp>

#include "examples/phantoms/findings.hpp"

namespace tn {

struct PhantomOptions {
  std::int64_t seed = 17;     // same seed, same pictures
  std::int64_t width = 320;   // px, 64 to 2048
  std::int64_t height = 240;  // px, 64 to 2048
};

void check(const PhantomOptions& options);  // throws Error(usage)

struct Phantom {
  cv::Mat1b image;
  cv::Mat1b mask;  // {0,255}
};

// The patient's picture number `index`, from 1. Depends on its arguments alone.
Phantom draw_phantom(const Patient& patient, int index, const PhantomOptions& options);

}  // namespace tn
