// What a nodule shows, drawn so that the two classes overlap in every single sign.
#pragma once

#include <cstdint>
#include <vector>

#include "libcore/base/random.hpp"

namespace tn {

// Lengths are in image heights, echo strength in decibels beside the gland's.
struct Findings {
  double width = 0.3;      // full axes of the outline before it is roughened
  double height = 0.2;     //
  double tilt = 0;         // radians
  double lobulation = 0;   // depth of the outline's waves, share of the radius
  int spicules = 0;        // pointed rays of the outline
  double echo_db = 0;      // of the nodule's tissue
  double texture_db = 1;   // unevenness of it
  double halo_db = 0;      // how much darker the rim is; 0: no rim
  double margin = 0.02;    // width over which the outline fades, share of the radius
  int calcifications = 0;  // bright points
  double cyst = 0;         // size of an echo-free part, share of the radius; 0: solid
  double shadow_db = 0;    // lost on the way through the nodule; negative: enhancement behind it
};

// Each sign is typical of the other class once in a few patients, independently of the others.
Findings draw_findings(Random& random, bool malignant);

// One patient of a set: the same for equal (seed, number), whatever else is drawn.
struct Patient {
  std::int64_t number = 0;
  bool malignant = false;
  int images = 1;                 // 1 to 3 pictures of the same nodules
  std::vector<Findings> nodules;  // one or two; the second is small and looks benign
};
Patient draw_patient(std::int64_t seed, std::int64_t number);

// The nodules as another picture of the patient shows them: a little larger or smaller, tilted, rougher.
Findings seen_again(Findings findings, Random& random);

}  // namespace tn
