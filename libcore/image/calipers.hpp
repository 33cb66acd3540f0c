// The crosses with which a reader measured, drawn over an image.
#pragma once

#include <opencv2/core/mat.hpp>
#include <opencv2/core/types.hpp>
#include <vector>

namespace tn {

struct Caliper {
  cv::Point centre;
  int reach = 0;          // px from the centre to the end of an arm
  int width = 1;          // px across a stroke
  bool diagonal = false;  // x; else +
  double level = 0;       // of its strokes, median
};

// Upright and diagonal crosses: four arms each clearly brighter than the tissue between them, in a window
// that correlates with the drawn sign. Strokes up to `widest` px across. No two lie on each other.
// Time goes with the number of pixels. A signal ends it with Error(interrupted | terminated).
std::vector<Caliper> find_calipers(const cv::Mat1b& image, int widest);

// Draws its strokes into `marks` with 255.
void draw(const Caliper& caliper, cv::Mat1b& marks);

}  // namespace tn
