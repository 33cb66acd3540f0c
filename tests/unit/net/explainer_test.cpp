#include "libcore/net/explainer.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <opencv2/core.hpp>

#include "libcore/net/registry.hpp"
#include "tests/unit/net/tensors.hpp"

namespace tn {
namespace {

constexpr int kSide = 128;

std::shared_ptr<Network> network(const std::string& arch) {
  auto net = make_network(whole_network(arch));
  test::fill_by_formula(*net);
  return net;
}

cv::Mat1b disc() {
  cv::Mat1b frame(kSide, kSide, std::uint8_t{20});
  for (int y = 0; y < kSide; ++y)
    for (int x = 0; x < kSide; ++x)
      if ((y - 50) * (y - 50) + (x - 80) * (x - 80) < 900) frame(y, x) = 200;
  return frame;
}

ActivationMaps maps_of(const std::shared_ptr<Network>& net, double threshold = 0.54) {
  return TorchExplainer(net).explain(std::array{disc()}, threshold).front();
}

// tests/fixtures/net/cam.json was made by cam.py beside it: hooks and autograd of PyTorch.
void expect_as_in_pytorch(const std::optional<ActivationMap>& map, const char* name) {
  nlohmann::json all;
  std::ifstream(TN_FIXTURES "/net/cam.json") >> all;
  const nlohmann::json& expected = all.at(name);
  ASSERT_TRUE(map);
  EXPECT_EQ(map->map.size(), cv::Size(kSide, kSide));
  const double highest = expected["range"][1];
  EXPECT_NEAR(map->lowest, expected["range"][0].get<double>(), 1e-3 * highest);
  EXPECT_NEAR(map->highest, highest, 1e-3 * highest);
  for (const auto& point : expected["points"])
    EXPECT_NEAR(map->map(point[0].get<int>(), point[1].get<int>()), point[2].get<double>(), 2e-3) << point;
}

TEST(Explainer, GradCamOfTheMaskIsPyTorchs) {
  expect_as_in_pytorch(maps_of(network("ffanet-tiny")).mask, "mask");
}

TEST(Explainer, GradCamOfTheClassIsPyTorchs) {
  expect_as_in_pytorch(maps_of(network("ffanet-tiny")).classes, "classes");
}

TEST(Explainer, PlainCamIsPyTorchs) {
  expect_as_in_pytorch(maps_of(network("ffanet-tiny")).plain, "plain");
}

TEST(Explainer, WithoutANoduleTheMaskHasNoMap) {
  EXPECT_FALSE(maps_of(network("ffanet-tiny"), 0.999999).mask);
}

TEST(Explainer, AClassifierHasMapsOfItsClassAlone) {
  const ActivationMaps maps = maps_of(network("vovnet39"));
  EXPECT_FALSE(maps.mask);
  EXPECT_TRUE(maps.classes);
  EXPECT_TRUE(maps.plain);
}

std::string name_of(const testing::TestParamInfo<const char*>& one) {
  std::string name = one.param;
  std::erase(name, '-');
  return name;
}

class EveryArchitecture : public testing::TestWithParam<const char*> {};

TEST_P(EveryArchitecture, HasMapsOfItsHeads) {
  const ActivationMaps maps = maps_of(network(GetParam()), 1e-6);
  ASSERT_TRUE(maps.mask);
  ASSERT_TRUE(maps.plain);
  EXPECT_EQ(maps.mask->map.size(), cv::Size(kSide, kSide));
  EXPECT_TRUE(cv::checkRange(maps.mask->map, true, nullptr, 0, 1 + 1e-6));
}

INSTANTIATE_TEST_SUITE_P(Explainer, EveryArchitecture, testing::Values("unet", "segnet", "deeplabv3plus-r50"),
                         name_of);

}  // namespace
}  // namespace tn
