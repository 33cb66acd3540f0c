#include "libcore/eval/surface.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

#include "libcore/base/error.hpp"
#include "libcore/eval/borders.hpp"
#include "libcore/eval/statistics.hpp"

namespace tn {
namespace {

constexpr double kShare = 0.95;

double sum_of(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

double mean_of(const std::vector<double>& values) {
  return sum_of(values) / static_cast<double>(values.size());
}

double largest_of(const std::vector<double>& values) {
  return *std::ranges::max_element(values);
}

std::vector<double> together(const BorderDistances& borders) {
  std::vector<double> all = borders.predicted.distances;
  all.insert(all.end(), borders.drawn.distances.begin(), borders.drawn.distances.end());
  return all;
}

// The distance up to which lies the share of the contour's length.
double weighted_percentile(const DirectedDistances& directed) {
  std::vector<std::pair<double, double>> sorted;
  for (std::size_t i = 0; i < directed.distances.size(); ++i)
    sorted.emplace_back(directed.distances[i], directed.lengths[i]);
  std::ranges::sort(sorted);
  const double whole = sum_of(directed.lengths);
  double reached = 0;
  for (const auto& [distance, length] : sorted) {
    reached += length;
    if (reached / whole >= kShare) return distance;
  }
  return sorted.back().first;
}

double hd95(const BorderDistances& borders, const std::optional<BorderDistances>& contours, Hd95Form form) {
  switch (form) {
    case Hd95Form::pooled:
      return percentile(together(borders), kShare);
    case Hd95Form::surface_distance:
      return std::max(weighted_percentile(contours->predicted), weighted_percentile(contours->drawn));
    case Hd95Form::larger:
      break;
  }
  return std::max(percentile(borders.predicted.distances, kShare),
                  percentile(borders.drawn.distances, kShare));
}

// Length (border pixels: their number) within the tolerance, and all of it.
struct Share {
  double within = 0;
  double whole = 0;
};

Share share_within(const DirectedDistances& directed, double tolerance) {
  Share share;
  for (std::size_t i = 0; i < directed.distances.size(); ++i) {
    const double length = directed.lengths.empty() ? 1 : directed.lengths[i];
    share.whole += length;
    if (directed.distances[i] <= tolerance) share.within += length;
  }
  return share;
}

double nsd(const BorderDistances& borders, double tolerance) {
  const Share predicted = share_within(borders.predicted, tolerance);
  const Share drawn = share_within(borders.drawn, tolerance);
  return (predicted.within + drawn.within) / (predicted.whole + drawn.whole);
}

}  // namespace

std::string_view form_name(Hd95Form form) {
  return form == Hd95Form::larger ? "larger" : form == Hd95Form::pooled ? "pooled" : "surface-distance";
}

std::string_view form_name(NsdForm form) {
  return form == NsdForm::border ? "border" : "surface-distance";
}

void check(const SurfaceOptions& options) {
  std::vector<double> sorted = options.tolerances;
  std::ranges::sort(sorted);
  for (const double tolerance : sorted)
    if (!(tolerance >= 0)) throw Error(Exit::usage, "a tolerance of {} for NSD", tolerance);
  if (const auto twice = std::ranges::adjacent_find(sorted); twice != sorted.end())
    throw Error(Exit::usage, "NSD at {} is asked for twice", *twice);
}

SurfaceDistances surface_distances(const cv::Mat1b& predicted, const cv::Mat1b& drawn, const Spacing& spacing,
                                   const SurfaceOptions& options) {
  const BorderDistances borders = border_distances(predicted, drawn, spacing);
  std::optional<BorderDistances> contours;
  if (options.hd95 == Hd95Form::surface_distance || options.nsd == NsdForm::surface_distance)
    contours = contour_distances(predicted, drawn, spacing);
  SurfaceDistances result;
  result.hd95 = hd95(borders, contours, options.hd95);
  result.hausdorff = std::max(largest_of(borders.predicted.distances), largest_of(borders.drawn.distances));
  result.assd = mean_of(together(borders));
  result.masd = (mean_of(borders.predicted.distances) + mean_of(borders.drawn.distances)) / 2;
  for (const double tolerance : options.tolerances)
    result.nsd.push_back(nsd(options.nsd == NsdForm::border ? borders : *contours, tolerance));
  return result;
}

}  // namespace tn
