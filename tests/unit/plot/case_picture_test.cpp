#include "libcore/plot/case_picture.hpp"

#include <gtest/gtest.h>

#include <opencv2/core.hpp>

namespace tn {
namespace {

const std::string kRoot = std::string(TN_FIXTURES) + "/plot";

CasePicture load(const std::string& line) {
  return load_case(Record::parse(line, "test:1"), kRoot, {});
}

TEST(CasePicture, HasImageAndBothMasks) {
  const CasePicture found =
      load(R"({"id":"a","image":"images/a.png","mask":"masks/a.png","pred":{"mask":"pred/a.png"}})");
  EXPECT_EQ(found.image.size(), cv::Size(32, 24));
  ASSERT_TRUE(found.drawn && found.predicted);
  EXPECT_EQ(cv::countNonZero(*found.drawn), 144);
  EXPECT_EQ(found.error, std::nullopt);
}

TEST(CasePicture, DiceIsTheRecordsOwn) {
  EXPECT_EQ(
      load(
          R"({"id":"a","image":"images/a.png","mask":"masks/a.png","pred":{"mask":"pred/a.png"},"metrics":{"dice":0.25}})")
          .dice,
      0.25);
}

TEST(CasePicture, WithoutMetricsDiceIsOfTheMasks) {
  // 12 x 12 px, shifted by 4: 2 * 8 / 24
  EXPECT_DOUBLE_EQ(
      *load(R"({"id":"a","image":"images/a.png","mask":"masks/a.png","pred":{"mask":"pred/a.png"}})").dice,
      2.0 / 3);
}

TEST(CasePicture, UnreadableImageIsSaid) {
  const CasePicture found = load(R"({"id":"a","image":"images/nowhere.png"})");
  EXPECT_EQ(found.error, kRoot + "/images/nowhere.png: No such file or directory");
  EXPECT_TRUE(found.failed_here);
  EXPECT_TRUE(found.image.empty());
}

TEST(CasePicture, RecordWithoutImageIsSaid) {
  EXPECT_EQ(load(R"({"id":"a"})").error, "the record has no image");
}

TEST(CasePicture, ErrorRecordFailedBefore) {
  const CasePicture found =
      load(R"({"id":"a","image":"images/a.png","status":"error","error":{"msg":"cut off"}})");
  EXPECT_EQ(found.error, "cut off");
  EXPECT_FALSE(found.failed_here);
}

}  // namespace
}  // namespace tn
