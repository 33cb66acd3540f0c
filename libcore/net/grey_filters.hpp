// First filters of networks taught on colour images, for grey ones.
#pragma once

#include <ATen/core/Tensor.h>

#include <string>

namespace tn {

// Filters [O,3,h,w] that expect images of three channels less ImageNet's mean by its standard deviation. On
// three equal channels, normalised so, they answer what `filters` [O,1,h,w] answer on the one channel in
// [0,1], less `shift` [O]; but at the border, where zeros stand for the mean in the one and for black in the
// other. Float64.
struct GreyFilters {
  at::Tensor filters, shift;
};
GreyFilters for_grey(const at::Tensor& filters);

// The running mean of the batch norm after a convolution, by the filters' name: "stem.0.conv.weight" ->
// "stem.0.bn.running_mean", "conv1.weight" -> "bn1.running_mean". Empty: they are named otherwise.
std::string mean_behind(const std::string& filters);

}  // namespace tn
