#include "libcore/net/multiply_adds.hpp"

#include <ATen/core/ivalue.h>
#include <ATen/ops/empty.h>

#include <string_view>
#include <vector>

#include "libcore/net/attention.hpp"
#include "libcore/net/evaluating.hpp"
#include "libcore/net/observing.hpp"

namespace tn {

namespace {

using Inputs = c10::ArrayRef<const c10::IValue>;

// An argument for all directions may have a single value.
std::int64_t along(const std::vector<std::int64_t>& values, std::size_t direction) {
  return values.size() == 1 ? values.front() : values[direction];
}

// Every filter weight meets every place of the output, or of the input where the convolution is transposed.
std::int64_t of_convolution(Inputs inputs) {
  const at::Tensor features = inputs[0].toTensor(), weight = inputs[1].toTensor();
  const auto stride = inputs[3].toIntVector(), padding = inputs[4].toIntVector(),
             dilation = inputs[5].toIntVector();
  const bool transposed = inputs[6].toBool();
  std::int64_t places = 1;
  for (std::int64_t d = 2; d < features.dim(); ++d) {
    const auto i = static_cast<std::size_t>(d - 2);
    const std::int64_t span = along(dilation, i) * (weight.size(d) - 1) + 1;
    const std::int64_t steps = (features.size(d) + 2 * along(padding, i) - span) / along(stride, i);
    places *= transposed ? features.size(d) : steps + 1;
  }
  return places * weight.numel();
}

std::int64_t of_linear(Inputs inputs) {
  const at::Tensor features = inputs[0].toTensor();
  std::int64_t rows = 1;
  for (std::int64_t d = 1; d < features.dim() - 1; ++d) rows *= features.size(d);
  return rows * inputs[1].toTensor().numel();
}

std::int64_t of_product(const at::Tensor& a, const at::Tensor& b) {  // [N,L,K] x [N,K,M]
  return a.size(1) * a.size(2) * b.size(2);
}

// query [N,L,D], key [N,M,D], value [N,M,C]: energies and their mix.
void add_attention(Inputs inputs, Work& work) {
  const at::Tensor query = inputs[0].toTensor(), value = inputs[2].toTensor();
  const std::int64_t pairs = query.size(1) * value.size(1);
  work.attention += pairs * (query.size(2) + value.size(2));
  work.exponentials += pairs;
}

struct Count {
  Work work;
  int inside_attention = 0;  // whose own products count as a whole
};

Count& count_of_this_thread() {
  thread_local Count count;
  return count;
}

std::unique_ptr<at::ObserverContext> begins(const at::RecordFunction& function) {
  Count& count = count_of_this_thread();
  const std::string_view name = function.name();
  const bool attends = name == kPositionAttentionRecord;
  if (count.inside_attention == 0) {
    const Inputs inputs = function.inputs();
    std::int64_t& others = count.work.others;
    if (attends) add_attention(inputs, count.work);
    if (name == "aten::convolution") others += of_convolution(inputs);
    if (name == "aten::linear") others += of_linear(inputs);
    if (name == "aten::bmm") others += of_product(inputs[0].toTensor(), inputs[1].toTensor());
    if (name == "aten::baddbmm") others += of_product(inputs[1].toTensor(), inputs[2].toTensor());
  }
  if (attends) ++count.inside_attention;
  return nullptr;
}

void ends(const at::RecordFunction& function, at::ObserverContext*) {
  if (function.name() == std::string_view(kPositionAttentionRecord))
    --count_of_this_thread().inside_attention;
}

}  // namespace

Work count_work(Network& network, std::int64_t channels, std::int64_t side) {
  const Evaluating evaluating(network);
  count_of_this_thread() = {};
  const Observing observing(at::RecordFunctionCallback(begins, ends).needsInputs(true));
  network.forward(at::empty({0, channels, side, side}));
  return count_of_this_thread().work;
}

std::int64_t count_multiply_adds(Network& network, std::int64_t channels, std::int64_t side) {
  const Work work = count_work(network, channels, side);
  return work.attention + work.others;
}

}  // namespace tn
