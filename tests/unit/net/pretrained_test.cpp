#include "libcore/net/pretrained.hpp"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/tensor.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libcore/net/registry.hpp"
#include "libcore/net/resnet.hpp"
#include "libcore/net/vovnet_classifier.hpp"
#include "libcore/net/weights.hpp"
#include "tests/support/expect_error.hpp"
#include "tests/support/temp_folder.hpp"
#include "tests/unit/net/tensors.hpp"

namespace tn {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::StartsWith;

class Pretrained : public testing::Test {
 protected:
  test::TempFolder folder;
  std::string path = folder.path("weights.safetensors");

  void save(const NamedTensors& tensors) const {
    save_safetensors(path, tensors, nullptr, true, Durability::rename_only);
  }
  // ffanet-tiny's tensors with one replaced.
  static NamedTensors tiny_with(const std::string& name, const at::Tensor& value) {
    const auto network = make_network({.arch = "ffanet-tiny"});
    test::fill_by_formula(*network);
    NamedTensors tensors = named_state(*network);
    for (auto& [key, tensor] : tensors)
      if (key == name) tensor = value;
    return tensors;
  }
  test::Thrown loading(Network& network) const {
    return test::thrown_by([&] { load_pretrained(network, path); });
  }
};

at::Tensor find(const NamedTensors& tensors, const std::string& name) {
  for (const auto& [key, tensor] : tensors)
    if (key == name) return tensor;
  throw std::runtime_error("no tensor " + name);
}

TEST_F(Pretrained, OwnModelIsTakenWhole) {
  const NamedTensors stored = tiny_with("", {});
  save(stored);
  const auto network = make_network({.arch = "ffanet-tiny"});
  const InitReport report = load_pretrained(*network, path);
  for (const auto& [name, tensor] : named_state(*network)) EXPECT_TRUE(tensor.equal(find(stored, name)));
  EXPECT_EQ(report.summary,
            fmt::format("{}: {} tensors used, 0 adapted, 0 left; 0 of the network's {} are new", path,
                        stored.size(), stored.size()));
  EXPECT_EQ(report.details.size(), stored.size());
  EXPECT_THAT(report.details, testing::Each(StartsWith("used ")));
}

TEST_F(Pretrained, HeadOfOtherClassesIsReplaced) {
  save(tiny_with("class_head.weight", at::ones({3, 128})));
  const auto network = make_network({.arch = "ffanet-tiny"});
  const at::Tensor before = test::named(*network, "class_head.weight").clone();
  const InitReport report = load_pretrained(*network, path);
  EXPECT_TRUE(test::named(*network, "class_head.weight").equal(before));
  EXPECT_THAT(report.details, Contains("left class_head.weight: a head of shape [3,128], not [2,128]"));
  EXPECT_THAT(report.details, Contains("new class_head.weight: not in the file"));
}

TEST_F(Pretrained, WrongShapeNamesTheKeyAndChangesNothing) {
  save(tiny_with("fusion.weight", at::ones({32, 319, 1, 1})));
  const auto network = make_network({.arch = "ffanet-tiny"});
  const at::Tensor before = test::named(*network, "encoder.stem.0.conv.weight").clone();
  const test::Thrown thrown = loading(*network);
  EXPECT_EQ(thrown.exit_code, 65);
  EXPECT_EQ(thrown.text, path +
                             ": tensor fusion.weight is [32,319,1,1], the network's fusion.weight is "
                             "[32,320,1,1]");
  EXPECT_TRUE(test::named(*network, "encoder.stem.0.conv.weight").equal(before));
}

TEST_F(Pretrained, IntegersAreNoWeights) {
  save(tiny_with("fusion.bias", at::ones({32}, at::kLong)));
  const auto network = make_network({.arch = "ffanet-tiny"});
  EXPECT_EQ(loading(*network).exit_code, 65);
}

TEST_F(Pretrained, FileOfAnotherNetworkIsRefused) {
  save({{"block.weight", at::ones({2, 2})}, {"class_head.bias", at::ones({2})}});
  const auto network = make_network({.arch = "ffanet-tiny"});
  const test::Thrown thrown = loading(*network);
  EXPECT_EQ(thrown.exit_code, 65);
  EXPECT_EQ(thrown.text, path + ": no tensor of it fits this network");
}

TEST_F(Pretrained, HalvesAreWidened) {
  save(tiny_with("fusion.bias", (0.25 * at::ones({32})).to(at::kHalf)));
  const auto network = make_network({.arch = "ffanet-tiny"});
  const InitReport report = load_pretrained(*network, path);
  EXPECT_TRUE(test::named(*network, "fusion.bias").equal(0.25 * at::ones({32})));
  EXPECT_THAT(report.details, Contains("adapted fusion.bias: Half made Float"));
}

// Under timm's names (rivals_test shows that they are): three channels, 1000 classes, the ese variant's
// extra.
TEST_F(Pretrained, TimmsVovNetEntersOurEncoders) {
  VovNetClassifier timm({.in_channels = 3, .classes = 1000});
  test::fill_by_formula(timm);
  NamedTensors stored = named_state(timm);
  stored.emplace_back("stages.3.blocks.1.attn.fc.weight", at::ones({1024, 1024, 1, 1}));
  save(stored);
  const at::Tensor first = find(stored, "stem.0.conv.weight");
  for (const auto& [arch, prefix] : {std::pair{"ffanet39", "encoder."}, {"vovnet39", ""}}) {
    const auto network = make_network(whole_network(arch));
    const InitReport report = load_pretrained(*network, path);
    const auto in_network = [&, &below = prefix](const std::string& name) {
      return test::named(*network, below + name);
    };
    const at::Tensor sum =
        first.select(1, 0) / 0.229 + first.select(1, 1) / 0.224 + first.select(1, 2) / 0.225;
    EXPECT_LT(test::largest_difference(in_network("stem.0.conv.weight"), sum.unsqueeze(1)), 1e-5);
    const std::string deep = "stages.3.blocks.1.conv_mid.4.conv.weight";
    EXPECT_TRUE(in_network(deep).equal(find(stored, deep)));
    EXPECT_THAT(report.details, Contains("adapted stem.0.conv.weight: three channels, each by ImageNet's "
                                         "standard deviation, summed to one"));
    EXPECT_THAT(report.details,
                Contains("adapted stem.0.bn.running_mean: moved by what ImageNet's mean takes "
                         "from the filters before it"));
    EXPECT_THAT(report.summary, HasSubstr("taken to expect ImageNet's mean and standard deviation"));
    EXPECT_THAT(report.details, Contains("used " + deep));
    EXPECT_THAT(report.details, Contains("left stages.3.blocks.1.attn.fc.weight: squeeze-and-excitation of "
                                         "the ese variant"));
    EXPECT_THAT(report.details, Contains(StartsWith("left head.fc.weight: ")));
    EXPECT_THAT(report.summary, HasSubstr("squeeze-and-excitation (ese) has no place in this network"));
  }
}

TEST_F(Pretrained, TorchvisionsResNetEntersClassifiersAndBackbones) {
  ResNetClassifier torchvision(3, 1000, false);
  test::fill_by_formula(torchvision);
  const NamedTensors stored = named_state(torchvision);
  save(stored);
  for (const auto& [arch, prefix] : {std::pair{"resnet50-eca", ""}, {"deeplabv3plus-r50", "encoder."}}) {
    const auto network = make_network(whole_network(arch));
    const InitReport report = load_pretrained(*network, path);
    const std::string deep = "layer4.0.downsample.1.running_var";
    EXPECT_TRUE(test::named(*network, prefix + deep).equal(find(stored, deep)));
    EXPECT_THAT(report.summary, HasSubstr(" 2 adapted, 2 left; "));
    EXPECT_THAT(report.details, Contains(StartsWith("left fc.weight: ")));
  }
}

// A grey image in [0,1] as a network of three channels was taught on ImageNet to expect it.
at::Tensor as_in_imagenet(const at::Tensor& grey) {
  const auto channels = [](at::ArrayRef<float> values) { return at::tensor(values).reshape({1, 3, 1, 1}); };
  return (grey.expand({-1, 3, -1, -1}) - channels({0.485F, 0.456F, 0.406F})) /
         channels({0.229F, 0.224F, 0.225F});
}

// The tensors of `network` below `prefix` that `body` has.
void copy_body(torch::nn::Module& body, const Network& network, const std::string& prefix) {
  NamedTensors tensors;
  for (const auto& [name, tensor] : named_state(body))
    tensors.emplace_back(name, test::named(network, prefix + name));
  load_state(body, tensors, "network");
}

// Less `border` pixels all around.
at::Tensor inner(const at::Tensor& features, std::int64_t border) {
  return features.narrow(2, border, features.size(2) - 2 * border)
      .narrow(3, border, features.size(3) - 2 * border);
}

TEST_F(Pretrained, GreyImageGivesTheFeaturesOfTheNormalisedImageOfThreeChannels) {
  const at::NoGradGuard no_gradients;
  const at::Tensor grey = test::formula(3, {1, 1, 96, 96}) + 0.5;
  VovNet three(3, vovnet39(), EcaRule::none, false), one(1, vovnet39(), EcaRule::none, false);
  test::fill_by_formula(*three);
  save(named_state(*three));
  const auto network = make_network(whole_network("vovnet39"));
  load_pretrained(*network, path);
  copy_body(*one, *network, "");
  three->eval();
  one->eval();
  const Pyramid expected = three->forward(as_in_imagenet(grey)), found = one->forward(grey);
  EXPECT_GT(inner(expected.f1, 7).abs().max().item<float>(), 1);
  EXPECT_LT(test::largest_difference(inner(found.f0, 2), inner(expected.f0, 2)), 1e-4);
  EXPECT_LT(test::largest_difference(inner(found.f1, 7), inner(expected.f1, 7)), 1e-4);
}

TEST_F(Pretrained, GreyImageGivesAResNetsFeaturesOfThreeChannels) {
  const at::NoGradGuard no_gradients;
  const at::Tensor grey = test::formula(3, {1, 1, 96, 96}) + 0.5;
  ResNet three(ResNetOptions{.in_channels = 3}), one(ResNetOptions{.output_stride = 16});
  test::fill_by_formula(*three);
  save(named_state(*three));
  const auto network = make_network(whole_network("deeplabv3plus-r50"));
  load_pretrained(*network, path);
  copy_body(*one, *network, "encoder.");
  three->eval();
  one->eval();
  const at::Tensor expected = three->forward(as_in_imagenet(grey)).first, found = one->forward(grey).first;
  EXPECT_GT(inner(expected, 6).abs().max().item<float>(), 1);
  EXPECT_LT(test::largest_difference(inner(found, 6), inner(expected, 6)), 1e-4);
}

TEST_F(Pretrained, FiltersOfThreeChannelsAreNoIntegers) {
  save({{"stem.0.conv.weight", at::ones({64, 3, 3, 3}, at::kLong)}});
  const auto network = make_network(whole_network("vovnet39"));
  EXPECT_EQ(loading(*network).exit_code, 65);
}

TEST_F(Pretrained, BackboneOfAnOwnSegmenterEntersAClassifier) {
  const auto segmenter = make_network({.arch = "deeplabv3plus-r50"});
  save(named_state(*segmenter));
  const auto network = make_network({.arch = "resnet50", .mask_head = false});
  const InitReport report = load_pretrained(*network, path);
  EXPECT_TRUE(test::named(*network, "layer3.5.conv2.weight")
                  .equal(test::named(*segmenter, "encoder.layer3.5.conv2.weight")));
  EXPECT_THAT(report.summary, HasSubstr("; 2 of the network's 320 are new"));
}

}  // namespace
}  // namespace tn
