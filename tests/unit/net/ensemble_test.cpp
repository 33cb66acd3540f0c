#include "libcore/net/ensemble.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <opencv2/core.hpp>

#include "libcore/net/infer.hpp"
#include "tests/support/expect_error.hpp"

namespace tn {
namespace {

// Answers what a function of the frame says.
class Fake : public Predictor {
 public:
  explicit Fake(std::function<NetOutput(const cv::Mat1b&)> answer) : answer_(std::move(answer)) {}
  std::vector<NetOutput> predict(std::span<const cv::Mat1b> frames) override {
    std::vector<NetOutput> outputs;
    for (const cv::Mat1b& frame : frames) outputs.push_back(answer_(frame));
    return outputs;
  }
  const nlohmann::json& meta() const override { return meta_; }

 private:
  std::function<NetOutput(const cv::Mat1b&)> answer_;
  nlohmann::json meta_;
};

NetOutput constant(const cv::Mat1b& frame, float mask, double p) {
  return {cv::Mat1f(frame.size(), mask), p, {}, {}};
}

EnsembleMember member(float mask, double p, double mask_threshold = 0.5, double class_threshold = 0.5) {
  ModelSpec spec;
  spec.mask_threshold = mask_threshold;
  spec.class_threshold = class_threshold;
  return {std::make_unique<Fake>([=](const cv::Mat1b& frame) { return constant(frame, mask, p); }), spec};
}

template <typename... Members>
NetOutput answer(const EnsembleOptions& options, const cv::Mat1b& frame, Members... members) {
  std::vector<EnsembleMember> all;
  (all.push_back(std::move(members)), ...);
  return Ensemble(std::move(all), options).predict(std::vector{frame}).front();
}

const cv::Mat1b kFrame(4, 4, std::uint8_t{100});

TEST(Ensemble, AnswersWithTheMean) {
  const NetOutput joint = answer({}, kFrame, member(0.2F, 0.1), member(0.6F, 0.5), member(0.7F, 0.9));
  EXPECT_NEAR(joint.probability(1, 2), 0.5, 1e-6);
  EXPECT_NEAR(*joint.p_malignant, 0.5, 1e-12);
}

// 0.2, 0.6, 0.7 around 0.5: sqrt((0.09 + 0.01 + 0.04) / 3). 0.1, 0.5, 0.9: sqrt((0.16 + 0.16) / 3).
TEST(Ensemble, SaysHowFarTheAnswersSpread) {
  const NetOutput joint = answer({}, kFrame, member(0.2F, 0.1), member(0.6F, 0.5), member(0.7F, 0.9));
  EXPECT_NEAR(joint.spread(3, 0), std::sqrt(0.14 / 3), 1e-6);
  EXPECT_NEAR(*joint.p_malignant_spread, std::sqrt(0.32 / 3), 1e-12);
}

// 0.45 is over its model's threshold of 0.4, 0.6 is not over 0.7: one of two; p: two of two.
TEST(Ensemble, MajorityCountsAnswersAtTheirModelsThresholds) {
  const NetOutput joint =
      answer({Vote::majority}, kFrame, member(0.45F, 0.3, 0.4, 0.3), member(0.6F, 0.8, 0.7, 0.5));
  EXPECT_FLOAT_EQ(joint.probability(0, 0), 0.5F);
  EXPECT_EQ(*joint.p_malignant, 1);
}

// A network that marks what is bright, wherever it stands: all views agree once they are turned back.
NetOutput bright(const cv::Mat1b& frame) {
  cv::Mat1f mask;
  frame.convertTo(mask, CV_32F, 1 / 255.0);
  return {mask, 0.5, {}, {}};
}

cv::Mat1b corner_lit() {
  cv::Mat1b frame(40, 40, std::uint8_t{0});
  frame(cv::Rect(0, 0, 10, 20)) = 255;
  return frame;
}

class EachOfTheViews : public testing::TestWithParam<Views> {};
TEST_P(EachOfTheViews, IsTurnedBack) {
  const NetOutput joint =
      answer({Vote::mean, GetParam()}, corner_lit(), EnsembleMember{std::make_unique<Fake>(bright), {}});
  cv::Mat1b expected;
  cv::compare(corner_lit(), 0, expected, cv::CMP_GT);
  cv::Mat1b found;
  cv::compare(joint.probability, 0.5, found, cv::CMP_GE);
  EXPECT_EQ(cv::countNonZero(found != expected), 0);
  EXPECT_EQ(joint.probability.size(), cv::Size(40, 40));
}
INSTANTIATE_TEST_SUITE_P(All, EachOfTheViews,
                         testing::Values(Views::one, Views::mirror, Views::flips, Views::scales, Views::all));

// A network that answers "left half" whatever it sees: mirrored views contradict it.
TEST(Ensemble, MirroredViewsAreAskedToo) {
  const auto left = [](const cv::Mat1b& frame) {
    cv::Mat1f mask(frame.size(), 0.0F);
    mask(cv::Rect(0, 0, frame.cols / 2, frame.rows)) = 1;
    return NetOutput{mask, 0.5, {}, {}};
  };
  const NetOutput joint =
      answer({Vote::mean, Views::mirror}, kFrame, EnsembleMember{std::make_unique<Fake>(left), {}});
  EXPECT_FLOAT_EQ(joint.probability(0, 0), 0.5F);
  EXPECT_FLOAT_EQ(joint.spread(0, 3), 0.5F);
}

TEST(Ensemble, CountsViews) {
  int seen = 0;
  const auto count = [&](const cv::Mat1b& frame) {
    ++seen;
    return constant(frame, 0.5F, 0.5);
  };
  answer({Vote::mean, Views::all}, cv::Mat1b(40, 40, std::uint8_t{0}),
         EnsembleMember{std::make_unique<Fake>(count), {}});
  EXPECT_EQ(seen, 12);
}

TEST(Ensemble, MemberWithoutAHeadHasNoSayInIt) {
  EnsembleMember mask_alone{std::make_unique<Fake>([](const cv::Mat1b& frame) {
                              return NetOutput{cv::Mat1f(frame.size(), 0.9F), {}, {}, {}};
                            }),
                            {}};
  const NetOutput joint = answer({}, kFrame, std::move(mask_alone), member(0.1F, 0.8));
  EXPECT_FLOAT_EQ(joint.probability(0, 0), 0.5F);
  EXPECT_EQ(*joint.p_malignant, 0.8);
}

TEST(CombinedSpec, HasMeanThresholds) {
  ModelSpec a, b;
  a.mask_threshold = 0.4;
  b.mask_threshold = 0.6;
  a.class_threshold = 0.2;
  const ModelSpec both = combined_spec({a, b}, {"a", "b"}, Vote::mean);
  EXPECT_DOUBLE_EQ(both.mask_threshold, 0.5);
  EXPECT_DOUBLE_EQ(both.class_threshold, 0.35);
}

TEST(CombinedSpec, MajorityIsOverOneHalf) {
  ModelSpec a;
  a.mask_threshold = 0.9;
  EXPECT_EQ(combined_spec({a, a}, {"a", "b"}, Vote::majority).mask_threshold, 0.5);
}

TEST(CombinedSpec, RefusesModelsOfAnotherPreprocessing) {
  ModelSpec a, b;
  b.preprocess.size = 128;
  const auto thrown = test::thrown_by([&] { combined_spec({a, b}, {"a.st", "b.st"}, Vote::mean); });
  EXPECT_EQ(thrown.exit_code, 65);
  EXPECT_EQ(thrown.text, "b.st: trained with another preprocessing than a.st: they cannot answer together");
}

TEST(AnswerHash, OfOneModelIsItsOwn) {
  EXPECT_EQ(answer_hash({{"0123456789abcdef", "ffanet39"}}, {}), "0123456789abcdef");
}

TEST(AnswerHash, ChangesWithTheWayOfJoining) {
  const std::vector<ModelName> two{{"a", "x"}, {"b", "x"}};
  const std::string mean = answer_hash(two, {});
  EXPECT_NE(mean, answer_hash(two, {Vote::majority}));
  EXPECT_NE(mean, answer_hash(two, {Vote::mean, Views::flips}));
  EXPECT_EQ(mean, answer_hash(two, {}));
}

}  // namespace
}  // namespace tn
