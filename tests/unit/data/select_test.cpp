#include "libcore/data/select.hpp"

#include <gtest/gtest.h>

#include "tests/support/expect_error.hpp"

namespace {

using tn::Record;

bool holds(const std::string& line, const std::string& condition) {
  return tn::matches(Record::parse(line, "p"), {tn::parse_condition(condition)});
}

TEST(ParseCondition, SplitsAtTheFirstEqualSign) {
  const tn::Condition condition = tn::parse_condition("a=b=c");
  EXPECT_EQ(condition.key, "a");
  EXPECT_EQ(condition.value, "b=c");
  EXPECT_TRUE(condition.equal);
}
TEST(ParseCondition, KnowsNotEqual) {
  const tn::Condition condition = tn::parse_condition("label!=null");
  EXPECT_EQ(condition.key, "label");
  EXPECT_EQ(condition.value, "null");
  EXPECT_FALSE(condition.equal);
}
TEST(ParseCondition, WithoutSignOrKeyIs2) {
  EXPECT_EQ(tn::test::thrown_by([] { tn::parse_condition("abc"); }).exit_code, 2);
  EXPECT_EQ(tn::test::thrown_by([] { tn::parse_condition("=abc"); }).exit_code, 2);
  EXPECT_EQ(tn::test::thrown_by([] { tn::parse_condition("!=abc"); }).exit_code, 2);
}

TEST(Matches, TextByItsCharacters) {
  EXPECT_TRUE(holds(R"({"id":"a","split":"t\u0065st"})", "split=test"));
  EXPECT_FALSE(holds(R"({"id":"a","split":"train"})", "split=test"));
}
TEST(Matches, NumbersAsWrittenAndByValue) {
  const std::string line = R"({"id":"a","n":0.10,"pre":{"size":256}})";
  EXPECT_TRUE(holds(line, "n=0.10"));
  EXPECT_TRUE(holds(line, "n=0.1"));
  EXPECT_TRUE(holds(line, "pre.size=256"));
  EXPECT_FALSE(holds(line, "n=0.2"));
}
TEST(Matches, LongIntegersExactly) {
  const std::string line = R"({"id":"a","n":9007199254740993})";
  EXPECT_TRUE(holds(line, "n=9007199254740993"));
}
TEST(Matches, ATextThatLooksLikeANumberIsText) {
  EXPECT_TRUE(holds(R"({"id":"a","patient":"07"})", "patient=07"));
  EXPECT_FALSE(holds(R"({"id":"a","patient":"07"})", "patient=7"));
}
TEST(Matches, TrueAndFalse) {
  EXPECT_TRUE(holds(R"({"id":"a","best":true})", "best=true"));
}
TEST(Matches, NullIsAbsentOrNull) {
  EXPECT_TRUE(holds(R"({"id":"a","label":null})", "label=null"));
  EXPECT_TRUE(holds(R"({"id":"a"})", "label=null"));
  EXPECT_FALSE(holds(R"({"id":"a","label":"benign"})", "label=null"));
  EXPECT_TRUE(holds(R"({"id":"a","label":"benign"})", "label!=null"));
}
TEST(Matches, NotEqualHoldsWhereTheKeyIsAbsent) {
  EXPECT_TRUE(holds(R"({"id":"a"})", "split!=test"));
}
TEST(Matches, AllConditionsMustHold) {
  const Record record = Record::parse(R"({"id":"a","split":"test","label":"benign"})", "p");
  EXPECT_TRUE(tn::matches(record, {{"split", "test", true}, {"label", "benign", true}}));
  EXPECT_FALSE(tn::matches(record, {{"split", "test", true}, {"label", "malignant", true}}));
  EXPECT_TRUE(tn::matches(record, {}));
}

TEST(Selected, KeepsOrderAndStopsAtTheLimit) {
  const std::vector<Record> all{Record::parse(R"({"id":"a","x":1})", "p"), Record::of("b"),
                                Record::parse(R"({"id":"c","x":1})", "p"),
                                Record::parse(R"({"id":"d","x":1})", "p")};
  const std::vector<Record> some = tn::selected(all, {{{"x", "1", true}}, 2});
  ASSERT_EQ(some.size(), 2U);
  EXPECT_EQ(some[0].id(), "a");
  EXPECT_EQ(some[1].id(), "c");
  EXPECT_EQ(tn::selected(all, {{}, 9}).size(), 4U);
}
TEST(Selected, NegativeLimitIs2) {
  EXPECT_EQ(tn::test::thrown_by([] { tn::check(tn::Selection{{}, -1}); }).exit_code, 2);
}

using Keys = std::vector<std::string>;

TEST(KeyWatch, NamesTheKeysThatNoRecordHad) {
  tn::KeyWatch watch({"split", "splt", "pre.size", "pre.sise"});
  watch.note(Record::parse(R"({"id":"a","pre":{"size":null}})", "p"));
  watch.note(Record::parse(R"({"id":"b","split":null})", "p"));
  EXPECT_EQ(watch.absent(), (Keys{"splt", "pre.sise"}));
}
TEST(KeyWatch, WithoutARecordNothingIsKnown) {
  EXPECT_TRUE(tn::KeyWatch({"split"}).absent().empty());
}
TEST(WatchedKeys, AreAllButThoseThatShallBeNull) {
  EXPECT_EQ(tn::watched_keys({tn::parse_condition("label!=null"), tn::parse_condition("split!=test"),
                              tn::parse_condition("split!=val"), tn::parse_condition("mask=null")}),
            (Keys{"label", "split"}));
}
TEST(Selector, TellsTheWatchOfEveryRecordItLooksAt) {
  tn::KeyWatch watch({"x", "y"});
  tn::Selector selector({{{"x", "2", true}}, 1, &watch});
  EXPECT_FALSE(selector.take(Record::parse(R"({"id":"a","x":1})", "p")));
  EXPECT_EQ(watch.absent(), (Keys{"y"}));
}

TEST(ValueText, IsTheCharactersOrTheJson) {
  const Record record = Record::parse(R"({"id":"a","t":"\u0061","n":7,"o":{"x":[1, 2]},"z":null})", "p");
  EXPECT_EQ(tn::value_text(record, "t"), "a");
  EXPECT_EQ(tn::value_text(record, "n"), "7");
  EXPECT_EQ(tn::value_text(record, "o.x"), "[1,2]");
  EXPECT_EQ(tn::value_text(record, "z"), std::nullopt);
  EXPECT_EQ(tn::value_text(record, "none"), std::nullopt);
}

}  // namespace
