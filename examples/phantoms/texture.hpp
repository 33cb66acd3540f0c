// Random fields and curves that tissue is made of.
#pragma once

#include <array>
#include <opencv2/core/mat.hpp>

#include "libcore/base/random.hpp"

namespace tn {

// Smooth noise, mean 0 and standard deviation 1; `reach_x` and `reach_y` are the sizes of its grains in px.
cv::Mat1f smooth_noise(Random& random, cv::Size size, double reach_x, double reach_y);

// A gently winding line: three sines, within about `amplitude` of 0.
class Winding {
 public:
  Winding(Random& random, double amplitude);
  double operator()(double x) const;

 private:
  std::array<double, 3> amplitude_{}, frequency_{}, phase_{};
};

}  // namespace tn
