#include "libcore/data/merged_reader.hpp"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/support/expect_error.hpp"
#include "tests/support/temp_folder.hpp"

namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using tn::Header;
using tn::MergedReader;
using tn::test::TempFolder;
using tn::test::thrown_by;

Header header(const std::string& rest) {
  return Header::parse(R"({"tn":"manifest","v":1)" + rest + "}", "p");
}
Header both(const std::string& a, const std::string& b) {
  return tn::merged(header(a), header(b), "b.jsonl");
}

TEST(MergedHeader, TakesKeysThatTheFirstLacks) {
  EXPECT_EQ(both(R"(,"x":0.10)", R"(,"y": 1.50)").line(), R"({"tn":"manifest","v":1,"x":0.10,"y":1.50})");
}
TEST(MergedHeader, EqualValuesMayBeWrittenDifferently) {
  EXPECT_EQ(both(R"(,"labels":{"a":0,"b":1})", R"(,"labels":{"b":1,"a":0})").raw("labels"),
            R"({"a":0,"b":1})");
}
TEST(MergedHeader, DifferentValuesAreRefused) {
  const auto thrown = thrown_by([] { both(R"(,"labels":{"a":0})", R"(,"labels":{"a":1})"); });
  EXPECT_EQ(thrown.exit_code, 65);
  EXPECT_EQ(thrown.text, "b.jsonl: header: 'labels' differs from the input before");
}
TEST(MergedHeader, PreprocessedAndRawAreRefused) {
  EXPECT_EQ(thrown_by([] { both(R"(,"pre":{"hash":"1"})", ""); }).exit_code, 65);
  EXPECT_EQ(thrown_by([] { both("", R"(,"pre":{"hash":"1"})"); }).exit_code, 65);
  EXPECT_EQ(thrown_by([] { both(R"(,"pre":{"hash":"1"})", R"(,"pre":{"hash":"2"})"); }).exit_code, 65);
}
TEST(MergedHeader, HistoriesFollowOneAnother) {
  EXPECT_EQ(both(R"(,"pg":[{"id":"a"}])", R"(,"pg":[ {"id":"b"}])").raw("pg"), R"([{"id":"a"}, {"id":"b"}])");
  EXPECT_EQ(both(R"(,"pg":[])", R"(,"pg":[1])").raw("pg"), "[1]");
}
TEST(MergedHeader, LabelSourcesAreJoinedOnce) {
  EXPECT_EQ(both(R"(,"label_source":"x")", R"(,"label_source":"y")").text("label_source"), "x; y");
  EXPECT_EQ(both(R"(,"label_source":"x; y")", R"(,"label_source":"y")").text("label_source"), "x; y");
}
TEST(MergedHeader, LabelsWithoutASourceSaySo) {
  const std::string labels = R"(,"labels":{"a":0})";
  EXPECT_EQ(both(labels + R"(,"label_source":"x")", labels).text("label_source"), "x; not stated");
  EXPECT_EQ(both(labels, labels + R"(,"label_source":"x")").text("label_source"), "not stated; x");
  EXPECT_EQ(both(labels, labels).text("label_source"), std::nullopt);
  EXPECT_EQ(both(labels + R"(,"label_source":"x")", "").text("label_source"), "x");
}

std::vector<std::string> ids(MergedReader reader) {
  std::vector<std::string> all;
  while (const auto record = reader.next()) all.push_back(record->id());
  return all;
}

TEST(MergedReader, ReadsOneInputAfterAnother) {
  const TempFolder folder;
  const std::string a = folder.file("a", "{\"id\":\"1\"}\n{\"id\":\"2\"}\n");
  const std::string b = folder.file("b", "x.png\n");
  EXPECT_THAT(ids(MergedReader({a, b}, {})), ElementsAre("1", "2", "x.png"));
}
TEST(MergedReader, SelectsAndLimitsOverAllInputs) {
  const TempFolder folder;
  const std::string a = folder.file("a", "{\"id\":\"1\",\"x\":1}\n{\"id\":\"2\"}\n");
  const std::string b = folder.file("b", "{\"id\":\"3\",\"x\":1}\n{\"id\":\"4\",\"x\":1}\n");
  EXPECT_THAT(ids(MergedReader({a, b}, {}, {{{"x", "1", true}}, 2})), ElementsAre("1", "3"));
  EXPECT_TRUE(ids(MergedReader({a, b}, {}, {{}, 0})).empty());
}
TEST(MergedReader, IdInTwoInputsIsRefused) {
  const TempFolder folder;
  const std::string a = folder.file("a", "{\"id\":\"1\"}\n");
  const std::string b = folder.file("b", "{\"id\":\"0\"}\n{\"id\":\"1\"}\n");
  EXPECT_EQ(thrown_by([&] {
              ids(MergedReader({a, b}, {}));
            }).text,
            b + ":2: id '1' occurs in an input before");
}
TEST(MergedReader, NamesTruncatedInputs) {
  const TempFolder folder;
  const std::string a = folder.file("a", "{\"tn\":\"manifest\",\"v\":1,\"end\":true}\n");
  const std::string b = folder.file("b", "{\"id\":\"1\"}\n");
  tn::ReadOptions options;
  options.allow_truncated = true;
  MergedReader reader({a, b}, options);
  while (reader.next()) continue;
  EXPECT_THAT(reader.truncated(), ElementsAre(a));
}
TEST(MergedReader, StdinTwiceAndNegativeLimitsAre2) {
  EXPECT_EQ(thrown_by([] { MergedReader({"-", "-"}, {}); }).exit_code, 2);
  EXPECT_EQ(thrown_by([] { MergedReader({}, {}, {{}, -1}); }).exit_code, 2);
}
TEST(MergedReader, MissingInputIsKnownBeforeTheFirstRecord) {
  const TempFolder folder;
  const std::string a = folder.file("a", "{\"id\":\"1\"}\n");
  EXPECT_EQ(thrown_by([&] { MergedReader({a, "/nowhere/b"}, {}); }).exit_code, 66);
}

// More inputs than a process may have files open.
TEST(MergedReader, TakesAnyNumberOfFiles) {
  const TempFolder folder;
  std::vector<std::string> paths;
  for (int i = 0; i < 3000; ++i)
    paths.push_back(folder.file(std::to_string(i), fmt::format("{{\"id\":\"{}\"}}\n", i)));
  EXPECT_EQ(ids(MergedReader(paths, {})).size(), 3000U);
}
TEST(MergedReader, AShardAmongSeveralInputsIsRefused) {
  const TempFolder folder;
  const std::string a = folder.file("a", "{\"id\":\"1\"}\n");
  const std::string b =
      folder.file("b", "{\"tn\":\"manifest\",\"v\":1,\"shard\":{\"index\":1,\"count\":2}}\n");
  EXPECT_EQ(thrown_by([&] {
              MergedReader({a, b}, {});
            }).text,
            b + ": is a shard (--merge puts shards together again)");
}
TEST(MergedReader, SameIdsPassIfAllowed) {
  const TempFolder folder;
  const std::string a = folder.file("a", "{\"id\":\"1\"}\n{\"id\":\"1\"}\n");
  tn::ReadOptions options;
  options.same_ids = true;
  EXPECT_THAT(ids(MergedReader({a, a}, options)), ElementsAre("1", "1", "1", "1"));
}

}  // namespace
