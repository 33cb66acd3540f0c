#include "libcore/image/look_alike.hpp"

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <optional>
#include <utility>

#include "libcore/base/interrupt.hpp"
#include "libcore/image/alignment.hpp"
#include "libcore/image/ordered.hpp"

namespace tn {
namespace {

constexpr int kNearSigns = 44;          // of 128: pairs that differ in more are not looked at
constexpr double kNearCoarse = 0.3;     // correlation at 24 x 24 px as they lie
constexpr double kAlignedCoarse = 0.6;  // and laid on each other
constexpr double kAlignedMiddle = 0.6;  // at 48 x 48 px
constexpr double kDoubtful = 0.7;       // at 96 x 96 px: below, they are two pictures
constexpr double kSure = 0.8;           // and from here on one
constexpr int kMiddle = 48;
constexpr std::size_t kListed = 32;  // pictures with the same pixels whose pairs are all listed

struct Pixels {
  cv::Mat1f middle;
  cv::Mat1f full;
};

Pixels pixels_of(const cv::Mat& thumbnail) {
  cv::Mat1f full;
  thumbnail.convertTo(full, CV_32F);
  cv::Mat1f middle;
  cv::resize(full, middle, {kMiddle, kMiddle}, 0, 0, cv::INTER_AREA);
  return {detail(middle), detail(full)};
}

struct Tally {
  std::atomic<std::int64_t> candidates{0};
  std::atomic<std::int64_t> aligned{0};
};

// One picture, mirrored in each way, against others.
class Looker {
 public:
  Looker(std::span<const Fingerprint> prints, std::size_t first, Tally& tally)
      : prints_(prints), first_(first), tally_(tally) {
    for (const Flip flip : kFlips) signs_.push_back(flipped(prints[first].signs, flip));
    coarse_.resize(kFlips.size());
    pixels_.resize(kFlips.size());
  }

  std::optional<LookAlike> compare(std::size_t second) {
    const Fingerprint& other = prints_[second];
    if (other.pixels == prints_[first_].pixels)
      return LookAlike{first_, second, Likeness::exact, Flip::none, 1, false};
    if (other.coarse.empty() || prints_[first_].coarse.empty()) return std::nullopt;
    std::optional<LookAlike> best;
    for (std::size_t i = 0; i < kFlips.size(); ++i) {
      if (distance(signs_[i], other.signs) > kNearSigns) continue;
      const double score = look_closer(i, other);
      if (score < kDoubtful || (best && best->score >= score)) continue;
      const Likeness likeness = kFlips.at(i) == Flip::none ? Likeness::near : Likeness::mirrored;
      best = LookAlike{first_, second, likeness, kFlips.at(i), std::min(score, 1.0), score < kSure};
    }
    return best;
  }

 private:
  double look_closer(std::size_t flip, const Fingerprint& other) {
    ++tally_.candidates;
    if (coarse_[flip].empty()) coarse_[flip] = flipped(prints_[first_].coarse, kFlips.at(flip));
    if (coarse_[flip].dot(other.coarse) < kNearCoarse) return 0;
    const Alignment coarse = align(coarse_[flip], other.coarse, {});
    if (coarse.correlation < kAlignedCoarse) return 0;
    ++tally_.aligned;
    std::optional<Pixels>& mine = pixels_[flip];
    if (!mine) mine = pixels_of(flipped(prints_[first_].thumbnail, kFlips.at(flip)));
    const Pixels theirs = pixels_of(other.thumbnail);
    const Alignment middle = align(mine->middle, theirs.middle, coarse.warp);
    if (middle.correlation < kAlignedMiddle) return 0;
    return align(mine->full, theirs.full, middle.warp).correlation;
  }

  std::span<const Fingerprint> prints_;
  std::size_t first_;
  Tally& tally_;
  std::vector<Signs> signs_;  // one a flip, as the next two
  std::vector<cv::Mat1f> coarse_;
  std::vector<std::optional<Pixels>> pixels_;
};

// The pictures to search among, and the pairs of those that are left out: one too many of the same pixels.
struct Searched {
  std::vector<std::size_t> pictures;
  std::vector<LookAlike> surplus;
};

Searched without_surplus(std::span<const Fingerprint> prints) {
  std::map<std::array<std::uint64_t, 2>, std::vector<std::size_t>> same;
  for (std::size_t i = 0; i < prints.size(); ++i) same[prints[i].pixels].push_back(i);
  Searched searched;
  for (const auto& [pixels, pictures] : same) {
    const bool many = pictures.size() > kListed;
    for (std::size_t i = 0; i < pictures.size(); ++i) {
      if (many && i > 0)
        searched.surplus.push_back({pictures[0], pictures[i], Likeness::exact, Flip::none, 1, false});
      else
        searched.pictures.push_back(pictures[i]);
    }
  }
  std::sort(searched.pictures.begin(), searched.pictures.end());
  return searched;
}

}  // namespace

LookAlikes find_look_alikes(std::span<const Fingerprint> prints, int jobs,
                            const std::function<void()>& tick) {
  Searched searched = without_surplus(prints);
  const std::vector<std::size_t>& pictures = searched.pictures;
  std::vector<LookAlike> found = std::move(searched.surplus);
  std::mutex finding;
  Tally tally;
  const auto compare_with_later = [&](std::size_t i) {
    Looker looker(prints, pictures[i], tally);
    std::vector<LookAlike> pairs;
    for (std::size_t j = i + 1; j < pictures.size(); ++j)
      if (const auto pair = looker.compare(pictures[j])) pairs.push_back(*pair);
    const std::lock_guard lock(finding);
    found.insert(found.end(), pairs.begin(), pairs.end());
    tick();
  };
  for_each_index(pictures.size(), jobs, [&](std::size_t i) {
    stop_if_interrupted();
    compare_with_later(i);
  });
  std::sort(found.begin(), found.end(), [](const LookAlike& a, const LookAlike& b) {
    return std::pair(a.first, a.second) < std::pair(b.first, b.second);
  });
  return {std::move(found), tally.candidates, tally.aligned};
}

}  // namespace tn
