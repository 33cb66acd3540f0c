// How two pictures of one scene lie on each other: shift and stretch along both axes, and the correlation.
#pragma once

#include <opencv2/core/mat.hpp>

namespace tn {

// What is left of a square picture (grey levels, n x n px, float32) without its slow changes of brightness
// and contrast: neither gain nor time-gain shading nor a curve changes it much. About 0 in mean, 1 in spread;
// 0 throughout for a picture without contrast.
cv::Mat1f detail(const cv::Mat1f& picture);

// A point (x, y) of the fixed picture lies at ((1 + stretch_x) x + shift_x, (1 + stretch_y) y + shift_y) in
// the moving one, both measured from the centre as a share of the side.
struct Warp {
  double shift_x = 0;
  double stretch_x = 0;
  double shift_y = 0;
  double stretch_y = 0;
};

struct Alignment {
  Warp warp;
  double correlation = 0;  // in [-1,1], over the part that both show; 0 if that is less than 7/10
};

// Moves from `start` to where two square pictures of one size correlate best, by Gauss-Newton steps on their
// differences with gain and offset left free. Finds its way over about a tenth of the pictures' detail: align
// small copies first.
Alignment align(const cv::Mat1f& fixed, const cv::Mat1f& moving, const Warp& start);

}  // namespace tn
