#include "libcore/net/descent.hpp"

#include <ATen/ops/empty_like.h>

#include <utility>

#include "libcore/net/adam.hpp"
#include "libcore/net/sgd.hpp"

namespace tn {

std::unique_ptr<Descent> make_descent(NamedTensors parameters, const TrainOptions& options) {
  if (options.optimizer == Optimizer::sgd) return std::make_unique<Sgd>(std::move(parameters), options);
  return std::make_unique<Adam>(std::move(parameters), options);
}

at::Tensor laid_out_as(const at::Tensor& gradient, const at::Tensor& parameter) {
  if (gradient.strides() == parameter.strides()) return gradient;
  return at::empty_like(parameter, gradient.options()).copy_(gradient);
}

}  // namespace tn
