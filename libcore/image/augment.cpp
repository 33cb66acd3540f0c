#include "libcore/image/augment.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <opencv2/core.hpp>
#include <vector>

#include "libcore/base/error.hpp"
#include "libcore/base/random.hpp"
#include "libcore/image/augment_draws.hpp"

namespace tn {

AugmentDraws draw(const AugmentOptions& options, Random& random) {
  const auto step = [&](const Step& of, double neutral) {
    const bool done = random.chance(of.probability);
    const double value = random.uniform(of.low, of.high);
    return done ? value : neutral;
  };
  const auto key = [&] {
    const std::uint64_t high = random.word();
    return high << 32 | random.word();
  };
  AugmentDraws draws;
  draws.flip_horizontal = random.chance(options.flip_horizontal);
  draws.flip_vertical = random.chance(options.flip_vertical);
  draws.degrees = step(options.rotate, 0);
  draws.scale = step(options.scale, 1);
  const bool shifted = random.chance(options.shift.probability);
  const double x = random.uniform(options.shift.low, options.shift.high);
  const double y = random.uniform(options.shift.low, options.shift.high);
  if (shifted) {
    draws.shift_x = x;
    draws.shift_y = y;
  }
  draws.gamma = step(options.gamma, 1);
  draws.gain = step(options.gain, 1);
  draws.contrast = step(options.contrast, 1);
  draws.blur = step(options.blur, 0);
  draws.speckle = step(options.speckle, 0);
  draws.noise = key();
  draws.time_gain = step(options.time_gain, 0);
  for (double& depth : draws.depths) depth = random.uniform(-1, 1);
  draws.shadow = step(options.shadow, 0);
  draws.shadow_centre = random.uniform();
  draws.shadow_width = random.uniform(0.05, 0.2);
  draws.shadow_start = random.uniform(0.1, 0.6);
  draws.elastic = step(options.elastic, 0);
  draws.pull = key();
  draws.sector = step(options.sector, 0);
  return draws;
}

std::string text_of(const AugmentDraws& draws) {
  std::vector<std::string> done;
  const auto say = [&](bool is_done, const char* name, double strength) {
    if (is_done) done.push_back(fmt::format("{} {:.3g}", name, strength));
  };
  if (draws.flip_horizontal) done.emplace_back("flip-horizontal");
  if (draws.flip_vertical) done.emplace_back("flip-vertical");
  say(draws.degrees != 0, "rotate", draws.degrees);
  say(draws.scale != 1, "scale", draws.scale);
  if (draws.shift_x != 0 || draws.shift_y != 0)
    done.push_back(fmt::format("shift {:.3g} {:.3g}", draws.shift_x, draws.shift_y));
  say(draws.elastic != 0, "elastic", draws.elastic);
  say(draws.gamma != 1, "gamma", draws.gamma);
  say(draws.gain != 1, "gain", draws.gain);
  say(draws.contrast != 1, "contrast", draws.contrast);
  say(draws.blur != 0, "blur", draws.blur);
  say(draws.speckle != 0, "speckle", draws.speckle);
  say(draws.time_gain != 0, "time-gain", draws.time_gain);
  say(draws.shadow != 0, "shadow", draws.shadow);
  say(draws.sector != 0, "sector", draws.sector);
  return done.empty() ? "nothing" : fmt::format("{}", fmt::join(done, ", "));
}

Augmented augmented(const cv::Mat1b& image, const cv::Mat1b* mask, const AugmentDraws& draws) {
  if (mask != nullptr && mask->size() != image.size())
    throw Error(Exit::internal, "a mask of {} x {} px cannot move with an image of {} x {}", mask->cols,
                mask->rows, image.cols, image.rows);
  Augmented result = moved(image, mask, draws);
  result.image = with_artefacts(with_levels(result.image, draws), draws);
  if (draws.sector > 0) {
    const cv::Mat1b seen = sector(image.size(), draws.sector);
    cv::bitwise_and(result.image, seen, result.image);
    if (result.mask) cv::bitwise_and(*result.mask, seen, *result.mask);
  }
  return result;
}

Augmented augment(const cv::Mat1b& image, const cv::Mat1b* mask, const AugmentOptions& options,
                  Random& random) {
  return augmented(image, mask, draw(options, random));
}

Random augment_random(std::uint64_t seed, std::string_view id, std::int64_t epoch) {
  return Random(seed, "augment/" + std::string(id), static_cast<std::uint64_t>(epoch));
}

}  // namespace tn
