#include "libcore/image/placement.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <opencv2/core.hpp>

#include "tests/unit/image/fixtures.hpp"

namespace tn {
namespace {

TEST(Place, StretchFillsTheFrame) {
  EXPECT_EQ(place({500, 315}, 256, Fit::stretch), (Placement{{500, 315}, 256, 0, 0, 256, 256}));
}

TEST(Place, LetterboxKeepsTheAspectAndCentres) {
  // 315 * 256 / 500 = 161.28 rows; 95 rows of padding, 47 of them above
  EXPECT_EQ(place({500, 315}, 256, Fit::letterbox), (Placement{{500, 315}, 256, 0, 47, 256, 161}));
  EXPECT_EQ(place({315, 500}, 256, Fit::letterbox), (Placement{{315, 500}, 256, 47, 0, 161, 256}));
}

TEST(Place, LetterboxOfASquareIsTheFrame) {
  EXPECT_EQ(place({100, 100}, 64, Fit::letterbox), (Placement{{100, 100}, 64, 0, 0, 64, 64}));
}

TEST(Place, ThinnestImageKeepsOnePixel) {
  EXPECT_EQ(place({1, 1000}, 256, Fit::letterbox), (Placement{{1, 1000}, 256, 127, 0, 1, 256}));
}

TEST(Place, EmptyImageIsRefused) {
  EXPECT_EQ(error_of([] { place({0, 5}, 64, Fit::stretch); }), "65: an image of 0 x 5 px has no pixels");
}

TEST(ToFrame, ShrinksByTheMeanOfTheArea) {
  const cv::Mat1b image = grey({{0, 100, 10, 30}, {100, 200, 20, 60}});
  EXPECT_SAME_IMAGE(to_frame(image, place({4, 2}, 2, Fit::letterbox)), grey({{100, 30}, {0, 0}}));
}

TEST(ToFrame, GrowsBilinearlyWithPixelCentresKept) {
  const cv::Mat1b image = grey({{0, 100}});
  EXPECT_SAME_IMAGE(to_frame(image, place({2, 1}, 4, Fit::letterbox)),
                    grey({{0, 0, 0, 0}, {0, 25, 75, 100}, {0, 25, 75, 100}, {0, 0, 0, 0}}));
}

TEST(ToFrame, TreatsEachAxisByItsOwnRule) {
  const cv::Mat1b image = grey({{0, 100, 10, 30}});
  EXPECT_SAME_IMAGE(to_frame(image, place({4, 1}, 2, Fit::stretch)), grey({{50, 20}, {50, 20}}));
}

TEST(ToFrame, OfTheSameSizeIsACopy) {
  const cv::Mat1b image = grey({{1, 2}, {3, 4}});
  const cv::Mat1b frame = to_frame(image, place({2, 2}, 2, Fit::stretch));
  EXPECT_SAME_IMAGE(frame, image);
  EXPECT_NE(frame.data, image.data);
}

TEST(MaskToFrame, CountsAPixelThatIsHalfCovered) {
  // covered shares: 2/4, 1/4 / 4/4, 3/4
  const cv::Mat1b mask = grey({{255, 0, 0, 0}, {255, 0, 255, 0}, {255, 255, 255, 255}, {255, 255, 0, 255}});
  EXPECT_SAME_IMAGE(mask_to_frame(mask, place({4, 4}, 2, Fit::stretch)), grey({{255, 0}, {255, 255}}));
}

TEST(MaskToFrame, LeavesThePaddingEmpty) {
  const cv::Mat1b mask(2, 4, std::uint8_t{255});
  EXPECT_SAME_IMAGE(mask_to_frame(mask, place({4, 2}, 4, Fit::letterbox)),
                    grey({{0, 0, 0, 0}, {255, 255, 255, 255}, {255, 255, 255, 255}, {0, 0, 0, 0}}));
}

TEST(Restore, DropsThePaddingBeforeItInterpolates) {
  cv::Mat1f frame(4, 4, 0.0F);
  frame.rowRange(1, 3) = 1.0F;
  const cv::Mat1f map = restore(frame, place({8, 4}, 4, Fit::letterbox));
  EXPECT_EQ(map.size(), cv::Size(8, 4));
  EXPECT_EQ(cv::countNonZero(map != 1.0F), 0);
}

TEST(Restore, IsBilinearWhereTheSourceIsLarger) {
  cv::Mat1f frame(2, 2, 0.0F);
  frame.col(1) = 1.0F;
  const cv::Mat1f map = restore(frame, place({4, 2}, 2, Fit::stretch));
  const cv::Mat1f expected = (cv::Mat1f(2, 4) << 0, 0.25F, 0.75F, 1, 0, 0.25F, 0.75F, 1);
  EXPECT_EQ(cv::norm(map, expected, cv::NORM_INF), 0);
}

TEST(Restore, OwnsItsMemory) {
  cv::Mat1f frame(2, 2, 0.5F);
  const cv::Mat1f map = restore(frame, place({2, 2}, 2, Fit::stretch));
  frame = 0.0F;
  EXPECT_EQ(map(0, 0), 0.5F);
}

TEST(Restore, UndoesToFrameOnTheMask) {
  cv::Mat1b mask(63, 100, std::uint8_t{0});
  mask(cv::Rect(20, 10, 40, 30)) = 255;
  for (const Fit fit : {Fit::stretch, Fit::letterbox}) {
    const Placement placement = place({100, 63}, 128, fit);
    cv::Mat1f frame;
    mask_to_frame(mask, placement).convertTo(frame, CV_32F, 1.0 / 255);
    const cv::Mat back = restore(frame, placement) >= 0.5F;
    EXPECT_LE(cv::countNonZero(back != mask), 16);  // of 1200; corners are rounded off
  }
}

TEST(Place, CropTakesThePlaceOfTheImage) {
  const Placement placement = place({100, 60}, 32, Fit::letterbox, Area{10, 20, 40, 20});
  EXPECT_EQ(placement, (Placement{{100, 60}, 32, 0, 8, 32, 16, Area{10, 20, 40, 20}}));
  EXPECT_EQ(place({100, 60}, 32, Fit::letterbox, Area{0, 0, 100, 60}), place({100, 60}, 32, Fit::letterbox));
}

TEST(MaskToFrame, TakesTheCropAlone) {
  cv::Mat1b mask(2, 4, std::uint8_t{0});
  mask(0, 0) = 255;  // outside
  mask(1, 3) = 255;
  EXPECT_SAME_IMAGE(mask_to_frame(mask, place({4, 2}, 2, Fit::stretch, Area{2, 0, 2, 2})),
                    grey({{0, 0}, {0, 255}}));
}

TEST(Restore, CropComesBackToItsPlace) {
  cv::Mat1f frame(2, 2, 0.75F);
  const cv::Mat1f map = restore(frame, place({5, 4}, 2, Fit::stretch, Area{1, 2, 2, 2}));
  ASSERT_EQ(map.size(), cv::Size(5, 4));
  EXPECT_EQ(cv::countNonZero(map), 4);
  EXPECT_EQ(map(2, 1), 0.75F);
  EXPECT_EQ(map(3, 2), 0.75F);
}

TEST(ToFrame, GrowsBicubicallyOnDemand) {
  const cv::Mat1b image = grey({{0, 0, 255, 255}});
  const Placement placement = place({4, 1}, 8, Fit::stretch);
  EXPECT_NE(values(to_frame(image, placement, Enlarge::cubic)), values(to_frame(image, placement)));
}

TEST(PlacementJson, CropIsReadBackAndChecked) {
  const Placement placement = place({100, 60}, 32, Fit::letterbox, Area{10, 20, 40, 20});
  nlohmann::json json = to_json(placement);
  EXPECT_EQ(placement_from_json(json, "a"), placement);
  json["crop"] = {70, 20, 40, 20};
  EXPECT_EQ(error_of([&] { placement_from_json(json, "a"); }),
            "65: a: geometry: the crop does not lie in the image");
  json["crop"] = {0, 0, 0, 1};
  EXPECT_EQ(error_of([&] { placement_from_json(json, "a"); }),
            "65: a: geometry: the crop does not lie in the image");
  json["crop"] = 3;
  EXPECT_EQ(error_of([&] { placement_from_json(json, "a"); }),
            "65: a: geometry: 'crop' is not [left,top,width,height]");
}

TEST(PlacementJson, HoldsEveryField) {
  EXPECT_EQ(to_json(place({500, 315}, 256, Fit::letterbox)).dump(),
            R"({"height":161,"left":0,"size":256,"source":[500,315],"top":47,"width":256})");
}

TEST(PlacementJson, ReadsBackWhatItWrote) {
  const Placement placement = place({315, 500}, 320, Fit::letterbox);
  EXPECT_EQ(placement_from_json(to_json(placement), "a"), placement);
}

std::string json_error(const std::string& key, const std::string& value) {
  nlohmann::json json = to_json(place({500, 315}, 256, Fit::letterbox));
  json[key] = nlohmann::json::parse(value);
  return error_of([&] { placement_from_json(json, "a.jsonl:2"); });
}

TEST(PlacementJson, WrongValuesAreNamed) {
  EXPECT_EQ(json_error("left", "-1"), "65: a.jsonl:2: geometry: 'left' is no whole number from 0");
  EXPECT_EQ(json_error("top", "0.5"), "65: a.jsonl:2: geometry: 'top' is no whole number from 0");
  EXPECT_EQ(json_error("source", "[1]"), "65: a.jsonl:2: geometry: 'source' is not [width,height]");
  EXPECT_EQ(json_error("top", "200"), "65: a.jsonl:2: geometry: the image does not fit its frame");
  EXPECT_EQ(json_error("width", "0"), "65: a.jsonl:2: geometry: the image does not fit its frame");
  EXPECT_EQ(json_error("source", "[2000000,2000000]"),
            "65: a.jsonl:2: geometry: the image does not fit its frame");
}

TEST(PlacementJson, MissingKeyIsNamed) {
  EXPECT_EQ(error_of([] { placement_from_json(nlohmann::json::object(), "a"); }),
            "65: a: geometry: no 'source'");
  EXPECT_EQ(error_of([] { placement_from_json(3, "a"); }), "65: a: geometry: no 'source'");
}

}  // namespace
}  // namespace tn
