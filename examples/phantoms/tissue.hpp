// What the beam meets: a map of the neck and the nodules in it, before any ultrasound.
#pragma once

#include <opencv2/core/mat.hpp>
#include <vector>

#include "examples/phantoms/outline.hpp"

namespace tn {

// Three maps of the picture's size.
struct Tissue {
  cv::Mat1f echo_db;  // strength of the scatterers, beside the gland's
  cv::Mat1f loss_db;  // lost a pixel of the way down, beside what the time gain makes up for
  cv::Mat1f glint;    // reflection of interfaces and calcifications, linear, the gland's scatterers are 1
};

// Where things lie in one picture; lengths in image heights.
struct Anatomy {
  double fat = 0.1;         // thickness below the skin
  double muscle = 0.12;     // thickness of the strap muscles
  double lobe = 0.45;       // thickness of the gland
  bool transverse = false;  // across the neck: the lobe ends between trachea and carotid; else along it
  bool trachea = false;     // its front and shadow, transverse alone
  bool vessel = false;      // an echo-free tube below the gland, lengthwise alone
  bool mirrored = false;    // trachea on the right
};
Anatomy draw_anatomy(Random& random);

// Skin, fat, muscle, gland and what is behind it.
Tissue neck(const Anatomy& anatomy, cv::Size size, Random& random);

// A nodule where it was put.
struct Nodule {
  Findings findings;
  Outline outline;
};

Tissue with_nodule(Tissue tissue, const Nodule& nodule, Random& random);

// {0,255}: the nodules' pixels.
cv::Mat1b mask_of(const std::vector<Nodule>& nodules, cv::Size size);

}  // namespace tn
