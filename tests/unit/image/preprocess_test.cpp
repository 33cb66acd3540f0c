#include "libcore/image/preprocess.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <opencv2/core.hpp>

#include "tests/unit/image/fixtures.hpp"

namespace tn {
namespace {

TEST(Preprocess, GivesAFrameOfItsSize) {
  const Frame frame = preprocess(cv::Mat1b(63, 100, std::uint8_t{9}), {64, Fit::letterbox});
  EXPECT_EQ(frame.image.size(), cv::Size(64, 64));
  EXPECT_EQ(frame.placement, place({100, 63}, 64, Fit::letterbox));
  EXPECT_EQ(frame.image(32, 32), 9);
  EXPECT_EQ(frame.image(0, 0), 0);
}

TEST(PreprocessOptions, SizeIsChecked) {
  EXPECT_EQ(error_of([] {
              check(PreprocessOptions{31, Fit::stretch});
            }),
            "2: --size: 31 is not in 32 to 4096 px");
  EXPECT_EQ(error_of([] {
              check(PreprocessOptions{4097, Fit::stretch});
            }),
            "2: --size: 4097 is not in 32 to 4096 px");
  EXPECT_EQ(error_of([] { check(PreprocessOptions{32, Fit::stretch}); }), "no error");
}

TEST(PreprocessOptions, ReadBackWhatTheyWrote) {
  for (const PreprocessOptions& options :
       {PreprocessOptions{320, Fit::stretch}, PreprocessOptions{64, Fit::letterbox}})
    EXPECT_EQ(preprocess_from_json(to_json(options), "a"), options);
}

TEST(PreprocessOptions, StandAsText) {
  EXPECT_EQ(to_json(PreprocessOptions{}).dump(), R"({"fit":"letterbox","size":256})");
}

PreprocessOptions every_step() {
  PreprocessOptions options{64, Fit::stretch};
  options.enlarge = Enlarge::cubic;
  options.remove_marks = true;
  options.crop_border = 12.5;
  options.denoise = Denoise::speckle;
  options.denoise_size = 5;
  options.clahe = 2;
  options.clahe_tiles = 4;
  options.normalize = 1;
  return options;
}

TEST(PreprocessOptions, EveryStepIsReadBack) {
  EXPECT_EQ(preprocess_from_json(to_json(every_step()), "a"), every_step());
}

TEST(PreprocessOptions, MarksOfAnotherDetectorAreRefused) {
  nlohmann::json json = to_json(every_step());
  json["remove_marks"] = 99;
  EXPECT_EQ(error_of([&] { preprocess_from_json(json, "m"); }),
            "65: m: preprocessing option 'remove_marks' is unknown here or has a bad value");
}

TEST(Preprocess, CropsBeforeItPlaces) {
  cv::Mat1b image(16, 30, std::uint8_t{0});
  image(cv::Rect(4, 0, 20, 16)) = 200;
  PreprocessOptions options{32, Fit::letterbox};
  options.crop_border = 10;
  const Frame frame = preprocess(image, options);
  EXPECT_EQ(frame.placement, place({30, 16}, 32, Fit::letterbox, Area{4, 0, 20, 16}));
  EXPECT_EQ(cv::countNonZero(frame.image.rowRange(3, 29) != 200), 0);
  EXPECT_EQ(cv::countNonZero(frame.image.rowRange(0, 3)), 0);
}

// Filters look at neighbours: those must not be what was cut away.
TEST(Preprocess, CutByHandOrByOptionIsTheSame) {
  cv::Mat1b image(53, 75, std::uint8_t{7});
  const cv::Rect scan(6, 5, 61, 43);
  cv::randu(image(scan), 60, 255);
  for (const Denoise denoise : {Denoise::none, Denoise::median, Denoise::speckle}) {
    for (const std::optional<double> clahe : {std::optional<double>(), std::optional<double>(3)}) {
      PreprocessOptions options{64, Fit::stretch};
      options.denoise = denoise;
      options.clahe = clahe;
      const cv::Mat1b by_hand = preprocess(image(scan).clone(), options).image;
      options.crop_border = 20;
      EXPECT_SAME_IMAGE(preprocess(image, options).image, by_hand);
    }
  }
}

// No step may change the image it is given: it may be shared.
TEST(Preprocess, LeavesItsImageAlone) {
  cv::Mat1b image(40, 60);
  cv::randu(image, 0, 255);
  const cv::Mat1b before = image.clone();
  preprocess(image, every_step());
  EXPECT_SAME_IMAGE(image, before);
}

TEST(PreprocessOptions, UnknownOnesAreRefused) {
  const auto error = [](const char* json) {
    return error_of([&] { preprocess_from_json(nlohmann::json::parse(json), "m"); });
  };
  EXPECT_EQ(error(R"({"fit":"stretch","size":64,"sharpen":2})"),
            "65: m: preprocessing option 'sharpen' is unknown here or has a bad value");
  EXPECT_EQ(error(R"({"fit":"crop","size":64})"),
            "65: m: preprocessing option 'fit' is unknown here or has a bad value");
  EXPECT_EQ(error(R"({"fit":"stretch"})"), "65: m: preprocessing options lack 'size' or 'fit'");
  EXPECT_EQ(error(R"({"fit":"stretch","size":8})"), "65: m: preprocessing: size: 8 is not in 32 to 4096 px");
  EXPECT_EQ(error("[]"), "65: m: preprocessing options are no object");
}

TEST(PreprocessHash, OfMasksIsOfTheirGeometryAlone) {
  EXPECT_EQ(geometry_of(every_step()), (PreprocessOptions{64, Fit::stretch}));
  EXPECT_NE(preprocess_hash(every_step()), preprocess_hash({64, Fit::stretch}));
}

TEST(PreprocessHash, NamesTheOptions) {
  const std::string hash = preprocess_hash({256, Fit::letterbox});
  EXPECT_EQ(hash.size(), 16U);
  EXPECT_EQ(hash, preprocess_hash(PreprocessOptions{}));
  EXPECT_NE(hash, preprocess_hash({256, Fit::stretch}));
  EXPECT_NE(hash, preprocess_hash({320, Fit::letterbox}));
}

// Frames of before, whose filters read what a crop had cut away, are not taken for these.
// printf 'tn preprocess 2 {"clahe":3.0,"clahe_tiles":8,"crop_border":20.0,"fit":"stretch","size":64}' |
// sha256sum
TEST(PreprocessHash, OfAFilterAfterACropIsNew) {
  PreprocessOptions options{64, Fit::stretch};
  options.clahe = 3;
  options.crop_border = 20;
  EXPECT_EQ(preprocess_hash(options), "242c830ce8a37068");
}

// printf 'tn preprocess 1 {"fit":"letterbox","size":256}' | sha256sum
TEST(PreprocessHash, StaysTheSameFromVersionToVersion) {
  EXPECT_EQ(preprocess_hash({256, Fit::letterbox}), "201e3839ae451153");
}

}  // namespace
}  // namespace tn
