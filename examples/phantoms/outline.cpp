#include "examples/phantoms/outline.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace tn {
namespace {

constexpr double kTurn = 2 * std::numbers::pi;

}  // namespace

Outline::Outline(const Findings& findings, Point centre, Random& random)
    : centre_(centre),
      half_width_(findings.width / 2),
      half_height_(findings.height / 2),
      cos_tilt_(std::cos(findings.tilt)),
      sin_tilt_(std::sin(findings.tilt)),
      reach_(std::max(half_width_, half_height_) * 1.6) {
  for (std::size_t i = 0; i < depth_.size(); ++i) {
    depth_[i] = findings.lobulation * random.uniform(0.2, 1.0) / std::sqrt(static_cast<double>(i + 1));
    phase_[i] = random.uniform(0, kTurn);
  }
  for (int i = 0; i < findings.spicules; ++i)
    spicules_.push_back({random.uniform(0, kTurn), random.uniform(0.2, 0.5), random.uniform(0.08, 0.2)});
}

double Outline::radius(double angle) const {
  double r = 1;
  for (std::size_t i = 0; i < depth_.size(); ++i)
    r += depth_[i] * std::cos(static_cast<double>(i + 2) * angle + phase_[i]);
  double ray = 0;
  for (const Spicule& spicule : spicules_) {
    const double away = std::abs(std::remainder(angle - spicule.angle, kTurn));
    ray = std::max(ray, spicule.length * (1 - away / spicule.width));
  }
  return std::clamp(r + ray, 0.5, 1.6);
}

double Outline::level(Point at) const {
  const double dx = at.x - centre_.x;
  const double dy = at.y - centre_.y;
  const double u = (cos_tilt_ * dx + sin_tilt_ * dy) / half_width_;
  const double v = (cos_tilt_ * dy - sin_tilt_ * dx) / half_height_;
  return std::hypot(u, v) / radius(std::atan2(v, u));
}

}  // namespace tn
