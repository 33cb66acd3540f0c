#include "libcore/eval/paired_tests.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "libcore/base/file.hpp"

namespace tn {
namespace {

using Json = nlohmann::json;

const Json& reference() {
  static const Json json = Json::parse(read_file(TN_FIXTURES "/eval/paired.json"));
  return json;
}

TEST(Wilcoxon, AgreesWithSciPy) {
  ASSERT_EQ(reference().at("wilcoxon").size(), 6U);
  for (const Json& one : reference().at("wilcoxon")) {
    const PairedTest found = wilcoxon(one.at("differences"));
    EXPECT_NEAR(*found.p, one.at("p").get<double>(), 1e-12);
    EXPECT_EQ(found.exact, one.at("exact").get<bool>());
  }
}

TEST(Wilcoxon, ZerosAreLeftOutAndCounted) {
  const PairedTest found = wilcoxon({0, 1, 2, 3, 0});
  EXPECT_EQ(found.zeros, 2);
  EXPECT_DOUBLE_EQ(*found.p, 0.25);  // two of eight choices of signs
  EXPECT_FALSE(wilcoxon({0, 0}).p);
}

TEST(SignFlip, AgreesWithSciPy) {
  ASSERT_EQ(reference().at("sign_flip").size(), 3U);
  for (const Json& one : reference().at("sign_flip"))
    EXPECT_NEAR(*sign_flip(one.at("sums"), 0, 0).p, one.at("p").get<double>(), 1e-12);
}

TEST(SignFlip, DrawsAreNearTheExactTest) {
  // Twenty sums of 1: only two of 2^20 outcomes are as far; of 999 draws hardly one.
  const PairedTest found = sign_flip(std::vector<double>(20, 1), 999, 0);
  EXPECT_FALSE(found.exact);
  EXPECT_DOUBLE_EQ(*found.p, 0.001);
  const std::vector<double> half{1, -1, 1, -1, 1, -1, 1, -1, 1, -1, 1, -1, 1, -1, 1, -1, 1, -1};
  EXPECT_DOUBLE_EQ(*sign_flip(half, 99, 0).p, 1);
}

TEST(SignFlip, WithoutADifferenceThereIsNoTest) {
  EXPECT_FALSE(sign_flip({0, 0, 0}, 99, 0).p);
}

TEST(McNemar, IsTheExactBinomialTest) {
  for (const Json& one : reference().at("mcnemar"))
    EXPECT_NEAR(*mcnemar(one.at("first"), one.at("second")).p, one.at("p").get<double>(), 1e-12);
  EXPECT_FALSE(mcnemar(0, 0).p);
}

TEST(Holm, HandWorked) {  // 0.01 x 4, 0.02 x 3, then never less than the one before
  const std::vector<double> found = holm({0.02, 0.9, 0.01, 0.021});
  EXPECT_DOUBLE_EQ(found.at(2), 0.04);
  EXPECT_DOUBLE_EQ(found.at(0), 0.06);
  EXPECT_DOUBLE_EQ(found.at(3), 0.06);
  EXPECT_DOUBLE_EQ(found.at(1), 0.9);
}

}  // namespace
}  // namespace tn
