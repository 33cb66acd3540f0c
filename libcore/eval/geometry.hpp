// The table of metrics of place and distance: one row each, which drives scores, summaries, reports and
// definitions. Their number depends on the tolerances asked for, their values are a case's own.
#pragma once

#include <cstdint>
#include <opencv2/core/mat.hpp>
#include <optional>
#include <string>
#include <vector>

#include "libcore/eval/overlap_metrics.hpp"
#include "libcore/eval/surface.hpp"

namespace tn {

struct GeometryMetric {
  std::string name;        // as in JSON: "hd95", "nsd@2"
  std::string title;       // as in Markdown: "HD95"
  std::string definition;  // one sentence
  bool distance;           // px or mm, low is good; otherwise a share, high is good
};

// HD95, Hausdorff, ASSD, MASD, an NSD for each tolerance, box IoU, centre distance.
std::vector<GeometryMetric> geometry_metrics(const SurfaceOptions& options);

struct Geometry {
  std::vector<std::optional<double>> values;  // in the table's order; nothing where the rule says so
  std::int64_t regions_drawn = 0;             // pieces; those of dropped cases do not count
  std::int64_t regions_detected = 0;
  friend bool operator==(const Geometry&, const Geometry&) = default;
};

// Of masks of equal size with the overlap `counts`. Empty masks (INTERFACES 5): with `score` two of them have
// shares 1 and distances 0, a single one shares 0 and distances of the image's diagonal; with `nan` neither
// has a value; `drop` takes a case without a drawn nodule out and scores a missed one.
Geometry geometry(const cv::Mat1b& predicted, const cv::Mat1b& drawn, const Overlap& counts,
                  const Spacing& spacing, const SurfaceOptions& options, EmptyRule rule);

std::string why_no_geometry(const Overlap& counts, EmptyRule rule);

}  // namespace tn
