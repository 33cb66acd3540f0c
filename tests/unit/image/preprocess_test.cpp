#include "libcore/image/preprocess.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

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
            "2: size 31 is not in 32 to 4096 px");
  EXPECT_EQ(error_of([] {
              check(PreprocessOptions{4097, Fit::stretch});
            }),
            "2: size 4097 is not in 32 to 4096 px");
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

TEST(PreprocessOptions, UnknownOnesAreRefused) {
  const auto error = [](const char* json) {
    return error_of([&] { preprocess_from_json(nlohmann::json::parse(json), "m"); });
  };
  EXPECT_EQ(error(R"({"fit":"stretch","size":64,"clahe":2})"),
            "65: m: preprocessing option 'clahe' is unknown here or has a bad value");
  EXPECT_EQ(error(R"({"fit":"crop","size":64})"),
            "65: m: preprocessing option 'fit' is unknown here or has a bad value");
  EXPECT_EQ(error(R"({"fit":"stretch"})"), "65: m: preprocessing options lack 'size' or 'fit'");
  EXPECT_EQ(error(R"({"fit":"stretch","size":8})"), "65: m: preprocessing: size 8 is not in 32 to 4096 px");
  EXPECT_EQ(error("[]"), "65: m: preprocessing options are no object");
}

TEST(PreprocessHash, NamesTheOptions) {
  const std::string hash = preprocess_hash({256, Fit::letterbox});
  EXPECT_EQ(hash.size(), 16U);
  EXPECT_EQ(hash, preprocess_hash(PreprocessOptions{}));
  EXPECT_NE(hash, preprocess_hash({256, Fit::stretch}));
  EXPECT_NE(hash, preprocess_hash({320, Fit::letterbox}));
}

// printf 'tn preprocess 1 {"fit":"letterbox","size":256}' | sha256sum
TEST(PreprocessHash, StaysTheSameFromVersionToVersion) {
  EXPECT_EQ(preprocess_hash({256, Fit::letterbox}), "201e3839ae451153");
}

}  // namespace
}  // namespace tn
