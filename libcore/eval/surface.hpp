// Distances between the borders of two masks.
#pragma once

#include <opencv2/core/mat.hpp>
#include <string_view>
#include <vector>

#include "libcore/image/regions.hpp"

namespace tn {

// How the 95th percentiles become one number. `larger` is also MONAI's; `pooled` is MedPy's.
enum class Hd95Form {
  larger,            // of the two directed 95th percentiles
  pooled,            // the 95th percentile of both directions together
  surface_distance,  // DeepMind's surface-distance: contour between pixels, weighted by its length
};
// What NSD is a share of.
enum class NsdForm {
  border,            // border pixels (as in MONAI)
  surface_distance,  // length of the contour between pixels (as in DeepMind's surface-distance)
};
std::string_view form_name(Hd95Form form);
std::string_view form_name(NsdForm form);

struct SurfaceOptions {
  Hd95Form hd95 = Hd95Form::larger;
  NsdForm nsd = NsdForm::border;
  std::vector<double> tolerances{2};  // of NSD: px, or mm
  bool millimetres = false;           // distances in mm; every record needs its spacing
};

void check(const SurfaceOptions& options);  // throws Error(usage)

// In px, or mm with a spacing.
struct SurfaceDistances {
  double hd95 = 0;
  double hausdorff = 0;     // the largest distance in either direction
  double assd = 0;          // mean over the border pixels of both masks
  double masd = 0;          // mean of the two directed means
  std::vector<double> nsd;  // of each tolerance, in [0,1]
};

// Of masks of equal size that both have a pixel > 0; outside the image is background. Exact: to the nearest
// pixel of the other border, whatever the spacing.
SurfaceDistances surface_distances(const cv::Mat1b& predicted, const cv::Mat1b& drawn, const Spacing& spacing,
                                   const SurfaceOptions& options);

}  // namespace tn
