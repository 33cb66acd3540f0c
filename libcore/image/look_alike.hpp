// Which of many pictures are one picture: the same pixels, or the same scene resized, recompressed, cropped a
// little, brightened or mirrored.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "libcore/image/fingerprint.hpp"

namespace tn {

enum class Likeness { exact, near, mirrored };

struct LookAlike {
  std::size_t first;  // numbers of the pictures, first < second
  std::size_t second;
  Likeness likeness;
  Flip flip;      // of the second picture; none unless mirrored
  double score;   // correlation of the detail, in [0,1]; 1 for exact
  bool doubtful;  // the score alone does not settle it: look at the two
};

struct LookAlikes {
  std::vector<LookAlike> pairs;  // in order of first, then second
  std::int64_t candidates = 0;   // pairs whose signs were near enough to look closer
  std::int64_t aligned = 0;      // of them laid on each other at full detail
};

// Every pair is compared by 128 bits; only those near enough in them are looked at closer. Pictures with the
// same pixels are one to the search: all pairs among them are listed up to 32 of a kind, else each with the
// first. `tick` is called once a picture by one thread at a time. The result does not depend on `jobs`.
// A signal ends it with Error(interrupted | terminated).
LookAlikes find_look_alikes(std::span<const Fingerprint> prints, int jobs, const std::function<void()>& tick);

}  // namespace tn
