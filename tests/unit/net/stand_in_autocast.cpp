// Mixed precision on the stand-in: which operators change the type of what they get, by the lists of
// LibTorch that its CUDA goes by too.
#include <ATen/ATen.h>
#include <ATen/autocast_mode.h>
#include <torch/library.h>

namespace tn::test {
namespace {

TORCH_LIBRARY_IMPL(_, AutocastPrivateUse1, library) {
  library.fallback(torch::CppFunction::makeFallthrough());
}

#define TN_LOWER(...) KERNEL_PRIVATEUSEONE(__VA_ARGS__, lower_precision_fp)
#define TN_FLOAT(...) KERNEL_PRIVATEUSEONE(__VA_ARGS__, fp32)
#define TN_FLOAT_UNLESS_TOLD(...) KERNEL_PRIVATEUSEONE(__VA_ARGS__, fp32_set_opt_dtype)
#define TN_FLOAT_APPENDED(...) KERNEL_DIFFERENT_REDISPATCH_SIGNATURE_PRIVATEUSEONE(__VA_ARGS__)
#define TN_WIDEST(...) KERNEL_PRIVATEUSEONE(__VA_ARGS__, promote)

TORCH_LIBRARY_IMPL(aten, AutocastPrivateUse1, m) {
  using namespace at;  // NOLINT: as the lists write their types
  AT_FORALL_LOWER_PRECISION_FP(TN_LOWER)
  AT_FORALL_FP32(TN_FLOAT)
  AT_FORALL_FP32_SET_OPT_DTYPE(TN_FLOAT_UNLESS_TOLD)
  AT_FORALL_DIFFERENT_REDISPATCH_SIGNATURE(TN_FLOAT_APPENDED)
  AT_FORALL_PROMOTE(TN_WIDEST)
}

}  // namespace
}  // namespace tn::test
