// The outline of a nodule: an ellipse, made uneven by waves and spicules.
#pragma once

#include <array>
#include <vector>

#include "examples/phantoms/findings.hpp"

namespace tn {

struct Point {
  double x = 0;  // image heights, to the right
  double y = 0;  // image heights, downwards
};

class Outline {
 public:
  Outline(const Findings& findings, Point centre, Random& random);

  // 0 at the centre, 1 on the outline, more outside.
  double level(Point at) const;

  Point centre() const { return centre_; }
  double reach() const { return reach_; }  // no point of the outline is farther from the centre

 private:
  double radius(double angle) const;  // share of the ellipse's

  struct Spicule {
    double angle, length, width;
  };
  Point centre_;
  double half_width_, half_height_, cos_tilt_, sin_tilt_, reach_;
  std::array<double, 5> depth_{};  // of the waves with 2, 3, ... crests
  std::array<double, 5> phase_{};
  std::vector<Spicule> spicules_;
};

}  // namespace tn
