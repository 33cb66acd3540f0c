#include "libcore/net/options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "libcore/base/error.hpp"

namespace tn {
namespace {

template <typename Options>
std::string refusal(const Options& options) {
  try {
    check(options);
    return "";
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_code(), Exit::usage);
    return error.what();
  }
}

TEST(TrainOptions, BothPresetsAreValid) {
  EXPECT_EQ(refusal(preset_options(Preset::practical)), "");
  EXPECT_EQ(refusal(preset_options(Preset::paper)), "");
}

TEST(TrainOptions, PaperPresetIsThePapers) {
  const TrainOptions o = preset_options(Preset::paper);
  EXPECT_EQ(o.optimizer, Optimizer::adam);
  EXPECT_EQ(o.beta2, 0.99);
  EXPECT_EQ(o.weight_decay, 0);
  EXPECT_EQ(o.epochs, 250);
  EXPECT_EQ(o.batch, 8);
  EXPECT_EQ(o.schedule, Schedule::plateau);
  EXPECT_EQ(o.plateau_epochs, 50);
  EXPECT_EQ(o.alpha, 0.2);
  EXPECT_EQ(o.ema, 0);
}

TEST(TrainOptions, NegativeAlphaIsRefused) {
  TrainOptions o;
  o.alpha = -0.5;
  EXPECT_THAT(refusal(o), testing::HasSubstr("alpha -0.5"));
}

TEST(TrainOptions, ConvexSumRefusesAlphaOverOne) {
  TrainOptions o;
  o.alpha = 1.5;
  EXPECT_EQ(refusal(o), "");
  o.joint = Joint::convex;
  EXPECT_THAT(refusal(o), testing::HasSubstr("alpha 1.5"));
}

TEST(TrainOptions, BatchMustBeAMultipleOfItsParts) {
  TrainOptions o;
  o.batch = 8;
  o.accumulate = 3;
  EXPECT_THAT(refusal(o), testing::HasSubstr("8 images cannot be taken in 3"));
}

TEST(TrainOptions, JobsLeaveNoTraceInTheRecord) {
  TrainOptions a, b;
  a.jobs = 1;
  b.jobs = 7;
  EXPECT_EQ(to_json(a), to_json(b));
}

TEST(NetOptions, AttentionPoolOfThreeIsRefused) {
  NetOptions o;
  o.attention_pool = 3;
  EXPECT_THAT(refusal(o), testing::HasSubstr("attention pool 3"));
}

TEST(NetOptions, SurviveTheWayThroughJson) {
  NetOptions o;
  o.arch = "ffanet-tiny";
  o.class_head = false;
  o.attention_pool = 4;
  o.eca = EcaRule::adaptive;
  EXPECT_EQ(net_options_from_json(to_json(o), "m"), o);
  o = NetOptions{.eca = EcaRule::none, .projection = false, .attention = false, .f0 = false};
  EXPECT_EQ(net_options_from_json(to_json(o), "m"), o);
}

TEST(NetOptions, OfBeforeTheAblationsAreOfAWholeNetwork) {
  nlohmann::json json = to_json(NetOptions{});
  for (const char* key : {"projection", "attention", "f0"}) json.erase(key);
  EXPECT_EQ(net_options_from_json(json, "m"), NetOptions{});
}

TEST(NetOptions, MissingKeyNamesTheFile) {
  nlohmann::json json = to_json(NetOptions{});
  json.erase("eca");
  try {
    net_options_from_json(json, "m.safetensors");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_code(), Exit::bad_data);
    EXPECT_THAT(error.what(), testing::StartsWith("m.safetensors: "));
  }
}

}  // namespace
}  // namespace tn
