// The connected pieces of a mask (8 neighbours), as labels and numbers.
#pragma once

#include <cstdint>
#include <opencv2/core/mat.hpp>
#include <opencv2/core/types.hpp>
#include <vector>

namespace tn {

struct Pieces {
  cv::Mat1i labels;                 // of the mask's size; 0: background, a piece from 1 on
  std::vector<cv::Rect> box;        // px, by label; [0] is no piece's
  std::vector<std::int64_t> area;   // px, likewise
  std::vector<cv::Point2d> centre;  // of mass, px, likewise
  int count() const { return static_cast<int>(area.size()) - 1; }
};

Pieces pieces_of(const cv::Mat1b& mask);

// Whether piece `a` comes before `b`: the larger one; of equal ones the upper, then the left one.
bool comes_before(const Pieces& pieces, std::size_t a, std::size_t b);

}  // namespace tn
