#include "libcore/net/losses.hpp"

#include <ATen/ops/allclose.h>
#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/expect_error.hpp"
#include "tests/unit/net/tensors.hpp"

namespace tn {
namespace {

// Two pixels drawn of four.
at::Tensor half_drawn(std::int64_t images) {
  return at::tensor({1.0F, 1.0F, 0.0F, 0.0F}).view({1, 1, 2, 2}).repeat({images, 1, 1, 1});
}
at::Tensor yes(std::int64_t images) {
  return at::ones({images}, at::kBool);
}
at::Tensor labels(const std::vector<std::int64_t>& values) {
  return at::tensor(values);
}

TEST(DiceLoss, OfHandWorkedPixels) {
  // p = 1/2 everywhere: 1 - (2 * 1 + 1) / (2 + 2 + 1)
  const at::Tensor loss = dice_loss(at::zeros({1, 1, 2, 2}), half_drawn(1), yes(1), 1);
  EXPECT_FLOAT_EQ(loss.item<float>(), 0.4F);
}

TEST(DiceLoss, StaysBetweenZeroAndOne) {
  for (const double drawn : {0.0, 1.0})
    for (const double logit : {-90.0, 0.0, 90.0}) {
      const double loss =
          dice_loss(at::full({1, 1, 8, 8}, logit), at::full({1, 1, 8, 8}, drawn), yes(1), 1).item<double>();
      EXPECT_GE(loss, 0) << drawn << " " << logit;
      EXPECT_LE(loss, 1) << drawn << " " << logit;
    }
}

TEST(DiceLoss, OfTwoEmptyMasksIsZero) {
  EXPECT_NEAR(dice_loss(at::full({1, 1, 8, 8}, -90.0), at::zeros({1, 1, 8, 8}), yes(1), 1).item<double>(), 0,
              1e-6);
}

TEST(DiceLoss, GradientEqualsFiniteDifferences) {
  const at::Tensor masks = (test::formula(3, {2, 1, 3, 3}) > 0).to(at::kFloat);
  const at::Tensor logits = (4 * test::formula(4, {2, 1, 3, 3})).requires_grad_();
  dice_loss(logits, masks, yes(2), 2).backward();
  const double step = 1e-2;
  for (std::int64_t i = 0; i < logits.numel(); ++i) {
    const auto at_shift = [&](double shift) {
      const at::Tensor moved = logits.detach().clone();
      moved.view(-1)[i] += shift;
      return dice_loss(moved, masks, yes(2), 2).item<double>();
    };
    EXPECT_NEAR(logits.grad().view(-1)[i].item<double>(), (at_shift(step) - at_shift(-step)) / (2 * step),
                1e-4);
  }
}

TEST(DiceLoss, IsTheMeanOverImagesThatHaveAMask) {
  const at::Tensor logits = at::zeros({3, 1, 2, 2}).requires_grad_();
  at::Tensor masks = half_drawn(3);
  masks[2].zero_();  // 1 - 1 / 3
  const at::Tensor loss = dice_loss(logits, masks, at::tensor({1, 0, 1}).to(at::kBool), 2);
  EXPECT_FLOAT_EQ(loss.item<float>(), (0.4F + 2.0F / 3) / 2);
  loss.backward();
  EXPECT_EQ(logits.grad()[1].abs().max().item<float>(), 0);
  EXPECT_GT(logits.grad()[0].abs().max().item<float>(), 0);
}

TEST(DiceLoss, WithoutMasksIsZeroWithAZeroGradient) {
  const at::Tensor logits = at::zeros({2, 1, 2, 2}).requires_grad_();
  const at::Tensor loss = dice_loss(logits, half_drawn(2), at::zeros({2}, at::kBool), 0);
  loss.backward();
  EXPECT_EQ(loss.item<float>(), 0);
  EXPECT_EQ(logits.grad().abs().max().item<float>(), 0);
}

TEST(DiceLoss, ComputesInFloat32OnRoughLogits) {
  const at::Tensor rough = (4 * test::formula(4, {2, 1, 32, 32})).to(at::kBFloat16);
  const at::Tensor masks = (test::formula(3, {2, 1, 32, 32}) > 0).to(at::kFloat);
  const at::Tensor loss = dice_loss(rough, masks, yes(2), 2);
  EXPECT_EQ(loss.scalar_type(), at::kFloat);
  EXPECT_EQ(loss.item<double>(), dice_loss(rough.to(at::kFloat), masks, yes(2), 2).item<double>());
}

TEST(DiceLoss, RefusesMasksOfAnotherShape) {
  const auto thrown = test::thrown_by([] { dice_loss(at::zeros({2, 1, 4, 4}), half_drawn(2), yes(2), 2); });
  EXPECT_EQ(thrown.exit_code, 70);
}

TEST(ClassLoss, OfHandWorkedLogits) {
  // -log(1/2), -log(3/4)
  const at::Tensor logits = at::tensor({0.0F, 0.0F, 0.0F, std::log(3.0F)}).view({2, 2});
  EXPECT_NEAR(class_loss(logits, labels({0, 1}), {}, 2).item<double>(), (std::log(2) + std::log(4.0 / 3)) / 2,
              1e-6);
}

TEST(ClassLoss, ImagesWithoutALabelContributeNothing) {
  const at::Tensor logits = at::zeros({3, 2}).requires_grad_();
  const at::Tensor loss = class_loss(logits, labels({-1, 1, -1}), {}, 1);
  EXPECT_NEAR(loss.item<double>(), std::log(2), 1e-6);
  loss.backward();
  EXPECT_EQ(logits.grad()[0].abs().max().item<float>(), 0);
  EXPECT_FLOAT_EQ(logits.grad()[1][1].item<float>(), -0.5F);
}

TEST(ClassLoss, WithoutLabelsIsZeroAndNeverNaN) {
  const at::Tensor logits = at::zeros({2, 2}).requires_grad_();
  const at::Tensor loss = class_loss(logits, labels({-1, -1}), {}, 0);
  loss.backward();
  EXPECT_EQ(loss.item<float>(), 0);
  EXPECT_EQ(logits.grad().abs().max().item<float>(), 0);
}

TEST(ClassLoss, DividesByTheCountOfTheEffectiveBatch) {
  const at::Tensor logits = 3 * test::formula(5, {4, 2});
  const double whole = class_loss(logits, labels({0, -1, 1, 1}), {}, 3).item<double>();
  const double parts = class_loss(logits.narrow(0, 0, 2), labels({0, -1}), {}, 3).item<double>() +
                       class_loss(logits.narrow(0, 2, 2), labels({1, 1}), {}, 3).item<double>();
  EXPECT_NEAR(parts, whole, 1e-6);
}

TEST(ClassLoss, ComputesInFloat32OnRoughLogits) {
  const at::Tensor rough = (4 * test::formula(5, {4, 2})).to(at::kBFloat16);
  const at::Tensor loss = class_loss(rough, labels({0, 1, 1, 0}), {}, 4);
  EXPECT_EQ(loss.scalar_type(), at::kFloat);
  EXPECT_EQ(loss.item<double>(),
            class_loss(rough.to(at::kFloat), labels({0, 1, 1, 0}), {}, 4).item<double>());
}

// P(malignant) = 3/4 and a label of malignant: 0.9 of the target on -log 3/4 and 0.1 on -log 1/4.
TEST(ClassLoss, SmoothingSpreadsTheLabel) {
  const at::Tensor logits = at::tensor({0.0F, static_cast<float>(std::log(3))}).view({1, 2});
  EXPECT_NEAR(class_loss(logits, labels({1}), {}, 1, 0.2).item<double>(),
              0.9 * std::log(4.0 / 3) + 0.1 * std::log(4), 1e-6);
}

TEST(ClassLoss, SmoothingWeighsEachClassAndLeavesTheUnlabelledOut) {
  const at::Tensor logits = at::zeros({2, 2});
  EXPECT_NEAR(class_loss(logits, labels({1, -1}), at::tensor({2.0F, 5.0F}), 1, 0.2).item<double>(),
              (0.9 * 5 + 0.1 * 2) * std::log(2), 1e-6);
}

TEST(ClassLoss, WeighsClasses) {
  const at::Tensor loss = class_loss(at::zeros({2, 2}), labels({0, 1}), at::tensor({1.0F, 3.0F}), 2);
  EXPECT_NEAR(loss.item<double>(), std::log(2) * (1 + 3) / 2, 1e-6);
}

// Dice loss 0.4 and cross-entropy log 2, from leaves.
struct Case {
  Prediction prediction{at::zeros({1, 1, 2, 2}).requires_grad_(), at::zeros({1, 2}).requires_grad_()};
  Targets targets{half_drawn(1), yes(1), labels({1})};
  Loss loss(double alpha, Joint joint) const {
    return joint_loss(prediction, targets, count_targets(targets), {alpha, joint, {}});
  }
};

TEST(JointLoss, AddsAlphaTimesTheClassLoss) {
  EXPECT_NEAR(Case().loss(0.2, Joint::additive).total.item<double>(), 0.4 + 0.2 * std::log(2), 1e-6);
}

TEST(JointLoss, ConvexFormWeighsBoth) {
  EXPECT_NEAR(Case().loss(0.2, Joint::convex).total.item<double>(), 0.8 * 0.4 + 0.2 * std::log(2), 1e-6);
}

TEST(JointLoss, ReportsItsParts) {
  const Loss loss = Case().loss(0.2, Joint::convex);
  EXPECT_NEAR(loss.mask.item<double>(), 0.4, 1e-6);
  EXPECT_NEAR(loss.classes.item<double>(), std::log(2), 1e-6);
}

TEST(JointLoss, AlphaZeroGivesTheClassHeadNoGradient) {
  for (const Joint joint : {Joint::additive, Joint::convex}) {
    const Case one;
    one.loss(0, joint).total.backward();
    EXPECT_FALSE(one.prediction.class_logits.grad().defined());
    EXPECT_GT(one.prediction.mask_logits.grad().abs().max().item<float>(), 0);
  }
}

TEST(JointLoss, ConvexAlphaOneGivesTheMaskHeadNoGradient) {
  const Case one;
  one.loss(1, Joint::convex).total.backward();
  EXPECT_FALSE(one.prediction.mask_logits.grad().defined());
  EXPECT_GT(one.prediction.class_logits.grad().abs().max().item<float>(), 0);
}

// Micro-batches of one effective batch: values and gradients add up to the whole's.
TEST(JointLoss, PartsOfABatchAddUp) {
  const auto joint = [](const at::Tensor& mask_logits, const at::Tensor& class_logits, std::int64_t first,
                        std::int64_t count) {
    const at::Tensor has_mask = at::tensor({1, 0, 1, 1}).to(at::kBool);
    const TargetCounts counts{3, 3};
    const at::Tensor all_labels = labels({0, 1, -1, 1});
    return joint_loss({mask_logits.narrow(0, first, count), class_logits.narrow(0, first, count)},
                      {half_drawn(4).narrow(0, first, count), has_mask.narrow(0, first, count),
                       all_labels.narrow(0, first, count)},
                      counts, {})
        .total;
  };
  const auto leaf = [](std::int64_t seed, at::IntArrayRef shape) {
    return (2 * test::formula(seed, shape)).detach().requires_grad_();
  };
  const at::Tensor masks = leaf(1, {4, 1, 2, 2}), classes = leaf(2, {4, 2});
  const at::Tensor masks_again = leaf(1, {4, 1, 2, 2}), classes_again = leaf(2, {4, 2});
  const at::Tensor whole = joint(masks, classes, 0, 4);
  whole.backward();
  double sum = 0;
  for (const std::int64_t first : {0, 2}) {
    const at::Tensor part = joint(masks_again, classes_again, first, 2);
    part.backward();
    sum += part.item<double>();
  }
  EXPECT_NEAR(sum, whole.item<double>(), 1e-6);
  EXPECT_TRUE(at::allclose(masks.grad(), masks_again.grad(), 1e-5, 1e-7));
  EXPECT_TRUE(at::allclose(classes.grad(), classes_again.grad(), 1e-5, 1e-7));
}

TEST(JointLoss, OfOneHeadIsItsLossAlone) {
  Case mask, classes;
  mask.prediction.class_logits = at::Tensor();
  classes.prediction.mask_logits = at::Tensor();
  EXPECT_NEAR(mask.loss(0.7, Joint::convex).total.item<double>(), 0.4, 1e-6);
  EXPECT_NEAR(classes.loss(0.7, Joint::convex).total.item<double>(), std::log(2), 1e-6);
}

TEST(CountTargets, CountsMasksAndLabels) {
  const TargetCounts counts =
      count_targets({half_drawn(3), at::tensor({1, 0, 1}).to(at::kBool), labels({-1, 0, -1})});
  EXPECT_EQ(counts.masks, 2);
  EXPECT_EQ(counts.labels, 1);
}

}  // namespace
}  // namespace tn
