// Products of channels with one another equal LibTorch's.
#include "libcore/net/gram.hpp"

#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/bmm.h>
#include <ATen/ops/equal.h>
#include <gtest/gtest.h>

#include <limits>

#include "libcore/net/block_products.hpp"
#include "libcore/net/runtime.hpp"
#include "tests/unit/net/tensors.hpp"

namespace tn {
namespace {

class Gram : public testing::Test {
 protected:
  void SetUp() override {
    if (!has_block_products(at::kBFloat16))
      GTEST_SKIP() << "this processor has no bfloat16 products (AVX-512)";
  }
  static at::Tensor tokens(std::int64_t images, std::int64_t pixels, std::int64_t channels) {
    return test::formula(1, {images, pixels, channels}).to(at::kBFloat16);
  }

  at::NoGradGuard no_gradients_;
};

// One pixel, pairs and a half one, blocks and a rest of one, of two and of many pixels.
TEST_F(Gram, EqualsTheProduct) {
  for (const std::int64_t pixels : {1, 2, 3, 511, 512, 513, 1500})
    for (const std::int64_t channels : {16, 96}) {
      SCOPED_TRACE(testing::Message() << pixels << " pixels, " << channels << " channels");
      const at::Tensor x = tokens(2, pixels, channels), exact = x.to(at::kDouble);
      const at::Tensor answer = gram(x);
      EXPECT_EQ(answer.scalar_type(), at::kFloat);
      EXPECT_LT(test::largest_difference(answer.to(at::kDouble), at::bmm(exact.transpose(1, 2), exact)),
                1e-6 * static_cast<double>(pixels));
    }
}

TEST_F(Gram, AnImagesAnswerDependsOnNothingElse) {
  const at::Tensor x = tokens(3, 1300, 32), together = gram(x);
  for (const int threads : {1, 2, 4}) {
    at::set_num_threads(threads);
    EXPECT_TRUE(at::equal(gram(x), together));
    EXPECT_TRUE(at::equal(gram(x.narrow(0, 1, 1)), together.narrow(0, 1, 1)));
  }
  set_threads(0);
}

TEST_F(Gram, WhatIsNotANumberStaysSo) {
  const at::Tensor x = tokens(1, 40, 16);
  x[0][39][3] = std::numeric_limits<float>::quiet_NaN();
  const at::Tensor answer = gram(x);
  EXPECT_TRUE(answer[0][3].isnan().all().item<bool>());
  EXPECT_FALSE(answer[0][2][1].isnan().item<bool>());
}

TEST_F(Gram, TakesWhatItComputesOnly) {
  const at::Tensor x = tokens(2, 40, 32);
  EXPECT_TRUE(can_gram(x));
  EXPECT_FALSE(can_gram(x.to(at::kFloat)));
  EXPECT_FALSE(can_gram(x.transpose(1, 2)));
  EXPECT_FALSE(can_gram(tokens(2, 40, 24)));
  EXPECT_FALSE(can_gram(tokens(2, 0, 32)));
  EXPECT_THROW(gram(x.to(at::kFloat)), c10::Error);
  const at::AutoGradMode gradients(true);
  EXPECT_FALSE(can_gram(x));
}

}  // namespace
}  // namespace tn
