#include "examples/phantoms/findings.hpp"

#include <algorithm>
#include <cmath>

namespace tn {
namespace {

constexpr double kMisleading = 0.17;  // chance that one sign is the other class's
constexpr double kSecondNodule = 0.15;

int whole(Random& random, int low, int high) {  // low to high, both included
  return low + static_cast<int>(random.below(static_cast<std::uint64_t>(high - low + 1)));
}

void draw_outline(Random& random, bool malignant_shape, bool malignant_edge, Findings& f) {
  const double size = random.uniform(0.24, 0.42);  // diameter of a circle of the same area
  const double aspect = malignant_shape ? random.uniform(0.85, 1.4) : random.uniform(0.5, 0.95);
  f.width = size / std::sqrt(aspect);
  f.height = size * std::sqrt(aspect);
  f.tilt = random.uniform(-0.2, 0.2);
  f.lobulation = malignant_edge ? random.uniform(0.12, 0.26) : random.uniform(0.0, 0.04);
  f.spicules = malignant_edge && random.chance(0.6) ? whole(random, 5, 11) : 0;
  f.margin = malignant_edge ? random.uniform(0.03, 0.12) : random.uniform(0.01, 0.04);
}

void draw_echo(Random& random, bool malignant_echo, Findings& f) {
  f.echo_db = malignant_echo ? random.uniform(-11, -4.5) : random.uniform(-3.5, 5);
  f.texture_db = malignant_echo ? random.uniform(1, 3) : random.uniform(0.5, 2);
  const bool rim = malignant_echo ? random.chance(0.15) : random.chance(0.8);
  // Without a rim a nodule as bright as the gland could not be seen at all.
  f.halo_db = rim || std::abs(f.echo_db) < 3.5 ? random.uniform(8, 13) : 0.0;
}

}  // namespace

Findings draw_findings(Random& random, bool malignant) {
  const auto looks_malignant = [&] { return malignant != random.chance(kMisleading); };
  Findings f;
  const bool shape = looks_malignant();
  draw_outline(random, shape, looks_malignant(), f);
  draw_echo(random, looks_malignant(), f);
  if (looks_malignant()) f.calcifications = random.chance(0.75) ? whole(random, 4, 14) : 0;
  const bool dense = looks_malignant();
  if (!dense && random.chance(0.3)) f.cyst = random.uniform(0.3, 0.6);
  f.shadow_db = dense ? random.uniform(5, 14) : random.uniform(-5, 1);
  return f;
}

Patient draw_patient(std::int64_t seed, std::int64_t number) {
  Random random(static_cast<std::uint64_t>(seed), "patient", static_cast<std::uint64_t>(number));
  Patient patient;
  patient.number = number;
  patient.malignant = random.chance(0.5);
  patient.images = whole(random, 1, 3);
  patient.nodules.push_back(draw_findings(random, patient.malignant));
  if (random.chance(kSecondNodule)) {
    Findings second = draw_findings(random, false);
    second.width *= 0.55;
    second.height *= 0.55;
    second.calcifications = 0;
    patient.nodules.push_back(second);
  }
  return patient;
}

Findings seen_again(Findings findings, Random& random) {
  const double scale = random.uniform(0.85, 1.1);
  findings.width *= scale * random.uniform(0.95, 1.05);
  findings.height *= scale;
  findings.tilt += random.uniform(-0.1, 0.1);
  findings.echo_db += random.uniform(-0.7, 0.7);
  findings.shadow_db += random.uniform(-1, 1);
  return findings;
}

}  // namespace tn
