#include "libcore/sets/strata.hpp"

#include <gmock/gmock.h>

#include "libcore/image/image_io.hpp"
#include "tests/support/expect_error.hpp"
#include "tests/support/temp_folder.hpp"

namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using tn::Record;
using tn::test::TempFolder;
using tn::test::thrown_by;

const tn::Tick kNoTick = [] {};

// A mask of 10 x 10 px whose first `rows` rows are nodule.
void draw(const TempFolder& folder, const std::string& name, int rows) {
  cv::Mat1b mask(10, 10, std::uint8_t{0});
  if (rows > 0) mask.rowRange(0, rows) = 255;
  tn::save_png(folder.path(name), mask, false);
}

Record with_mask(const std::string& id, const std::string& mask) {
  Record record = Record::of(id);
  record.set("image", mask);
  record.set("mask", mask);
  return record;
}

TEST(SizeThirds, SplitNonEmptyMasksByRank) {
  const std::vector<std::optional<double>> shares{0.5, 0.1, 0.3, 0.2, 0.6, 0.4};
  EXPECT_THAT(tn::size_thirds(shares), ElementsAre("large", "small", "medium", "small", "large", "medium"));
}
TEST(SizeThirds, EmptyAndMissingMasksAreKindsOfTheirOwnAndDoNotCount) {
  const std::vector<std::optional<double>> shares{0.0, std::nullopt, 0.1, 0.2, 0.3, 0.0};
  EXPECT_THAT(tn::size_thirds(shares), ElementsAre("empty", "none", "small", "medium", "large", "empty"));
}
TEST(SizeThirds, EqualSharesStayTogether) {
  const std::vector<std::optional<double>> shares{0.1, 0.1, 0.1, 0.1, 0.2, 0.3};
  EXPECT_THAT(tn::size_thirds(shares), ElementsAre("small", "small", "small", "small", "large", "large"));
}
TEST(SizeThirds, OfNothing) {
  EXPECT_THAT(tn::size_thirds({}), IsEmpty());
}

TEST(NoduleShares, AreMaskAreaOverImageArea) {
  const TempFolder folder;
  draw(folder, "a.png", 3);
  draw(folder, "b.png", 0);
  std::vector<Record> records{with_mask("a", "a.png"), with_mask("b", "b.png"), Record::of("c")};
  const tn::NoduleShares shares = tn::nodule_shares(records, folder.path(""), 2, kNoTick);
  EXPECT_THAT(shares.share, ElementsAre(0.3, 0.0, std::nullopt));
  EXPECT_THAT(shares.failures, IsEmpty());
}
TEST(NoduleShares, MasksOfOneImageAreMerged) {
  const TempFolder folder;
  draw(folder, "a.png", 3);
  draw(folder, "b.png", 5);
  Record record = with_mask("a", "a.png");
  record.set_raw("mask", R"(["a.png","b.png"])");
  std::vector<Record> records{record};
  EXPECT_THAT(tn::nodule_shares(records, folder.path(""), 1, kNoTick).share, ElementsAre(0.5));
}
TEST(NoduleShares, UnreadableMasksBecomeErrorRecordsInOrder) {
  const TempFolder folder;
  draw(folder, "a.png", 3);
  std::vector<Record> records{with_mask("x", "x.png"), with_mask("a", "a.png"), with_mask("y", "y.png")};
  const tn::NoduleShares shares = tn::nodule_shares(records, folder.path(""), 2, kNoTick);
  ASSERT_EQ(shares.failures.size(), 2U);
  EXPECT_TRUE(shares.failures[0].starts_with(folder.path("x.png")));
  EXPECT_TRUE(records[0].failed());
  EXPECT_FALSE(records[1].failed());
  EXPECT_EQ(shares.share[1], 0.3);
}
TEST(NoduleShares, ErrorRecordsAreLeftAlone) {
  Record record = with_mask("x", "x.png");
  record.fail("tn-preprocess", "data", "before");
  std::vector<Record> records{record};
  EXPECT_THAT(tn::nodule_shares(records, "", 1, kNoTick).failures, IsEmpty());
  EXPECT_EQ(records[0], record);
}
TEST(NoduleShares, EveryRecordTicks) {
  int ticks = 0;
  std::vector<Record> records(5, Record::of("a"));
  tn::nodule_shares(records, "", 2, [&] { ++ticks; });
  EXPECT_EQ(ticks, 5);
}
TEST(NoduleShares, BadSizeIsAFailure) {
  Record record = with_mask("x", "x.png");
  record.set_raw("size", "[0,10]");
  std::vector<Record> records{record};
  EXPECT_THAT(tn::nodule_shares(records, "", 1, kNoTick).failures,
              ElementsAre("x: 'size' is not [width,height] in pixels"));
}

TEST(MeasureImages, WritesWidthAndHeight) {
  const TempFolder folder;
  tn::save_png(folder.path("a.png"), cv::Mat1b(6, 9, std::uint8_t{0}), false);
  std::vector<Record> records{with_mask("a", "a.png")};
  EXPECT_THAT(tn::measure_images(records, folder.path(""), 1, kNoTick), IsEmpty());
  EXPECT_EQ(records[0].raw("size"), "[9,6]");
}
TEST(MeasureImages, MissingMaskIsAFailure) {
  const TempFolder folder;
  draw(folder, "a.png", 1);
  Record record = with_mask("a", "a.png");
  record.set_raw("mask", R"(["a.png","none.png"])");
  std::vector<Record> records{record};
  EXPECT_THAT(tn::measure_images(records, folder.path("."), 1, kNoTick),
              ElementsAre(folder.path("./none.png") + ": No such file or directory"));
}

TEST(StrataOf, JoinsTheValuesOfAllKeys) {
  std::vector<Record> records{Record::parse(R"({"id":"a","label":"benign","n":3})", "p"),
                              Record::parse(R"({"id":"b","label":null,"n":3})", "p")};
  EXPECT_THAT(tn::strata_of(records, {"label", "n"}, "", 1, kNoTick).names,
              ElementsAre("label 'benign', n '3'", "label none, n '3'"));
}
TEST(StrataOf, UnreadableMasksAreAStratum) {
  std::vector<Record> records{with_mask("x", "/nowhere/x.png"), Record::of("y")};
  EXPECT_THAT(tn::strata_of(records, {"size"}, "", 1, kNoTick).names,
              ElementsAre("size unknown", "size none"));
}
TEST(StrataOf, KeyThatNoRecordHasIsRefused) {
  std::vector<Record> records{Record::of("a")};
  const auto thrown = thrown_by([&] { tn::strata_of(records, {"label"}, "", 1, kNoTick); });
  EXPECT_EQ(thrown.exit_code, 65);
  EXPECT_EQ(thrown.text, "--stratify: no record has the key 'label'");
}
TEST(StrataOf, WithoutKeysThereAreNone) {
  std::vector<Record> records{Record::of("a")};
  EXPECT_THAT(tn::strata_of(records, {}, "", 1, kNoTick).names, IsEmpty());
}

}  // namespace
