#include "libcore/image/mask.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/unit/image/fixtures.hpp"

namespace tn {
namespace {

Record record(const std::string& members) {
  return Record::parse(R"({"id":"a",)" + members + "}", "m.jsonl:1");
}

std::optional<cv::Mat1b> mask_of(const std::string& members, ImageSize size = {4, 2}) {
  return load_mask(record(members), std::string(TN_FIXTURES) + "/image", size);
}

std::string mask_error(const std::string& members, ImageSize size = {4, 2}) {
  return error_of([&] { mask_of(members, size); });
}

TEST(LoadMask, ReadsOnePath) {
  EXPECT_SAME_IMAGE(*mask_of(R"("mask":"grey1.png")"), grey({{0, 255, 0, 255}, {255, 255, 0, 0}}));
}

TEST(LoadMask, KeepsTheSmallestValues) {
  EXPECT_SAME_IMAGE(*mask_of(R"("mask":"grey16.png")"), grey({{0, 255, 255, 255}, {255, 255, 255, 255}}));
}

TEST(LoadMask, MergesAListByOr) {
  // 0101/1100 or 1010/0011
  EXPECT_SAME_IMAGE(*mask_of(R"("mask":["grey1.png","bits.pbm"])"), cv::Mat1b(2, 4, std::uint8_t{255}));
}

TEST(LoadMask, FillsRegionsWithTheirOutline) {
  EXPECT_SAME_IMAGE(*mask_of(R"("regions":[{"polygon":[[1,1],[3,1],[3,3],[1,3]]}])", {5, 5}),
                    grey({{0, 0, 0, 0, 0},
                          {0, 255, 255, 255, 0},
                          {0, 255, 255, 255, 0},
                          {0, 255, 255, 255, 0},
                          {0, 0, 0, 0, 0}}));
}

TEST(LoadMask, OverlappingRegionsAreBothNodule) {
  const auto mask = mask_of(
      R"("regions":[{"polygon":[[0,0],[2,0],[2,2],[0,2]]},{"polygon":[[1,1],[3,1],[3,3],[1,3]]}])", {4, 4});
  EXPECT_SAME_IMAGE(
      *mask, grey({{255, 255, 255, 0}, {255, 255, 255, 255}, {255, 255, 255, 255}, {0, 255, 255, 255}}));
}

TEST(LoadMask, NoRegionsIsAnEmptyMask) {
  EXPECT_SAME_IMAGE(*mask_of(R"("regions":[])"), cv::Mat1b(2, 4, std::uint8_t{0}));
}

TEST(LoadMask, RegionsAreReadWhereTheMaskIsNull) {
  EXPECT_TRUE(mask_of(R"("mask":null,"regions":[])").has_value());
}

TEST(LoadMask, NothingWhereARecordHasNeither) {
  EXPECT_FALSE(mask_of(R"("image":"x.png")").has_value());
  EXPECT_FALSE(mask_of(R"("mask":null)").has_value());
}

TEST(LoadMask, OfAnotherSizeIsRefused) {
  EXPECT_EQ(mask_error(R"("mask":"grey1.png")", {5, 2}),
            "65: grey1.png: mask of 4 x 2 px, but the image has 5 x 2");
}

TEST(LoadMask, MissingFileIsNamed) {
  EXPECT_EQ(mask_error(R"("mask":["grey1.png","nowhere.png"])"),
            "66: nowhere.png: No such file or directory");
}

TEST(LoadMask, AnythingButPathsIsRefused) {
  EXPECT_EQ(mask_error(R"("mask":3)"), "65: a: 'mask' is neither a path nor a list of paths");
  EXPECT_EQ(mask_error(R"("mask":["grey1.png",null])"),
            "65: a: 'mask' is neither a path nor a list of paths");
  EXPECT_EQ(mask_error(R"("mask":[])"), "65: a: 'mask' is an empty list");
}

TEST(LoadMask, BadRegionsAreRefused) {
  EXPECT_EQ(mask_error(R"("regions":{})"), "65: a: 'regions' is no list");
  const std::string none = "65: a: regions: a region has no 'polygon' of three points or more";
  EXPECT_EQ(mask_error(R"("regions":[{"box":[1,2,3,4]}])"), none);
  EXPECT_EQ(mask_error(R"("regions":[{"polygon":[[1,1],[2,2]]}])"), none);
  const std::string point = "65: a: regions: a polygon's point is not [x,y] in pixels";
  EXPECT_EQ(mask_error(R"("regions":[{"polygon":[[1,1],[2,2],[3]]}])"), point);
  EXPECT_EQ(mask_error(R"("regions":[{"polygon":[[1,1],[2,2],[3,1e9]]}])"), point);
}

TEST(LoadMask, TakesRegionsFromOutsideTheImageOnlyWhereTheyTouchIt) {
  EXPECT_SAME_IMAGE(*mask_of(R"("regions":[{"polygon":[[-9,-9],[1,-9],[1,9],[-9,9]]}])"),
                    grey({{255, 255, 0, 0}, {255, 255, 0, 0}}));
}

}  // namespace
}  // namespace tn
