// How densely values lie: what a violin shows.
#pragma once

#include <optional>
#include <vector>

#include "libcore/plot/canvas.hpp"

namespace tn {

// Silverman's rule of thumb (1986): 0.9 min(SD, IQR / 1.34) n^(-1/5), with the SD alone where the quartiles
// are equal. Nothing where all values are equal, or there is but one.
std::optional<double> silverman_bandwidth(const std::vector<double>& values);

// Places for kernel_density that show each bell: four to a bandwidth, at least 129 and at most 2001.
int density_steps(const std::vector<double>& values);

// The mean of normal densities around each value, at `steps` (2 or more) even places from the least value to
// the greatest, where it is cut off: x is the place, y the density. Empty without a bandwidth.
std::vector<Point> kernel_density(const std::vector<double>& values, int steps);

}  // namespace tn
