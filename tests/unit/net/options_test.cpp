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
  EXPECT_THAT(refusal(o), testing::HasSubstr("--alpha: -0.5 is negative"));
}

TEST(TrainOptions, ConvexSumRefusesAlphaOverOne) {
  TrainOptions o;
  o.alpha = 1.5;
  EXPECT_EQ(refusal(o), "");
  o.joint = Joint::convex;
  EXPECT_THAT(refusal(o), testing::HasSubstr("--alpha: 1.5 is over 1"));
}

TEST(TrainOptions, BatchMustBeAMultipleOfItsParts) {
  TrainOptions o;
  o.batch = 8;
  o.accumulate = 3;
  EXPECT_THAT(refusal(o), testing::HasSubstr("8 images cannot be taken in 3"));
}

TEST(TrainOptions, NesterovWithoutMomentumIsRefused) {
  TrainOptions o;
  o.optimizer = Optimizer::sgd;
  o.nesterov = true;
  EXPECT_EQ(refusal(o), "");
  o.momentum = 0;
  EXPECT_THAT(refusal(o), testing::HasSubstr("--nesterov"));
}

std::string idle(const std::string& given, const TrainOptions& options) {
  try {
    expect_used(std::vector{given}, options);
    return "";
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_code(), Exit::usage);
    return error.what();
  }
}

TEST(TrainOptions, OptionThatNothingReadsIsRefused) {
  TrainOptions o;  // adamw, cosine, mtl
  for (const char* name : {"momentum", "nesterov", "step-epochs", "plateau-epochs", "rate-factor", "power"})
    EXPECT_THAT(idle(name, o), testing::StartsWith(std::string("--") + name)) << name;
  EXPECT_EQ(idle("beta1", o), "");
  EXPECT_EQ(idle("alpha", o), "");
  o.task = Task::segment;
  EXPECT_EQ(idle("alpha", o), "--alpha has no effect: it needs --task mtl");
  EXPECT_THAT(idle("label-smoothing", o), testing::HasSubstr("class loss"));
  o.optimizer = Optimizer::sgd;
  EXPECT_EQ(idle("momentum", o), "");
  EXPECT_THAT(idle("beta2", o), testing::HasSubstr("adam"));
}

TEST(TrainOptions, AlphaOfZeroLeavesClassWeightsIdle) {
  TrainOptions o;
  EXPECT_EQ(idle("class-weights", o), "");
  o.alpha = 0;
  EXPECT_THAT(idle("class-weights", o), testing::HasSubstr("class loss"));
}

TEST(ClassWeights, SurviveTheWayThroughText) {
  for (const ClassWeights& weights : {ClassWeights{}, ClassWeights{true, 1, 1}, ClassWeights{false, 2, 0.5}})
    EXPECT_EQ(parse_class_weights(class_weights_text(weights)), weights);
}

TEST(ClassWeights, AnyOtherTextIsRefused) {
  for (const char* text : {"", "2", "2,", "0,1", "2,-1", "1,2,3", "balance"})
    EXPECT_THROW(parse_class_weights(text), Error) << text;
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
