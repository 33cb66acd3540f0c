#include <algorithm>
#include <cmath>
#include <numbers>

#include "examples/phantoms/texture.hpp"
#include "examples/phantoms/tissue.hpp"

namespace tn {
namespace {

constexpr double kRim = 0.16;          // thickness of a halo, share of the radius
constexpr float kEchoFree = -30;       // fluid, dB
constexpr double kCalcification = 14;  // glint, linear, mean

// The part of the picture that an outline can reach.
cv::Rect around(const Outline& outline, cv::Size size) {
  const double height = size.height;
  const int reach = static_cast<int>(std::ceil(outline.reach() * height)) + 1;
  const int x = static_cast<int>(outline.centre().x * height);
  const int y = static_cast<int>(outline.centre().y * height);
  return cv::Rect(x - reach, y - reach, 2 * reach + 1, 2 * reach + 1) & cv::Rect({0, 0}, size);
}

Point at(int x, int y, cv::Size size) {
  return {(x + 0.5) / size.height, (y + 0.5) / size.height};
}

// From 0 outside to 1 inside, over a margin that ends on the outline.
double inside(double level, double margin) {
  const double t = std::clamp((1 - level) / std::max(margin, 1e-3), 0.0, 1.0);
  return t * t * (3 - 2 * t);
}

// Echo strength in the nodule, in dB, for a level below 1.
double nodule_echo(const Findings& findings, double level, double uneven) {
  const bool rim = findings.halo_db > 0 && level > 1 - kRim;
  return findings.echo_db + findings.texture_db * uneven -
         (rim ? findings.halo_db * std::clamp(1 + 0.5 * uneven, 0.3, 1.3) : 0.0);
}

void strew_calcifications(Tissue& tissue, const Nodule& nodule, Random& random) {
  const cv::Size size = tissue.glint.size();
  for (int i = 0; i < nodule.findings.calcifications; ++i) {
    const double angle = random.uniform(0, 2 * std::numbers::pi);
    const double out = 0.75 * std::sqrt(random.uniform());
    const Point centre = nodule.outline.centre();
    const int x =
        static_cast<int>((centre.x + out * std::cos(angle) * nodule.findings.width / 2) * size.height);
    const int y =
        static_cast<int>((centre.y + out * std::sin(angle) * nodule.findings.height / 2) * size.height);
    if (!cv::Rect({0, 0}, size).contains({x, y})) continue;
    const int wide = random.chance(0.5) ? 2 : 1;  // px
    for (int dx = 0; dx < wide && x + dx < size.width; ++dx) {
      tissue.glint(y, x + dx) = static_cast<float>(kCalcification * random.uniform(0.6, 1.4));
      tissue.loss_db(y, x + dx) += 2.0F;
    }
  }
}

}  // namespace

Tissue with_nodule(Tissue tissue, const Nodule& nodule, Random& random) {
  const cv::Size size = tissue.echo_db.size();
  const Findings& f = nodule.findings;
  const cv::Rect box = around(nodule.outline, size);
  const cv::Mat1f uneven = smooth_noise(random, size, 0.03 * size.height, 0.02 * size.height);
  const Point hole{nodule.outline.centre().x + random.uniform(-0.15, 0.15) * f.width,
                   nodule.outline.centre().y + random.uniform(-0.15, 0.15) * f.height};
  for (int y = box.y; y < box.br().y; ++y)
    for (int x = box.x; x < box.br().x; ++x) {
      const Point here = at(x, y, size);
      const double level = nodule.outline.level(here);
      if (level >= 1) continue;
      const double share = inside(level, f.margin);
      const double echo = nodule_echo(f, level, uneven(y, x));
      tissue.echo_db(y, x) = static_cast<float>((1 - share) * tissue.echo_db(y, x) + share * echo);
      tissue.loss_db(y, x) += static_cast<float>(f.shadow_db / (f.height * size.height));
      const double from_hole =
          std::hypot((here.x - hole.x) / (f.width / 2), (here.y - hole.y) / (f.height / 2));
      if (from_hole < f.cyst * (1 + 0.15 * uneven(y, x))) {
        tissue.echo_db(y, x) = kEchoFree;
        tissue.loss_db(y, x) -= static_cast<float>(6 / (f.height * size.height));
      }
    }
  strew_calcifications(tissue, nodule, random);
  return tissue;
}

cv::Mat1b mask_of(const std::vector<Nodule>& nodules, cv::Size size) {
  cv::Mat1b mask(size, std::uint8_t{0});
  for (const Nodule& nodule : nodules) {
    const cv::Rect box = around(nodule.outline, size);
    for (int y = box.y; y < box.br().y; ++y)
      for (int x = box.x; x < box.br().x; ++x)
        if (nodule.outline.level(at(x, y, size)) < 1) mask(y, x) = 255;
  }
  return mask;
}

}  // namespace tn
