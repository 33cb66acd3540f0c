// What is chosen on the validation cases at the end of a training: temperature and thresholds.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <opencv2/core/mat.hpp>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace tn {

// The class head's say on a labelled case: malignant logit minus benign logit.
struct Margin {
  double value = 0;
  bool malignant = false;
};

// The temperature T > 0 that minimises the mean of -log P(label), P(malignant) = 1 / (1 + exp(-margin / T))
// (Guo et al., ICML 2017), kept within [1/10, 10]. Both classes must be there.
double choose_temperature(std::span<const Margin> margins);
double log_loss(std::span<const Margin> margins, double temperature);

// The threshold of P(malignant), in the middle between two neighbouring scores, with the largest Youden index
// (sensitivity + specificity - 1); of equal ones the nearest to 1/2, then the lower. Nothing where no
// threshold has an index over 0.
std::optional<double> choose_class_threshold(std::span<const Margin> margins, double temperature);

// Dice at each threshold 0.05, 0.10 ... 0.95, summed over cases.
class MaskSweep {
 public:
  MaskSweep();
  void add(const cv::Mat1f& probability, const cv::Mat1b& drawn);
  std::int64_t cases() const { return cases_; }
  double mean_dice(double threshold) const;  // one of the grid
  double best() const;                       // highest mean; of equal ones the nearest to 1/2, then the lower

 private:
  std::vector<double> sums_;
  std::int64_t cases_ = 0;
};

constexpr std::int64_t kFewestMasks = 5;     // below, the mask threshold stays 1/2
constexpr std::int64_t kFewestOfAClass = 5;  // below in either class, temperature and class threshold stay

struct Calibration {
  double temperature = 1;
  double class_threshold = 0.5;
  double mask_threshold = 0.5;
  nlohmann::json report;           // what was found, for the model file
  std::vector<std::string> notes;  // in words, what was chosen and what was not and why
};
Calibration choose(std::span<const Margin> margins, const MaskSweep& sweep, bool mask_head, bool class_head);

}  // namespace tn
