#include "examples/phantoms/phantom.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "examples/phantoms/beam.hpp"
#include "libcore/base/error.hpp"

namespace tn {
namespace {

// Inside the gland and clear of the picture's edges.
Point place_nodule(const Anatomy& anatomy, const Findings& findings, double width, Random& random) {
  const double half = findings.width / 2;
  double low = half + 0.05;
  double high = width - half - 0.05;
  if (anatomy.transverse) {  // not where the trachea and the carotid are
    const double trachea = anatomy.trachea ? 0.25 : 0.0;
    const double carotid = 0.3;
    low += anatomy.mirrored ? carotid : trachea;
    high -= anatomy.mirrored ? trachea : carotid;
  }
  const double top = 0.02 + anatomy.fat + anatomy.muscle + 0.012;
  const double room = std::max(0.0, anatomy.lobe - findings.height);
  const double y = top + findings.height / 2 + room * random.uniform(0.2, 0.8);
  if (low >= high) return {(low + high) / 2, y};
  return {random.uniform(low, high), y};
}

bool apart(const Outline& a, const Outline& b, double room) {
  return std::abs(a.centre().x - b.centre().x) > room || std::abs(a.centre().y - b.centre().y) > room;
}

std::vector<Nodule> place_nodules(const Patient& patient, const Anatomy& anatomy, double width,
                                  Random& random) {
  std::vector<Nodule> nodules;
  for (const Findings& known : patient.nodules) {
    const Findings findings = seen_again(known, random);
    // Ten tries to keep two nodules apart; where there is no room this picture shows one.
    for (int tries = 0; tries < 10; ++tries) {
      Outline outline(findings, place_nodule(anatomy, findings, width, random), random);
      if (!nodules.empty()) {
        const Findings& first = nodules.front().findings;
        const double room =
            (std::max(first.width, first.height) + std::max(findings.width, findings.height)) / 2;
        if (!apart(outline, nodules.front().outline, room)) continue;
      }
      nodules.push_back({findings, std::move(outline)});
      break;
    }
  }
  return nodules;
}

}  // namespace

void check(const PhantomOptions& options) {
  for (const auto& [name, px] : {std::pair{"width", options.width}, std::pair{"height", options.height}})
    if (px < 64 || px > 2048) throw Error(Exit::usage, "{} {}: pictures are 64 to 2048 px a side", name, px);
}

Phantom draw_phantom(const Patient& patient, int index, const PhantomOptions& options) {
  const cv::Size size(static_cast<int>(options.width), static_cast<int>(options.height));
  Random random(static_cast<std::uint64_t>(options.seed), fmt::format("picture/{}", patient.number),
                static_cast<std::uint64_t>(index));
  const Anatomy anatomy = draw_anatomy(random);
  const double width = static_cast<double>(size.width) / size.height;
  const std::vector<Nodule> nodules = place_nodules(patient, anatomy, width, random);
  Tissue tissue = neck(anatomy, size, random);
  for (const Nodule& nodule : nodules) tissue = with_nodule(std::move(tissue), nodule, random);
  const Scanner scanner = draw_scanner(random, size);
  return {show(receive(tissue, scanner, random), scanner), mask_of(nodules, size)};
}

}  // namespace tn
