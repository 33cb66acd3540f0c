#include <algorithm>
#include <cmath>

#include "examples/phantoms/texture.hpp"
#include "examples/phantoms/tissue.hpp"

namespace tn {
namespace {

constexpr double kSkin = 0.02;  // thickness, image heights

// 1 on the line, falling to 0 at `width` away.
double line(double distance, double width) {
  return std::max(0.0, 1 - std::abs(distance) / width);
}

// Depths of the borders below one point of the skin.
struct Column {
  double fat, muscle, capsule, lobe, bone;
};

// The borders over the whole picture, and fields that several layers share.
struct Layers {
  Layers(const Anatomy& a, cv::Size size, Random& random)
      : anatomy(a),
        width(static_cast<double>(size.width) / size.height),
        fat(random, 0.04),
        muscle(random, 0.05),
        lobe(random, 0.1),
        bone(random, 0.1),
        stripes(smooth_noise(random, size, 0.09 * size.height, 0.004 * size.height)),
        clouds(smooth_noise(random, size, 0.1 * size.height, 0.07 * size.height)),
        broken(smooth_noise(random, size, 0.04 * size.height, 0.02 * size.height)) {}

  Column at(double x) const {
    Column c{};
    c.fat = kSkin + anatomy.fat + fat(x);
    c.muscle = c.fat + std::max(0.02, anatomy.muscle + muscle(x));
    c.capsule = c.muscle + 0.012;
    c.lobe = c.capsule + anatomy.lobe + lobe(x);
    if (anatomy.transverse) {                                          // the lobe tapers towards the carotid
      const double side = (anatomy.mirrored ? width - x : x) / width;  // 0 at the trachea
      const double full = 1 - std::pow(std::clamp((side - 0.35) / 0.5, 0.0, 1.0), 2.5);
      c.lobe = c.capsule + (c.lobe - c.capsule) * std::max(full, 0.02);
    }
    c.bone = c.capsule + anatomy.lobe + 0.1 + bone(x);
    return c;
  }

  const Anatomy& anatomy;
  double width;
  Winding fat, muscle, lobe, bone;
  cv::Mat1f stripes, clouds, broken;
};

// Echo strength of the layer at depth y, in dB.
double layer_echo(const Column& c, double y, double stripe, double cloud) {
  if (y < kSkin) return 7 + 2 * stripe;
  if (y < c.fat) return -10 + (std::max(1.5 * stripe, 14 * (stripe - 0.7)));
  if (y < c.muscle) return -11 + (std::max(2.0 * stripe, 14 * (stripe - 0.9)));
  if (y < c.capsule) return 3 + 3 * stripe;
  if (y < c.lobe) return 1.4 * cloud + 0.8 * stripe;
  if (y < c.bone) return -7 + 3.5 * stripe + 2 * cloud;
  return -13 + 2 * cloud + stripe;
}

// Bright interfaces, broken where the beam does not meet them squarely.
double interface_db(const Column& c, double y, double broken) {
  const double strength = 6 + 5 * broken;
  double db = strength * line(y - c.muscle, 0.010);
  db = std::max(db, strength * line(y - c.fat, 0.008));
  db = std::max(db, 1.2 * strength * line(y - c.lobe, 0.012));
  return std::max(db, 2.2 * strength * line(y - c.bone, 0.022));
}

// An echo-free tube or ring with a bright wall; inside the sound passes freely.
void dig(Tissue& tissue, int x, int y, double from_wall, double wall) {
  if (from_wall < 0) {
    tissue.echo_db(y, x) = -32;
    tissue.loss_db(y, x) -= 0.05F;
  } else {
    tissue.echo_db(y, x) += static_cast<float>(11 * line(from_wall - wall, wall));
  }
}

// The trachea: a bright front, reverberations and a shadow behind it.
void put_trachea(Tissue& tissue, double left, double top, double radius, double height) {
  for (int y = 0; y < tissue.echo_db.rows; ++y)
    for (int x = 0; x < tissue.echo_db.cols; ++x) {
      const double dx = x / height - left;
      const double dy = y / height - (top + radius);
      const double inside = radius - std::hypot(dx, dy);
      if (inside > -0.02 && dy < 0.5 * radius)
        tissue.echo_db(y, x) += static_cast<float>(13 * line(inside, 0.02));
      if (inside < 0.01 && !(std::abs(dx) < radius && dy > 0)) continue;
      const double echo = std::max(0.0, std::cos(inside * 130)) * std::exp(-8 * std::abs(inside - 0.02));
      tissue.echo_db(y, x) = static_cast<float>(-26 + 22 * echo);
    }
}

}  // namespace

Anatomy draw_anatomy(Random& random) {
  Anatomy a;
  a.fat = random.uniform(0.04, 0.1);
  a.muscle = random.uniform(0.06, 0.14);
  a.lobe = random.uniform(0.46, 0.58);
  a.transverse = random.chance(0.5);
  a.trachea = a.transverse && random.chance(0.7);
  a.vessel = !a.transverse && random.chance(0.4);
  a.mirrored = random.chance(0.5);
  return a;
}

Tissue neck(const Anatomy& anatomy, cv::Size size, Random& random) {
  const double height = size.height;
  const double width = size.width / height;
  const Layers layers(anatomy, size, random);
  Tissue tissue{cv::Mat1f(size), cv::Mat1f(size, 0.0F), cv::Mat1f(size, 0.0F)};
  const Winding tube(random, 0.04);
  const double tube_radius = random.uniform(0.03, 0.055);
  const double carotid = random.uniform(0.06, 0.09);
  const double carotid_left = anatomy.mirrored ? 0.06 : width - 0.06;
  for (int x = 0; x < size.width; ++x) {
    const double left = x / height;
    const Column column = layers.at(left);
    for (int y = 0; y < size.height; ++y) {
      const double top = y / height;
      const double echo = layer_echo(column, top, layers.stripes(y, x), layers.clouds(y, x)) +
                          std::max(0.0, interface_db(column, top, layers.broken(y, x)));
      tissue.echo_db(y, x) = static_cast<float>(echo);
      if (top > column.bone) tissue.loss_db(y, x) = static_cast<float>(18 / (0.3 * height));
      if (anatomy.vessel)
        dig(tissue, x, y, std::abs(top - column.lobe - 0.07 - tube(left)) - tube_radius, 0.012);
      if (anatomy.transverse)
        dig(tissue, x, y, std::hypot(left - carotid_left, top - column.capsule - 0.16) - carotid, 0.014);
    }
  }
  if (anatomy.trachea) {
    const double radius = random.uniform(0.16, 0.22);
    const double centre =
        anatomy.mirrored ? width - random.uniform(-0.05, 0.02) : random.uniform(-0.05, 0.02);
    put_trachea(tissue, centre, layers.at(centre).capsule + random.uniform(0, 0.05), radius, height);
  }
  return tissue;
}

}  // namespace tn
