#include "libcore/eval/geometry.hpp"

#include <fmt/format.h>

#include <cmath>
#include <opencv2/imgproc.hpp>

#include "libcore/base/text.hpp"
#include "libcore/eval/location.hpp"

namespace tn {
namespace {

std::string hd95_definition(Hd95Form form) {
  switch (form) {
    case Hd95Form::larger:
      return "the larger of the two directed 95th percentiles (linear) of border distances; MONAI's form";
    case Hd95Form::pooled:
      return "the 95th percentile (linear) of the border distances of both directions; MedPy's form";
    case Hd95Form::surface_distance:
      break;
  }
  return "the larger of the two directed 95th percentiles along the contour between pixels, weighted by its "
         "length; the form of DeepMind's surface-distance";
}

std::string nsd_definition(NsdForm form) {
  return form == NsdForm::border ? "share of the border pixels of both masks not farther than the number "
                                   "after @ from the other border; MONAI's form"
                                 : "share of the contour of both masks, between pixels, not farther than the "
                                   "number after @ from the other contour; the form of surface-distance";
}

void all_values(Geometry& result, const std::vector<GeometryMetric>& metrics, std::optional<double> share,
                std::optional<double> distance) {
  for (const GeometryMetric& metric : metrics) result.values.push_back(metric.distance ? distance : share);
}

Geometry of_empty(const cv::Mat1b& predicted, const cv::Mat1b& drawn, const Overlap& counts,
                  const Spacing& spacing, const SurfaceOptions& options, EmptyRule rule) {
  Geometry result;
  const std::vector<GeometryMetric> metrics = geometry_metrics(options);
  if (rule == EmptyRule::nan || dropped(counts, rule)) {
    all_values(result, metrics, std::nullopt, std::nullopt);
  } else if (both_empty(counts)) {
    all_values(result, metrics, 1, 0);
  } else {
    all_values(result, metrics, 0, std::hypot(predicted.cols * spacing[0], predicted.rows * spacing[1]));
  }
  if (predicted_empty(counts)) result.regions_drawn = count_pieces(drawn);
  return result;
}

}  // namespace

std::vector<GeometryMetric> geometry_metrics(const SurfaceOptions& options) {
  std::vector<GeometryMetric> metrics{
      {"hd95", "HD95", hd95_definition(options.hd95), true},
      {"hausdorff", "Hausdorff", "the largest distance from a border pixel of one mask to the other's border",
       true},
      {"assd", "ASSD",
       "mean distance over the border pixels of both masks together; the form of MedPy 0.5 and MONAI", true},
      {"masd", "MASD", "mean of the two directed mean border distances, asd in MedPy", true}};
  for (const double tolerance : options.tolerances)
    metrics.push_back(
        {"nsd@" + shortest(tolerance), "NSD at " + shortest(tolerance), nsd_definition(options.nsd), false});
  metrics.push_back(
      {"box_iou", "Box IoU", "IoU of the bounding boxes of the largest piece of each mask", false});
  metrics.push_back({"centre_distance", "Centre distance",
                     "between the centres of mass of the largest piece of each mask", true});
  return metrics;
}

Geometry geometry(const cv::Mat1b& predicted, const cv::Mat1b& drawn, const Overlap& counts,
                  const Spacing& spacing, const SurfaceOptions& options, EmptyRule rule) {
  if (counts.tp + counts.fp == 0 || counts.tp + counts.fn == 0)
    return of_empty(predicted, drawn, counts, spacing, options, rule);
  const cv::Rect box = cv::boundingRect(predicted) | cv::boundingRect(drawn);  // nothing lies outside
  const cv::Mat1b p = predicted(box), d = drawn(box);
  const SurfaceDistances distances = surface_distances(p, d, spacing, options);
  const Location location = locate(p, d, spacing);
  Geometry result;
  result.values = {distances.hd95, distances.hausdorff, distances.assd, distances.masd};
  result.values.insert(result.values.end(), distances.nsd.begin(), distances.nsd.end());
  result.values.emplace_back(location.box_iou);
  result.values.emplace_back(location.centre_distance);
  result.regions_drawn = location.drawn;
  result.regions_detected = location.detected;
  return result;
}

std::string why_no_geometry(const Overlap& counts, EmptyRule rule) {
  if (dropped(counts, rule)) return "nothing was drawn: left out";
  if (both_empty(counts)) return "both masks are empty";
  return drawn_empty(counts) ? "nothing was drawn" : "nothing was predicted";
}

}  // namespace tn
