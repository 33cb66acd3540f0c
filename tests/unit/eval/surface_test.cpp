#include "libcore/eval/surface.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "libcore/base/error.hpp"
#include "libcore/base/file.hpp"

namespace tn {
namespace {

using Json = nlohmann::json;

constexpr Spacing kPixels{1, 1};

cv::Mat1b mask_of(const std::vector<std::string>& rows) {
  cv::Mat1b mask(static_cast<int>(rows.size()), static_cast<int>(rows.front().size()));
  for (int y = 0; y < mask.rows; ++y)
    for (int x = 0; x < mask.cols; ++x) mask(y, x) = rows[static_cast<std::size_t>(y)].at(x) == '#' ? 255 : 0;
  return mask;
}

// One pixel against one in the same row, three to the right, and a second one another pixel on.
const cv::Mat1b kOne = mask_of({"......", "#.....", "......"});
const cv::Mat1b kTwo = mask_of({"......", "...##.", "......"});

TEST(Surface, HandWorkedDistances) {  // from kOne: 3; from kTwo: 3 and 4
  const SurfaceDistances found = surface_distances(kOne, kTwo, kPixels, {});
  EXPECT_DOUBLE_EQ(found.hausdorff, 4);
  EXPECT_DOUBLE_EQ(found.assd, 10.0 / 3);
  EXPECT_DOUBLE_EQ(found.masd, (3 + 3.5) / 2);
  EXPECT_DOUBLE_EQ(found.hd95, 3.95);  // the larger of 3 and 3 + 0.95
}

TEST(Surface, PooledPercentileIsOfBothDirectionsTogether) {
  // 3, 3, 4: place 0.95 x 2 = 1.9
  EXPECT_DOUBLE_EQ(surface_distances(kOne, kTwo, kPixels, {.hd95 = Hd95Form::pooled}).hd95, 3.9);
}

TEST(Surface, ContourOfOnePixelIsFourCorners) {
  // The contour of a pixel lies on its four corners: 3 to those of kTwo on one side, 2 on the other. The
  // outer corners of kTwo are 4 away from kOne's nearest: 2 of its 6 corners hold more than 5 % of the
  // length.
  EXPECT_DOUBLE_EQ(surface_distances(kOne, kTwo, kPixels, {.hd95 = Hd95Form::surface_distance}).hd95, 4);
}

TEST(Surface, NsdIsTheShareOfBorderPixelsWithinTheTolerance) {
  const SurfaceDistances found = surface_distances(kOne, kTwo, kPixels, {.tolerances = {2.9, 3, 4}});
  EXPECT_DOUBLE_EQ(found.nsd.at(0), 0);
  EXPECT_DOUBLE_EQ(found.nsd.at(1), 2.0 / 3);
  EXPECT_DOUBLE_EQ(found.nsd.at(2), 1);
}

TEST(Surface, NsdOfContoursIsAShareOfLength) {
  // kOne: four corners of half a diagonal each, at 3, 2, 3, 2 from kTwo's. kTwo: four such corners at 2, 2,
  // 4, 4 and two straight pieces of length 1 at 3.
  const double corner = std::sqrt(2.0) / 2;
  const auto options = SurfaceOptions{.nsd = NsdForm::surface_distance, .tolerances = {2}};
  EXPECT_DOUBLE_EQ(surface_distances(kOne, kTwo, kPixels, options).nsd.at(0), 4 * corner / (8 * corner + 2));
}

TEST(Surface, SpacingIsOfColumnsAndRows) {
  const cv::Mat1b upper = mask_of({"#..", "...", "..."}), lower = mask_of({"...", "...", ".#."});
  EXPECT_DOUBLE_EQ(surface_distances(upper, lower, {3, 2}, {}).hausdorff, 5);  // 1 x 3 mm, 2 x 2 mm
}

TEST(Surface, ImageEdgeIsABorder) {
  // Without the edge only the middle column of the full mask would have no border: its pixels are all inside.
  const cv::Mat1b full = mask_of({"###", "###", "###"}), centre = mask_of({"...", ".#.", "..."});
  EXPECT_DOUBLE_EQ(surface_distances(full, centre, kPixels, {}).hausdorff, std::sqrt(2.0));
  EXPECT_DOUBLE_EQ(surface_distances(full, centre, kPixels, {}).assd, (4 * 1 + 4 * std::sqrt(2.0) + 1) / 9);
}

TEST(Surface, BorderIsThickAtDiagonalSteps) {
  // Erosion by four neighbours keeps the centre of a plus: its border is its four arms.
  const cv::Mat1b plus = mask_of({".#.", "###", ".#."}), centre = mask_of({"...", ".#.", "..."});
  EXPECT_DOUBLE_EQ(surface_distances(plus, centre, kPixels, {}).assd, 1);
}

TEST(Surface, EqualMasksAreAtNoDistance) {
  const SurfaceDistances found = surface_distances(kTwo, kTwo, kPixels, {.tolerances = {0}});
  EXPECT_EQ(found.hd95 + found.hausdorff + found.assd + found.masd, 0);
  EXPECT_EQ(found.nsd.at(0), 1);
}

TEST(Surface, AgreesWithMedPySurfaceDistanceAndSciPy) {
  const Json reference = Json::parse(read_file(TN_FIXTURES "/eval/surfaces.json"));
  ASSERT_EQ(reference.at("cases").size(), 8U);
  for (const Json& one : reference.at("cases")) {
    const cv::Mat1b predicted = mask_of(one.at("predicted")), drawn = mask_of(one.at("drawn"));
    const Spacing spacing = one.at("spacing");
    const auto of = [&](Hd95Form hd95, NsdForm nsd) {
      return surface_distances(predicted, drawn, spacing, {hd95, nsd, {one.at("tolerance")}, true});
    };
    const auto expect = [&](double value, const char* name) {
      EXPECT_NEAR(value, one.at(name).get<double>(), 1e-9) << name;
    };
    const SurfaceDistances found = of(Hd95Form::larger, NsdForm::border);
    expect(found.hd95, "hd95_larger");
    expect(found.hausdorff, "hausdorff");
    expect(found.assd, "assd");
    expect(found.masd, "masd");
    expect(found.nsd.at(0), "nsd_border");
    expect(of(Hd95Form::pooled, NsdForm::border).hd95, "hd95_pooled");
    const SurfaceDistances contours = of(Hd95Form::surface_distance, NsdForm::surface_distance);
    expect(contours.hd95, "hd95_surface_distance");
    expect(contours.nsd.at(0), "nsd_surface_distance");
  }
}

TEST(SurfaceOptions, NegativeAndRepeatedTolerancesAreRefused) {
  EXPECT_THROW(check(SurfaceOptions{.tolerances = {-1}}), Error);
  EXPECT_THROW(check(SurfaceOptions{.tolerances = {2, 1, 2}}), Error);
  EXPECT_NO_THROW(check(SurfaceOptions{.tolerances = {0, 2}}));
}

}  // namespace
}  // namespace tn
