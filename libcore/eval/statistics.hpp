// Mean, median and spread of a few numbers.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace tn {

struct Spread {
  std::int64_t n = 0;
  std::optional<double> mean;    // nothing if n is 0
  std::optional<double> median;  // nothing if n is 0; of an even n the mean of the middle two
  std::optional<double> sd;      // of a sample (n - 1); nothing if n < 2
  friend bool operator==(const Spread&, const Spread&) = default;
};

Spread spread(std::vector<double> values);

// The value below which the share of the values lies, linear between two of them; values: at least one.
double percentile(std::vector<double> values, double share);

double normal_share(double z);         // of the standard normal distribution below z
double normal_quantile(double share);  // the other way round; share in (0,1)

}  // namespace tn
