#include "libcore/net/ffanet.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "libcore/net/initialise.hpp"
#include "libcore/net/losses.hpp"
#include "libcore/net/registry.hpp"
#include "libcore/net/runtime.hpp"
#include "libcore/net/weights.hpp"
#include "tests/support/expect_error.hpp"
#include "tests/unit/net/tensors.hpp"

namespace tn {
namespace {

std::shared_ptr<Network> tiny(bool mask_head = true, bool class_head = true) {
  auto network = make_network({.arch = "ffanet-tiny", .mask_head = mask_head, .class_head = class_head});
  test::fill_by_formula(*network);
  network->eval();
  return network;
}

at::Tensor images(std::int64_t count, std::int64_t height, std::int64_t width) {
  return test::formula(1000, {count, 1, height, width}) + 0.5;
}

std::int64_t parameters(const std::string& arch, bool mask_head = true, bool class_head = true) {
  return count_parameters(*make_network({.arch = arch, .mask_head = mask_head, .class_head = class_head}));
}

// The names that METHOD gives, for a layout of one block a stage.
std::vector<std::string> documented_names() {
  std::vector<std::string> names;
  const auto conv_bn = [&](const std::string& part) {
    names.push_back(part + ".conv.weight");
    for (const char* tail : {"weight", "bias", "running_mean", "running_var", "num_batches_tracked"})
      names.push_back(part + ".bn." + tail);
  };
  for (int i = 0; i < 3; ++i) conv_bn("encoder.stem." + std::to_string(i));
  for (int stage = 0; stage < 4; ++stage) {
    const std::string block = "encoder.stages." + std::to_string(stage) + ".blocks.0.";
    for (int i = 0; i < 5; ++i) conv_bn(block + "conv_mid." + std::to_string(i));
    conv_bn(block + "conv_concat");
    conv_bn(block + "shortcut");
    names.push_back(block + "attn.conv.weight");
  }
  for (const char* part : {"position_in", "channel_in", "position_out", "channel_out"})
    conv_bn("attention." + std::string(part));
  for (const char* part : {"fusion", "attention.position.query", "attention.position.key",
                           "attention.position.value", "mask_head", "class_head"})
    for (const char* tail : {".weight", ".bias"}) names.push_back(std::string(part) + tail);
  names.insert(names.end(), {"attention.position.gamma", "attention.channel.gamma"});
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<std::string> names_of(const Network& network) {
  std::vector<std::string> names;
  for (const auto& [name, tensor] : named_state(network)) names.push_back(name);
  return names;
}

TEST(FfaNet, ParameterCountOfLayout39) {
  EXPECT_EQ(parameters("ffanet39"), 26'064'367);
}

TEST(FfaNet, ParameterCountWithTwoMaskOutputs) {
  EXPECT_EQ(count_parameters(FfaNet({.mask_outputs = 2})), 26'064'464);
}

TEST(FfaNet, ParameterCountOfLayout57) {
  EXPECT_EQ(parameters("ffanet57"), 42'337'720);
}

TEST(FfaNet, ParameterCountOfSlim27) {
  EXPECT_EQ(parameters("ffanet27-slim"), 4'529'129);
}

TEST(FfaNet, ParameterCountOfTiny) {
  EXPECT_EQ(parameters("ffanet-tiny"), 245'781);
}

TEST(FfaNet, ForClassesAloneIsTheImprovedVovNetWithALinearHead) {
  EXPECT_EQ(parameters("ffanet39", false, true), 24'566'804);
}

TEST(FfaNet, ForMasksAloneLacksTheClassHeadOnly) {
  EXPECT_EQ(parameters("ffanet39", true, false), 26'064'367 - (2 * 1024 + 2));
}

TEST(FfaNet, HasTheDocumentedNames) {
  EXPECT_EQ(names_of(*tiny()), documented_names());
}

TEST(FfaNet, ForClassesAloneHasEncoderAndClassHeadAlone) {
  for (const std::string& name : names_of(*tiny(false, true)))
    EXPECT_TRUE(name.rfind("encoder.", 0) == 0 || name.rfind("class_head.", 0) == 0) << name;
}

TEST(FfaNet, HasTheDocumentedShapes) {
  const auto network = make_network({.arch = "ffanet39"});
  EXPECT_EQ(test::named(*network, "fusion.weight").sizes(), (at::IntArrayRef{256, 2560, 1, 1}));
  EXPECT_EQ(test::named(*network, "attention.position.gamma").sizes(), (at::IntArrayRef{1}));
  EXPECT_EQ(test::named(*network, "attention.channel_in.conv.weight").sizes(),
            (at::IntArrayRef{96, 384, 3, 3}));
  EXPECT_EQ(test::named(*network, "mask_head.weight").sizes(), (at::IntArrayRef{1, 96, 1, 1}));
  EXPECT_EQ(test::named(*network, "class_head.weight").sizes(), (at::IntArrayRef{2, 1024}));
}

TEST(FfaNet, KeepsItsFiltersInChannelsLastOrder) {
  for (const at::Tensor& parameter : tiny()->parameters()) {
    if (parameter.dim() == 4) {
      EXPECT_TRUE(parameter.is_contiguous(at::MemoryFormat::ChannelsLast));
    }
  }
}

TEST(FfaNet, GivesAMaskOfTheImagesSizeAndTwoClasses) {
  for (const auto& [height, width] : {std::pair{29, 29}, {64, 96}, {77, 50}}) {
    const Prediction prediction = tiny()->forward(images(2, height, width));
    EXPECT_EQ(prediction.mask_logits.sizes(), (at::IntArrayRef{2, 1, height, width}));
    EXPECT_EQ(prediction.class_logits.sizes(), (at::IntArrayRef{2, 2}));
  }
}

TEST(FfaNet, LeavesTheOutputOfAMissingHeadUndefined) {
  EXPECT_FALSE(tiny(false, true)->forward(images(1, 32, 32)).mask_logits.defined());
  EXPECT_FALSE(tiny(true, false)->forward(images(1, 32, 32)).class_logits.defined());
}

// tests/fixtures/net/ffanet-tiny.json was made by reference.py beside it, an implementation of its own.
class Reference : public testing::TestWithParam<bool> {};

TEST_P(Reference, OutputsOfTheIndependentImplementationAreMet) {
  nlohmann::json expected;
  std::ifstream(TN_FIXTURES "/net/ffanet-tiny.json") >> expected;
  const auto network = tiny();
  const at::Tensor input = GetParam() ? test::channels_last(images(2, 45, 62)) : images(2, 45, 62);
  const at::NoGradGuard no_gradients;
  const Prediction prediction = network->forward(input);
  const at::Tensor mask = prediction.mask_logits.to(at::kDouble);
  ASSERT_EQ(expected["points"].size(), 18U);
  for (const auto& point : expected["points"])
    EXPECT_NEAR(mask[point[0].get<int>()][0][point[1].get<int>()][point[2].get<int>()].item<double>(),
                point[3].get<double>(), 1e-4)
        << point;
  EXPECT_NEAR(mask.mean().item<double>(), expected["mask_mean"].get<double>(), 1e-5);
  EXPECT_NEAR(mask.std(false).item<double>(), expected["mask_sd"].get<double>(), 1e-5);
  for (int image = 0; image < 2; ++image)
    for (int which = 0; which < 2; ++which)
      EXPECT_NEAR(prediction.class_logits[image][which].item<double>(),
                  expected["classes"][image][which].get<double>(), 1e-4);
}

INSTANTIATE_TEST_SUITE_P(FfaNet, Reference, testing::Bool(), [](const auto& one) {
  return one.param ? "InChannelsLastOrder" : "InTheUsualOrder";
});

TEST(FfaNet, PredictsNearlyTheSameInBfloat16) {
  const at::NoGradGuard no_gradients;
  const auto network = tiny();
  const at::Tensor input = test::channels_last(images(2, 64, 64));
  const Prediction exact = network->forward(input);
  const Autocast on(true);
  const Prediction rough = network->forward(input);
  EXPECT_EQ(rough.mask_logits.scalar_type(), at::kFloat);
  EXPECT_LT(test::largest_difference(rough.mask_logits.sigmoid(), exact.mask_logits.sigmoid()), 0.03);
  EXPECT_LT(test::largest_difference(rough.class_logits.softmax(1), exact.class_logits.softmax(1)), 0.03);
}

// Of a fresh network with running statistics: attention and statistics of few pixels magnify rounding.
at::Tensor training_gradient(bool bfloat16) {
  const auto network = make_network({.arch = "ffanet-tiny"});
  initialise(*network, make_generator(1));
  network->eval();
  const Targets targets{(images(2, 64, 64) > 0.5).to(at::kFloat), at::tensor({1, 1}).to(at::kBool),
                        at::tensor({0, 1}).to(at::kLong)};
  Prediction prediction;
  {
    const Autocast scope(bfloat16);
    prediction = network->forward(test::channels_last(images(2, 64, 64)));
  }
  joint_loss(prediction, targets, count_targets(targets), {}).total.backward();
  std::vector<at::Tensor> gradients;
  for (const at::Tensor& parameter : network->parameters()) gradients.push_back(parameter.grad().flatten());
  return at::cat(gradients);
}

TEST(FfaNet, GradientInBfloat16PointsTheSameWay) {
  const at::Tensor exact = training_gradient(false), rough = training_gradient(true);
  const double cosine = (exact.dot(rough) / (exact.norm() * rough.norm())).item<double>();
  EXPECT_GT(cosine, 0.98);
}

TEST(FfaNet, TrainingNeverHoldsTheAttentionMap) {
  const auto network = tiny();
  network->train();
  const test::AllocationRecord record;
  network->forward(test::channels_last(images(1, 256, 256))).mask_logits.sum().backward();
  EXPECT_LT(record.largest(), std::size_t{4096} * 4096);  // a byte for each pair of pixels
}

TEST(FfaNet, DropoutFollowsTheKeys) {
  const auto network = tiny();
  network->train();
  const auto forward = [&](std::uint64_t key) {
    network->draw_by({key, key + 10});
    return network->forward(images(2, 48, 48)).mask_logits;
  };
  EXPECT_TRUE(forward(3).equal(forward(3)));
  EXPECT_FALSE(forward(3).equal(forward(4)));
}

TEST(FfaNet, EvaluationIsRepeatable) {
  const auto network = tiny();
  EXPECT_TRUE(
      network->forward(images(2, 48, 48)).mask_logits.equal(network->forward(images(2, 48, 48)).mask_logits));
}

// What an ablation takes away, worked out from the widths of METHOD 1.
std::int64_t taken_by(NetOptions options) {
  options.arch = "ffanet39";
  return 26'064'367 - count_parameters(*make_network(options));
}

TEST(FfaNetAblation, NoProjectionTakesAOneByOneConvolutionWithBatchNormFromEachBlock) {
  EXPECT_EQ(taken_by({.projection = false}), 128 * 256 + 256 * 512 + 512 * 768 + 768 * 768 + 768 * 1024 +
                                                 1024 * 1024 + 2 * (256 + 512 + 2 * 768 + 2 * 1024));
}

TEST(FfaNetAblation, NoEcaTakesThreeTapsFromEachBlock) {
  EXPECT_EQ(taken_by({.eca = EcaRule::none}), 6 * 3);
}

TEST(FfaNetAblation, NoAttentionTakesQueriesKeysValuesAndGammas) {
  EXPECT_EQ(taken_by({.attention = false}), 2 * (96 * 12 + 12) + 96 * 96 + 96 + 2);
}

TEST(FfaNetAblation, NoF0TakesItsChannelsFromBothBranches) {
  EXPECT_EQ(taken_by({.f0 = false}), 2 * 128 * 96 * 9);
}

at::Tensor mask_of(const NetOptions& options) {
  const auto network = make_network(options);
  test::fill_by_formula(*network);
  network->eval();
  const at::NoGradGuard no_gradients;
  return network->forward(images(1, 40, 32)).mask_logits;
}

TEST(FfaNetAblation, NoAttentionIsAnAttentionOfGammaZero) {
  NetOptions options{.arch = "ffanet-tiny"};
  const auto whole = make_network(options);
  options.attention = false;
  const auto ablated = make_network(options);
  for (const auto& network : {whole, ablated}) {
    initialise(*network, make_generator(7));  // gammas are 0
    network->eval();
  }
  NamedTensors common = named_state(*whole);
  std::erase_if(common, [](const auto& item) {
    return item.first.starts_with("attention.position.") || item.first.starts_with("attention.channel.");
  });
  load_state(*ablated, common, "the whole network");
  const at::NoGradGuard no_gradients;
  EXPECT_LT(test::largest_difference(ablated->forward(images(1, 40, 32)).mask_logits,
                                     whole->forward(images(1, 40, 32)).mask_logits),
            1e-5);
}

TEST(FfaNetAblation, ChangesWhatTheNetworkSays) {
  const at::Tensor whole = mask_of({.arch = "ffanet-tiny"});
  for (const NetOptions& options : {NetOptions{.arch = "ffanet-tiny", .eca = EcaRule::none},
                                    {.arch = "ffanet-tiny", .projection = false},
                                    {.arch = "ffanet-tiny", .attention = false},
                                    {.arch = "ffanet-tiny", .f0 = false}})
    EXPECT_GT(test::largest_difference(mask_of(options), whole), 1e-3);
}

// With stage 1 silenced, the image reaches the mask through F0 alone.
double gradient_past_stage_1(bool f0) {
  const auto network = make_network({.arch = "ffanet-tiny", .f0 = f0});
  test::fill_by_formula(*network);
  network->eval();
  for (const char* part : {"conv_concat", "shortcut"})
    for (const char* tail : {".bn.weight", ".bn.bias"})
      test::named(*network, std::string("encoder.stages.0.blocks.0.") + part + tail).detach().zero_();
  const at::Tensor input = images(1, 40, 32).requires_grad_();
  network->forward(input).mask_logits.sum().backward();
  return input.grad().abs().max().item<double>();
}

TEST(FfaNetAblation, NoF0LeavesTheWayThroughStageOneAlone) {
  EXPECT_EQ(gradient_past_stage_1(false), 0);
  EXPECT_GT(gradient_past_stage_1(true), 0);
}

TEST(Registry, KnowsItsNames) {
  EXPECT_EQ(architecture_names(),
            (std::vector<std::string>{"ffanet39", "ffanet57", "ffanet27-slim", "ffanet-tiny", "unet",
                                      "segnet", "pspnet-r50", "deeplabv3plus-r50", "danet-r50", "resnet50",
                                      "resnet50-eca", "vovnet39", "vovnet39-improved"}));
}

std::string refusal(const NetOptions& options) {
  const auto thrown = test::thrown_by([&] { make_network(options); });
  EXPECT_EQ(thrown.exit_code, 2);
  return thrown.text;
}

TEST(Registry, RefusesUnknownNamesAndNamesTheKnown) {
  EXPECT_EQ(refusal({.arch = "ffanet40"}),
            "unknown architecture 'ffanet40': one of ffanet39, ffanet57, ffanet27-slim, ffanet-tiny, unet, "
            "segnet, pspnet-r50, deeplabv3plus-r50, danet-r50, resnet50, resnet50-eca, vovnet39, "
            "vovnet39-improved");
}

TEST(Registry, RefusesAMaskOfAClassifier) {
  EXPECT_EQ(refusal({.arch = "resnet50"}),
            "resnet50 is a classifier and draws no mask: --task classify trains it");
}

TEST(Registry, RefusesOptionsThatTheNetworkDoesNotHave) {
  for (const NetOptions& options : {NetOptions{.arch = "unet", .eca = EcaRule::none},
                                    {.arch = "resnet50-eca", .mask_head = false, .eca = EcaRule::adaptive},
                                    {.arch = "pspnet-r50", .attention_pool = 2},
                                    {.arch = "unet", .projection = false},
                                    {.arch = "danet-r50", .attention = false},
                                    {.arch = "vovnet39-improved", .mask_head = false, .projection = false}})
    EXPECT_NE(refusal(options).find(options.arch + " "), std::string::npos);
}

TEST(Registry, RefusesOptionsOfTheMaskWithoutOne) {
  for (const NetOptions& options : {NetOptions{.mask_head = false, .attention_pool = 2},
                                    {.mask_head = false, .attention = false},
                                    {.mask_head = false, .f0 = false}})
    EXPECT_EQ(refusal(options),
              "ffanet39 has no attention without a mask: --attention-pool, --no-attention and --no-f0 change "
              "nothing");
}

TEST(Registry, RefusesToPoolAnAttentionThatIsNotThere) {
  EXPECT_EQ(refusal({.attention_pool = 2, .attention = false}),
            "ffanet39 cannot pool the attention that --no-attention takes away");
}

TEST(Registry, PassesTheEcaRuleOnToTheImprovedVovNet) {
  const auto network =
      make_network({.arch = "vovnet39-improved", .mask_head = false, .eca = EcaRule::adaptive});
  EXPECT_EQ(test::named(*network, "stages.3.blocks.0.attn.conv.weight").size(2), 5);
}

TEST(Registry, PassesTheEcaRuleOn) {
  const auto network = make_network({.arch = "ffanet39", .eca = EcaRule::adaptive});
  EXPECT_EQ(test::named(*network, "encoder.stages.3.blocks.0.attn.conv.weight").size(2), 5);
}

TEST(Registry, PassesTheAttentionPoolOn) {
  const auto exact = tiny();
  const auto pooled = make_network({.arch = "ffanet-tiny", .attention_pool = 4});
  test::fill_by_formula(*pooled);
  pooled->eval();
  const at::Tensor input = images(1, 64, 64);
  EXPECT_GT(test::largest_difference(pooled->forward(input).mask_logits, exact->forward(input).mask_logits),
            1e-4);
}

}  // namespace
}  // namespace tn
