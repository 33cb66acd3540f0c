#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "libcore/base/hash.hpp"
#include "libcore/net/initialise.hpp"
#include "libcore/net/losses.hpp"
#include "libcore/net/model_spec.hpp"
#include "libcore/net/predictor.hpp"
#include "libcore/net/registry.hpp"
#include "libcore/net/resnet.hpp"
#include "libcore/net/runtime.hpp"
#include "libcore/net/vovnet_classifier.hpp"
#include "libcore/net/weights.hpp"
#include "tests/support/expect_error.hpp"
#include "tests/support/temp_folder.hpp"
#include "tests/unit/net/tensors.hpp"

namespace tn {
namespace {

// tests/fixtures/net/rivals.json was made by rivals.py beside it: torchvision's and timm's classifiers,
// implementations of their own of the segmentation networks.
nlohmann::json fixture() {
  nlohmann::json all;
  std::ifstream(TN_FIXTURES "/net/rivals.json") >> all;
  return all;
}

std::vector<std::string> fixture_names() {
  std::vector<std::string> names;
  const nlohmann::json all = fixture();
  for (const auto& [name, expected] : all.items()) names.push_back(name);
  return names;
}

std::shared_ptr<Network> network_of(const std::string& name) {
  if (name == "resnet50 of 3 channels") return std::make_shared<ResNetClassifier>(3, 1000, false);
  if (name == "vovnet39 of 3 channels")
    return std::make_shared<VovNetClassifier>(VovNetClassifierOptions{.in_channels = 3, .classes = 1000});
  return make_network(whole_network(name));
}

// Every name with its shape, a line each.
std::string state_text(const Network& network) {
  std::string text;
  for (const auto& [name, tensor] : named_state(network))
    text += fmt::format("{}[{}]\n", name, fmt::join(tensor.sizes(), ","));
  return text;
}

std::string test_name(const testing::TestParamInfo<std::string>& info) {
  std::string name = info.param;
  std::erase_if(name, [](char c) { return c == '-' || c == ' '; });
  return name;
}

class Rivals : public testing::TestWithParam<std::string> {};

void expect_near(double value, const nlohmann::json& expected) {
  EXPECT_NEAR(value, expected.get<double>(), 1e-4 * (1 + std::abs(expected.get<double>())));
}

void expect_mask(const at::Tensor& logits, const nlohmann::json& expected) {
  const at::Tensor mask = logits.to(at::kDouble);
  for (const auto& point : expected.at("points"))
    expect_near(mask[0][0][point[0].get<int>()][point[1].get<int>()].item<double>(), point[2]);
  expect_near(mask.mean().item<double>(), expected.at("mask_mean"));
  expect_near(mask.std(false).item<double>(), expected.at("mask_sd"));
}

TEST_P(Rivals, HaveParametersNamesAndOutputsOfTheIndependentImplementation) {
  const nlohmann::json expected = fixture().at(GetParam());
  const auto network = network_of(GetParam());
  EXPECT_EQ(count_parameters(*network), expected.at("parameters"));
  ASSERT_EQ(sha256_hex(state_text(*network)), expected.at("state")) << state_text(*network);
  test::fill_by_formula(*network);
  network->eval();
  const at::NoGradGuard no_gradients;
  const bool grey = GetParam().find("3 channels") == std::string::npos;
  const Prediction prediction = network->forward(test::formula(1000, {1, grey ? 1 : 3, 61, 45}) + 0.5);
  ASSERT_EQ(prediction.mask_logits.defined(), expected.contains("points"));
  if (prediction.mask_logits.defined()) expect_mask(prediction.mask_logits, expected);
  for (std::size_t i = 0; i < expected.at("classes").size(); ++i)
    expect_near(prediction.class_logits[0][static_cast<std::int64_t>(i)].item<double>(),
                expected.at("classes")[i]);
  expect_near(prediction.class_logits.to(at::kDouble).mean().item<double>(), expected.at("classes_mean"));
}

INSTANTIATE_TEST_SUITE_P(All, Rivals, testing::ValuesIn(fixture_names()), test_name);

// The counts of METHOD 4, whatever the fixture says.
TEST(ParameterCounts, AreThePublishedOnes) {
  EXPECT_EQ(count_parameters(ResNetClassifier(3, 1000, false)), 25'557'032);
  EXPECT_EQ(count_parameters(ResNetClassifier(1, 2, false)), 23'505'858);
  EXPECT_EQ(count_parameters(VovNetClassifier({.in_channels = 3, .classes = 1000})), 22'600'296);
  EXPECT_EQ(count_parameters(VovNetClassifier({})), 21'576'194);
  EXPECT_EQ(count_parameters(VovNetClassifier({.eca = EcaRule::fixed3, .projection = true})), 24'566'804);
}

class Architectures : public testing::TestWithParam<std::string> {};

// Smallest and odd sizes, in training mode, with and without autocast.
TEST_P(Architectures, LearnFromTheirSmallestAndFromOddImages) {
  const auto network = make_network(whole_network(GetParam()));
  const std::int64_t least = network->least_side();
  for (const bool bfloat16 : {false, true}) {
    const std::int64_t height = bfloat16 ? 45 : least, width = bfloat16 ? 57 : least + 1;
    const Targets targets{at::ones({2, 1, height, width}), at::ones({2}).to(at::kBool),
                          at::ones({2}).to(at::kLong)};
    Prediction prediction;
    {
      const Autocast scope(bfloat16);
      prediction = network->forward(test::formula(5, {2, 1, height, width}) + 0.5);
    }
    joint_loss(prediction, targets, count_targets(targets), {}).total.backward();
    for (const auto& parameter : network->named_parameters()) {
      ASSERT_TRUE(parameter.value().grad().defined()) << parameter.key();
      EXPECT_TRUE(parameter.value().grad().isfinite().all().item<bool>()) << parameter.key();
      parameter.value().mutable_grad().reset();
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, Architectures, testing::ValuesIn(architecture_names()), test_name);

// One test over all: a program's start costs more than a network.
TEST(Networks, RefuseSmallerImages) {
  for (const std::string& name : architecture_names()) {
    const auto network = make_network(whole_network(name));
    const std::int64_t least = network->least_side();
    const auto thrown = test::thrown_by([&] { network->forward(at::zeros({1, 1, least, least - 1})); });
    EXPECT_EQ(thrown.exit_code, 65) << name;
  }
}

TEST(Networks, ForClassesAloneHaveNothingOfTheMask) {
  const at::NoGradGuard no_gradients;
  for (const std::string& name : architecture_names()) {
    NetOptions options = whole_network(name);
    options.mask_head = false;
    const auto network = make_network(options);
    network->eval();
    const Prediction prediction = network->forward(at::zeros({1, 1, 64, 64}));
    EXPECT_FALSE(prediction.mask_logits.defined()) << name;
    EXPECT_EQ(prediction.class_logits.sizes(), (at::IntArrayRef{1, 2})) << name;
    for (const auto& [key, tensor] : named_state(*network))
      EXPECT_TRUE(key.find("mask") == std::string::npos && key.find("decoder") == std::string::npos)
          << name << " " << key;
  }
}

std::vector<NetOutput> answers_of(const NetOptions& options) {
  const auto network = make_network(options);
  initialise(*network, make_generator(1));
  const test::TempFolder folder;
  const std::string path = folder.path("model.safetensors");
  ModelSpec spec;
  spec.net = options;
  spec.preprocess.size = 64;
  save_safetensors(path, named_state(*network), to_json(spec, {{"benign", 0}, {"malignant", 1}}, "drawn"),
                   true, Durability::rename_only);
  const std::vector<cv::Mat1b> frames{cv::Mat1b(64, 64, std::uint8_t{90})};
  return TorchPredictor(path, {Precision::float32, 2}).predict(frames);
}

TEST(Networks, AnswerOutOfTheirModelFiles) {
  for (const std::string& name : architecture_names()) {
    const NetOptions options = whole_network(name);
    const std::vector<NetOutput> outputs = answers_of(options);
    ASSERT_EQ(outputs.size(), 1U) << name;
    EXPECT_EQ(outputs[0].probability.size(), options.mask_head ? cv::Size(64, 64) : cv::Size()) << name;
    ASSERT_TRUE(outputs[0].p_malignant) << name;
    EXPECT_TRUE(std::isfinite(*outputs[0].p_malignant)) << name;
  }
}

TEST(Segmenters, WithPooledContextRefuseToLearnFromOneImage) {
  for (const char* arch : {"pspnet-r50", "deeplabv3plus-r50"}) {
    const auto network = make_network({.arch = arch});
    EXPECT_EQ(test::thrown_by([&] { network->forward(at::zeros({1, 1, 64, 64})); }).exit_code, 2);
    network->eval();
    network->forward(at::zeros({1, 1, 64, 64}));
  }
}

}  // namespace
}  // namespace tn
