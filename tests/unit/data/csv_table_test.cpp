#include "libcore/data/csv_table.hpp"

#include <gmock/gmock.h>

#include "tests/support/expect_error.hpp"

namespace {

using testing::ElementsAre;
using tn::CsvTable;
using tn::parse_csv;
using tn::test::Thrown;
using tn::test::thrown_by;

Thrown refused(const std::string& text) {
  return thrown_by([&] { parse_csv(text, "t.csv"); });
}

TEST(Csv, TakesEveryLineEnd) {
  for (const char* text : {"a,b\n1,2\n3,4\n", "a,b\r\n1,2\r\n3,4\r\n", "a,b\r1,2\r3,4\r", "a,b\n1,2\n3,4"}) {
    const CsvTable table = parse_csv(text, "t.csv");
    EXPECT_THAT(table.columns, ElementsAre("a", "b"));
    ASSERT_EQ(table.rows.size(), 2U) << text;
    EXPECT_THAT(table.rows[1].fields, ElementsAre("3", "4"));
    EXPECT_EQ(table.rows[1].line, 3);
  }
}
TEST(Csv, SeparatorIsTheMostFrequentOfTheFirstLine) {
  EXPECT_THAT(parse_csv("a;b;c,d\n1;2;3,4\n", "t").rows[0].fields, ElementsAre("1", "2", "3,4"));
  EXPECT_THAT(parse_csv("a\tb\n1,5\t2\n", "t").rows[0].fields, ElementsAre("1,5", "2"));
}
TEST(Csv, QuotedFieldsHoldAnything) {
  const CsvTable table = parse_csv("a,b\n\"1,\"\"x\"\"\n2\",3\n4,5\n", "t");
  EXPECT_THAT(table.rows[0].fields, ElementsAre("1,\"x\"\n2", "3"));
  EXPECT_EQ(table.rows[1].line, 4);
}
TEST(Csv, QuotesInsideAFieldArePlain) {
  EXPECT_THAT(parse_csv("a,b\n1\"2,3\n", "t").rows[0].fields, ElementsAre("1\"2", "3"));
}
TEST(Csv, EmptyFieldsStayAndEmptyLinesGo) {
  const CsvTable table = parse_csv("a,b\n\n,\n\n", "t");
  ASSERT_EQ(table.rows.size(), 1U);
  EXPECT_THAT(table.rows[0].fields, ElementsAre("", ""));
}
TEST(Csv, ByteOrderMarkAndSpaceAroundNamesAreNoPartOfThem) {
  EXPECT_THAT(parse_csv("\xEF\xBB\xBFid, image \n", "t").columns, ElementsAre("id", "image"));
}
TEST(Csv, FieldsKeepTheirSpace) {
  EXPECT_THAT(parse_csv("a,b\n 1 ,2\n", "t").rows[0].fields, ElementsAre(" 1 ", "2"));
}
TEST(Csv, HeaderAloneHasNoRows) {
  EXPECT_TRUE(parse_csv("a,b\n", "t").rows.empty());
}

TEST(Csv, RowsOfAnotherLengthAreRefusedWithTheirLine) {
  EXPECT_EQ(refused("a,b\n1,2\n3\n").text, "t.csv:3: 1 fields, expected 2");
  EXPECT_EQ(refused("a,b\n1,2,3\n").text, "t.csv:2: 3 fields, expected 2");
  EXPECT_EQ(refused("a,b\n1\n").exit_code, 65);
}
TEST(Csv, NothingIsNoTable) {
  EXPECT_EQ(refused("\n").text, "t.csv: no header line");
}
TEST(Csv, QuoteThatDoesNotEndIsRefusedWithItsLine) {
  EXPECT_EQ(refused("a,b\n1,\"2\n3,4\n").text, "t.csv:2: a quoted field does not end");
}
TEST(Csv, TextAfterAQuotedFieldIsRefused) {
  EXPECT_EQ(refused("a,b\n\"1\"x,2\n").text, "t.csv:2: text after a quoted field");
}
TEST(Csv, ColumnTwiceIsRefused) {
  EXPECT_EQ(refused("a,a\n").text, "t.csv:1: column 'a' occurs twice");
}
TEST(Csv, BytesThatAreNotUtf8AreRefused) {
  EXPECT_EQ(refused("a\ncaf\xE9\n").text, "t.csv:2: not UTF-8");
}
TEST(Csv, UnknownColumnNamesTheClosest) {
  const CsvTable table = parse_csv("id,patient\n", "t.csv");
  EXPECT_EQ(table.need("patient"), 1U);
  EXPECT_EQ(thrown_by([&] { table.need("pacient"); }).text,
            "t.csv:1: unknown column 'pacient'; did you mean 'patient'?");
}
TEST(Csv, MissingFileIs66) {
  EXPECT_EQ(thrown_by([] { tn::read_csv("/nowhere/t.csv"); }).exit_code, 66);
}

TEST(CsvWithoutHeader, EveryLineIsARow) {
  const tn::CsvTable table = tn::parse_csv("a.jpg,0\rb.jpg,1", "t", {"name", "label"});
  ASSERT_EQ(table.rows.size(), 2U);
  EXPECT_EQ(table.rows[1].fields[table.need("label")], "1");
  EXPECT_EQ(table.place(table.rows[1]), "t:2");
}
TEST(CsvWithoutHeader, MayBeEmpty) {
  EXPECT_TRUE(tn::parse_csv("", "t", {"name"}).rows.empty());
}
TEST(CsvWithoutHeader, ShortRowIsRefused) {
  EXPECT_EQ(thrown_by([] {
              tn::parse_csv("a,0\nb\n", "t", {"name", "label"});
            }).text,
            "t:2: 1 fields, expected 2");
}

}  // namespace
