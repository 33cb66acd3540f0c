#include "libcore/data/record.hpp"

#include <gmock/gmock.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "tests/support/expect_error.hpp"

namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using tn::Record;
using tn::test::Thrown;
using tn::test::thrown_by;

Thrown refused(const std::string& line) {
  return thrown_by([&] { Record::parse(line, "a.jsonl:3"); });
}

// --- what passes through ---

TEST(Record, LineStaysByteForByte) {
  const std::string line =
      R"({ "z":0.10 ,"id":"3_1",	"n":123456789012345678901234567890,"e":"\u0041\/","o":{"b":1, "a":[ ]} } )";
  EXPECT_EQ(Record::parse(line, "p").line(), line);
}
TEST(Record, ChangingAKeyKeepsEveryOtherByte) {
  Record record = Record::parse(R"({"a": 0.10 , "id":"x", "b":1e5})", "p");
  record.set("id", "yy");
  EXPECT_EQ(record.line(), R"({"a": 0.10 , "id":"yy", "b":1e5})");
  EXPECT_EQ(record.raw("b"), "1e5");
}
TEST(Record, NewKeysAreAppended) {
  Record record = Record::parse(R"({"id":"x" })", "p");
  record.set("split", "train");
  record.set("fold", std::int64_t{2});
  EXPECT_EQ(record.line(), R"({"id":"x","split":"train","fold":2 })");
}
TEST(Record, FirstKeyOfAnEmptyObjectNeedsNoComma) {
  Record record = Record::parse_object("{ }", "p");
  record.set("a", std::int64_t{1});
  EXPECT_EQ(record.line(), R"({"a":1 })");
}
TEST(Record, ErasingAKeyLeavesAnObject) {
  const std::string line = R"({"a":1, "id":"x", "b":2})";
  Record first = Record::parse(line, "p");
  first.erase("a");
  EXPECT_EQ(first.line(), R"({"id":"x", "b":2})");
  Record last = Record::parse(line, "p");
  last.erase("b");
  EXPECT_EQ(last.line(), R"({"a":1, "id":"x"})");
  Record only = Record::parse_object(R"({"a":1})", "p");
  only.erase("a");
  EXPECT_EQ(only.line(), "{}");
}
TEST(Record, ErasingAnAbsentKeyChangesNothing) {
  Record record = Record::of("x");
  record.erase("y");
  EXPECT_EQ(record.line(), R"({"id":"x"})");
}

// --- looking up ---

TEST(Record, KeysAreFoundBesideNestedOnesOfTheSameName) {
  const Record record = Record::parse(R"({"o":{"id":"inner","s":"}"},"l":[{"id":2}],"id":"outer"})", "p");
  EXPECT_EQ(record.id(), "outer");
  EXPECT_THAT(record.keys(), ElementsAre("o", "l", "id"));
}
TEST(Record, BracesAndQuotesInTextDoNotMislead) {
  const Record record = Record::parse(R"({"a":"}\"{,\\","id":"x"})", "p");
  EXPECT_EQ(record.text("a"), "}\"{,\\");
  EXPECT_EQ(record.id(), "x");
}
TEST(Record, KeysAreComparedWithoutEscapes) {
  const Record record = Record::parse(R"({"\u0069d":"x","a\\b":1})", "p");
  EXPECT_EQ(record.id(), "x");
  EXPECT_TRUE(record.has("a\\b"));
  EXPECT_FALSE(record.has("a\\\\b"));
}
TEST(Record, TextComesWithoutEscapes) {
  EXPECT_EQ(Record::parse(R"({"id":"x","t":"\u00e4\n\ud83d\ude00"})", "p").text("t"), "ä\n\xF0\x9F\x98\x80");
}
TEST(Record, NullIsThereButHasNoValue) {
  const Record record = Record::parse(R"({"id":"x","label":null})", "p");
  EXPECT_TRUE(record.has("label"));
  EXPECT_TRUE(record.is_null("label"));
  EXPECT_EQ(record.text("label"), std::nullopt);
  EXPECT_EQ(record.number("label"), std::nullopt);
  EXPECT_EQ(record.json("label"), std::nullopt);
}
TEST(Record, AbsentKeysHaveNoValue) {
  const Record record = Record::of("x");
  EXPECT_FALSE(record.has("y"));
  EXPECT_TRUE(record.is_null("y"));
  EXPECT_EQ(record.raw("y"), std::nullopt);
}
TEST(Record, OtherTypesAreRefusedByIdAndKey) {
  const Record record = Record::parse(R"({"id":"3_1","a":1,"b":"1"})", "p");
  const Thrown thrown = thrown_by([&] { record.text("a"); });
  EXPECT_EQ(thrown.exit_code, 65);
  EXPECT_EQ(thrown.text, "3_1: 'a' is not text");
  EXPECT_EQ(thrown_by([&] { record.number("b"); }).text, "3_1: 'b' is not a number");
}
TEST(Record, NumbersAreRead) {
  EXPECT_EQ(Record::parse(R"({"id":"x","n":-2.5e1})", "p").number("n"), -25);
}
TEST(Record, JsonIsParsedOnDemand) {
  EXPECT_EQ(Record::parse(R"({"id":"x","size":[500,315]})", "p").json("size"),
            nlohmann::json::parse("[500,315]"));
}

TEST(RecordAt, FollowsADottedPath) {
  const Record record = Record::parse(R"({"id":"x","pre":{"geometry":{"scale":0.5}}})", "p");
  EXPECT_EQ(record.at("pre.geometry.scale"), nlohmann::json(0.5));
}
TEST(RecordAt, PrefersTheKeyThatHoldsTheWholePath) {
  const Record record = Record::parse(R"({"id":"x","a.b":1,"a":{"b":2,"c.d":3,"c":{"d":4}}})", "p");
  EXPECT_EQ(record.at("a.b"), nlohmann::json(1));
  EXPECT_EQ(record.at("a.c.d"), nlohmann::json(3));
}
TEST(RecordAt, NothingForAbsentNullOrThroughAValue) {
  const Record record = Record::parse(R"({"id":"x","a":{"b":null},"c":1})", "p");
  EXPECT_EQ(record.at("a.b"), std::nullopt);
  EXPECT_EQ(record.at("a.x"), std::nullopt);
  EXPECT_EQ(record.at("c.d"), std::nullopt);
}

// --- setting ---

TEST(Record, SetTextIsQuoted) {
  Record record = Record::of("x");
  record.set("t", "a\"b\\\n\x01ä");
  EXPECT_EQ(record.raw("t"), R"("a\"b\\\n\u0001ä")");
}
TEST(Record, SetTextMustBeUtf8) {
  Record record = Record::of("x");
  EXPECT_EQ(thrown_by([&] { record.set("t", "caf\xE9"); }).exit_code, 65);
}
TEST(Record, SetNumbersAreTheShortest) {
  Record record = Record::of("x");
  record.set("a", 0.1);
  record.set("b", 3.0);
  record.set("c", -1e300);
  EXPECT_EQ(record.line(), R"({"id":"x","a":0.1,"b":3,"c":-1e+300})");
}
TEST(Record, NumbersThatAreNotFiniteBecomeNull) {
  Record record = Record::of("x");
  record.set("a", std::numeric_limits<double>::quiet_NaN());
  record.set("b", std::numeric_limits<double>::infinity());
  EXPECT_EQ(record.line(), R"({"id":"x","a":null,"b":null})");
}
TEST(Record, SetJsonIsCompact) {
  Record record = Record::of("x");
  record.set_json("size", {500, 315});
  EXPECT_EQ(record.raw("size"), "[500,315]");
}
TEST(Record, SetChangesAKeyThatIsWrittenWithEscapes) {
  Record record = Record::parse(R"({"id":"x","\u0061":1})", "p");
  record.set("a", std::int64_t{2});
  EXPECT_EQ(record.line(), R"({"id":"x","\u0061":2})");
}

TEST(Record, FailureKeepsTheOtherKeys) {
  Record record = Record::parse(R"({"id":"7_1","patient":"7","x":0.10})", "p");
  EXPECT_FALSE(record.failed());
  record.fail("tn-preprocess", "decode", "premature end of \"JPEG\"");
  EXPECT_TRUE(record.failed());
  EXPECT_EQ(record.line(),
            R"({"id":"7_1","patient":"7","x":0.10,"status":"error",)"
            R"("error":{"stage":"tn-preprocess","code":"decode","msg":"premature end of \"JPEG\""}})");
}
TEST(Record, AFailureMessageMayHoldAnyBytes) {
  Record record = Record::of("x");
  record.fail("s", "c", "a\xFF\n");
  EXPECT_EQ(record.at("error.msg"), nlohmann::json("a\\xFF\\x0A"));
}
TEST(Record, StatusOkIsNoFailure) {
  EXPECT_FALSE(Record::parse(R"({"id":"x","status":"ok"})", "p").failed());
}
TEST(Record, StatusMayBeWrittenWithEscapes) {
  EXPECT_TRUE(Record::parse(R"({"id":"x","status":"\u0065rror"})", "p").failed());
}

// --- what is refused ---

TEST(RecordParse, NotJsonNamesPlaceAndByte) {
  const Thrown thrown = refused(R"({"id":"x","a":tru})");
  EXPECT_EQ(thrown.exit_code, 65);
  EXPECT_EQ(thrown.text, "a.jsonl:3: not valid JSON at byte 18: invalid literal");
}
TEST(RecordParse, CutLineSaysSo) {
  EXPECT_EQ(refused(R"({"id":"x","a":[1,)").text, "a.jsonl:3: not valid JSON: it ends early, after byte 17");
}
TEST(RecordParse, RestAfterTheObjectIsRefused) {
  EXPECT_EQ(refused(R"({"id":"x"} {})").exit_code, 65);
}
TEST(RecordParse, CommentsAndTrailingCommasAreRefused) {
  EXPECT_EQ(refused(R"({"id":"x",})").exit_code, 65);
  EXPECT_EQ(refused(R"({"id":"x"/* */})").exit_code, 65);
}
TEST(RecordParse, BytesThatAreNotUtf8AreRefused) {
  EXPECT_EQ(refused("{\"id\":\"x\",\"a\":\"caf\xE9\"}").text, "a.jsonl:3: not UTF-8");
}
TEST(RecordParse, LoneSurrogateEscapesAreRefused) {
  EXPECT_EQ(refused(R"({"id":"x","a":"\ud800"})").exit_code, 65);
}
TEST(RecordParse, OtherValuesThanObjectsAreRefused) {
  EXPECT_EQ(refused("[1]").text, "a.jsonl:3: a JSON value, but not an object");
  EXPECT_EQ(refused("\"{\"").text, "a.jsonl:3: a JSON value, but not an object");
}
TEST(RecordParse, AKeyTwiceIsRefused) {
  EXPECT_EQ(refused(R"({"id":"x","a":1,"\u0061":2})").text, "a.jsonl:3: key 'a' occurs twice");
}
TEST(RecordParse, NestingOf64IsTakenAnd65Refused) {
  const auto nested = [](int depth) {
    return R"({"id":"x","a":)" + std::string(depth - 1, '[') + std::string(depth - 1, ']') + "}";
  };
  EXPECT_EQ(refused(nested(64)).exit_code, -1);
  EXPECT_EQ(refused(nested(65)).text, "a.jsonl:3: nested deeper than 64");
}
TEST(RecordParse, DeepNestingDoesNotOverflowTheStack) {
  EXPECT_EQ(refused(R"({"id":"x","a":)" + std::string(5'000'000, '[')).text,
            "a.jsonl:3: nested deeper than 64");
}
TEST(RecordParse, IdIsNeeded) {
  EXPECT_EQ(refused(R"({"image":"x.png"})").text, "a.jsonl:3: no id");
}
TEST(RecordParse, IdMustBeText) {
  EXPECT_EQ(refused(R"({"id":7})").text, "a.jsonl:3: id 7 is not text");
}

struct IdCase {
  std::string id;
  std::string reason;
};
class BadId : public testing::TestWithParam<IdCase> {};
TEST_P(BadId, IsRefusedWithTheReason) {
  const Thrown thrown = thrown_by([&] { tn::check_id(GetParam().id, "a.jsonl:3"); });
  EXPECT_EQ(thrown.exit_code, 65);
  EXPECT_THAT(thrown.text, HasSubstr(GetParam().reason));
}
INSTANTIATE_TEST_SUITE_P(Ids, BadId,
                         testing::Values(IdCase{"", "is empty"}, IdCase{"/etc/x", "is an absolute path"},
                                         IdCase{"../x", "leads out of its folder by '..'"},
                                         IdCase{"a/../../x", "leads out of its folder by '..'"},
                                         IdCase{"a/..", "leads out of its folder by '..'"},
                                         IdCase{"a//b", "has an empty part between slashes"},
                                         IdCase{"a/", "has an empty part between slashes"},
                                         IdCase{"./a", "has a part '.'"}, IdCase{"a/./b", "has a part '.'"},
                                         IdCase{"a\nb", "holds a control character"},
                                         IdCase{std::string("a\0b", 3), "holds a control character"},
                                         IdCase{"caf\xE9", "is not UTF-8"},
                                         IdCase{std::string(201, 'a'), "has a part longer than 200 bytes"},
                                         IdCase{std::string(1025, 'a'), "is longer than 1024 bytes"}));

class GoodId : public testing::TestWithParam<std::string> {};
TEST_P(GoodId, IsTaken) {
  EXPECT_EQ(thrown_by([&] { tn::check_id(GetParam(), "p"); }).text, "");
}
INSTANTIATE_TEST_SUITE_P(Ids, GoodId,
                         testing::Values("3_1", "a/b/c.png", "benign (12)", "..a", "a..b", ".hidden", "ä",
                                         std::string(200, 'a')));

TEST(RecordOf, RefusesABadId) {
  EXPECT_EQ(thrown_by([] { Record::of("../x"); }).exit_code, 65);
}
TEST(Record, EqualsByItsLine) {
  EXPECT_EQ(Record::of("x"), Record::of("x"));
  EXPECT_FALSE(Record::of("x") == Record::of("y"));
}

}  // namespace
