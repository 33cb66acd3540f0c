#include "libcore/plot/sheet.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libcore/base/error.hpp"
#include "libcore/image/image_io.hpp"

namespace tn {
namespace {

using testing::ElementsAre;

std::vector<Record> records(const std::vector<std::string>& lines) {
  std::vector<Record> result;
  for (const std::string& line : lines) result.push_back(Record::parse(line, "test:1"));
  return result;
}

std::vector<std::string> ids(const std::vector<Record>& all) {
  std::vector<std::string> result;
  for (const Record& record : all) result.push_back(record.id());
  return result;
}

const std::vector<std::string> kScored{R"({"id":"a","metrics":{"dice":0.5},"site":"x"})", R"({"id":"none"})",
                                       R"({"id":"b","metrics":{"dice":0.25},"site":10})",
                                       R"({"id":"c","metrics":{"dice":0.5},"site":"w"})",
                                       R"({"id":"d","metrics":{"dice":1},"site":9})"};

TEST(SortedRecords, AscendByNumberAndEqualOnesStay) {
  EXPECT_THAT(ids(sorted(records(kScored), "metrics.dice")), ElementsAre("b", "a", "c", "d", "none"));
}

TEST(SortedRecords, DescendWithMissingOnesStillLast) {
  EXPECT_THAT(ids(sorted(records(kScored), "metrics.dice:desc")), ElementsAre("d", "a", "c", "b", "none"));
}

TEST(SortedRecords, NumbersStandBeforeText) {
  EXPECT_THAT(ids(sorted(records(kScored), "site:asc")), ElementsAre("d", "b", "c", "a", "none"));
}

TEST(SortedRecords, KeyThatNoRecordHasIsRefused) {
  EXPECT_THROW(sorted(records(kScored), "metrics.iou"), Error);
}

SheetOptions options(std::int64_t columns, std::int64_t tile, std::optional<std::string> sort = {}) {
  SheetOptions result;
  result.columns = columns;
  result.tile = tile;
  result.sort = std::move(sort);
  return result;
}

TEST(SheetOptions, OutOfRangeAreRefused) {
  EXPECT_THROW(check(options(0, 79)), Error);
  EXPECT_THROW(check(options(0, 2001)), Error);
  EXPECT_THROW(check(options(-1, 240)), Error);
  EXPECT_THROW(check(options(0, 240, ":desc")), Error);
  EXPECT_NO_THROW(check(SheetOptions{}));
}

ImageSize size_of(std::size_t tiles, const SheetOptions& layout) {
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < tiles; ++i) lines.push_back(R"({"id":")" + std::to_string(i) + R"("})");
  return encoded_size(draw_sheet(records(lines), layout, PictureFormat::png, [](const CasePicture&) {}),
                      "sheet");
}

TEST(Sheet, ColumnsAreAsAskedAndNoMoreThanTiles) {
  // a tile is 80 x (60 + 34), gaps of 12, a legend of 22
  EXPECT_EQ(size_of(3, options(2, 80)), (ImageSize{2 * 80 + 3 * 12, 2 * 94 + 3 * 12 + 22}));
  EXPECT_EQ(size_of(1, options(7, 80)), (ImageSize{80 + 2 * 12, 94 + 2 * 12 + 22}));
}

TEST(Sheet, ColumnsFollowTheNumberOfTiles) {
  EXPECT_EQ(size_of(4, options(0, 80)).width, 2 * 80 + 3 * 12);
  EXPECT_EQ(size_of(50, options(0, 80)).width, 6 * 80 + 7 * 12);
}

TEST(Sheet, TooLargeASheetIsRefusedBeforeAnyImageIsRead) {
  EXPECT_THROW(size_of(40, options(1, 2000)), Error);
}

TEST(Sheet, ObserverHearsOfEachTileInOrder) {
  std::vector<std::string> seen;
  draw_sheet(records({R"({"id":"b"})", R"({"id":"a"})"}), options(0, 80), PictureFormat::png,
             [&](const CasePicture& picture) { seen.push_back(picture.id); });
  EXPECT_THAT(seen, ElementsAre("b", "a"));
}

}  // namespace
}  // namespace tn
