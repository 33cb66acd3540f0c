// Cases prepared for resampling: every number of a report that is one value, under any weight of the units.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "libcore/eval/summary.hpp"
#include "libcore/eval/units.hpp"

namespace tn {

struct Statistic {
  std::string name;          // "dice.mean", "dice.pooled", "hd95.mean", "regions.sensitivity", "class.auroc"
  bool low_is_good = false;  // otherwise high
  bool open_ended = false;   // no share in [-1,1]: a distance, a log loss
  friend bool operator==(const Statistic&, const Statistic&) = default;
};

// In the order of Sample's values.
std::vector<Statistic> statistics(const SurfaceOptions& surface);

class Sample {
 public:
  static constexpr std::size_t kTogether = 8;  // weightings looked at in one pass over the cases

  // The cases were scored by the same rule, threshold and options. `units` are theirs.
  Sample(std::span<const CaseScore> cases, const Units& units, EmptyRule empty, double threshold,
         const SurfaceOptions& surface);

  std::size_t units() const { return units_; }
  std::size_t size() const { return names_; }  // statistics

  // weights: up to kTogether vectors of units() numbers, how often each unit is in the sample. For each of
  // them size() values, NaN where undefined. The same numbers whichever weightings come together.
  std::vector<std::vector<double>> values(std::span<const std::vector<double>> weights) const;

  std::vector<double> values() const;  // of the sample itself

 private:
  struct Labelled {
    ScoredCase scored;
    std::uint32_t unit = 0;
  };
  void add_masks(double* row, const CaseScore& one) const;
  void add_class(double* row, const ScoredCase& one) const;
  void sum_without(std::size_t unit, double* sums) const;
  void append_curves(std::vector<double>& values, const std::vector<double>& weights) const;
  std::vector<double> of_sums(const double* sums, const std::vector<double>& weights) const;

  EmptyRule empty_;
  double threshold_;
  std::size_t geometry_;  // metrics of place and distance
  std::size_t columns_;
  std::size_t units_;
  std::size_t names_;
  std::vector<double> rows_;        // units x columns: sums over the cases of a unit
  std::vector<double> total_;       // of all rows
  std::vector<Labelled> labelled_;  // the most probable first
};

}  // namespace tn
