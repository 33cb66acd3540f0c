#include "libcore/data/shard.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "libcore/base/random.hpp"
#include "tests/support/expect_error.hpp"
#include "tests/support/temp_folder.hpp"

namespace {

using testing::ElementsAre;
using tn::Header;
using tn::Record;
using tn::test::TempFolder;
using tn::test::thrown_by;

std::string header_line(const std::string& rest = "") {
  return R"({"tn":"manifest","v":1)" + rest + R"(,"end":true})" + "\n";
}

// Deals `lines` out over `count` files; their paths.
std::vector<std::string> deal(const TempFolder& folder, const std::vector<std::string>& lines, int count) {
  std::vector<std::string> paths;
  for (int i = 1; i <= count; ++i) {
    paths.push_back(folder.path(fmt::format("{}.jsonl", i)));
    tn::ManifestWriter writer(paths.back(), true);
    tn::ShardWriter shard(writer, tn::Shard{i, count});
    shard.header(Header());
    for (const std::string& line : lines) shard.write(Record::parse(line, "p"));
    shard.finish();
  }
  return paths;
}

std::vector<std::string> lines_of(const tn::Manifest& manifest) {
  std::vector<std::string> lines;
  for (const Record& record : manifest.records) lines.push_back(record.line());
  return lines;
}

TEST(ParseShard, TakesOneOfSome) {
  EXPECT_EQ(tn::parse_shard("2/5").index, 2);
  EXPECT_EQ(tn::parse_shard("2/5").count, 5);
}
TEST(ParseShard, RefusesOthers) {
  const auto complaint = [](const std::string& text) {
    return thrown_by([&] { tn::parse_shard(text); }).text;
  };
  EXPECT_EQ(complaint("2"), "--shard: '2' is not I/N");
  EXPECT_EQ(complaint("a/3"), "--shard: 'a/3' is not I/N");
  EXPECT_EQ(complaint("1/2/3"), "--shard: '1/2/3' is not I/N");
  EXPECT_EQ(complaint("0/3"), "--shard: 0 is not in 1 to 3");
  EXPECT_EQ(complaint("4/3"), "--shard: 4 is not in 1 to 3");
  EXPECT_EQ(complaint("1/0"), "--shard: 0 shards are not 1 to 10000");
  EXPECT_EQ(thrown_by([] { tn::parse_shard("0/3"); }).exit_code, 2);
}

TEST(Shard, HoldsEveryNthRecordWithItsNumber) {
  const TempFolder folder;
  deal(folder, {R"({"id":"a"})", R"({"id":"b"})", R"({"id":"c"})"}, 2);
  EXPECT_EQ(folder.read("1.jsonl"), R"({"tn":"manifest","v":1,"shard":{"index":1,"count":2},"end":true})"
                                    "\n"
                                    R"({"id":"a","shard":{"n":0}})"
                                    "\n"
                                    R"({"id":"c","shard":{"n":2,"of":3}})"
                                    "\n"
                                    R"({"tn":"end","n":2,"errors":0})"
                                    "\n");
}
TEST(Shard, OfAShardIsRefused) {
  const TempFolder folder;
  tn::ManifestWriter writer(folder.path("a"), false);
  tn::ShardWriter shard(writer, tn::Shard{1, 2});
  EXPECT_EQ(thrown_by([&] { shard.write(Record::parse(R"({"id":"a","shard":{"n":0}})", "p")); }).text,
            "a: has a key 'shard' already");
}

TEST(MergeShards, GivesBackEveryByteInAnyOrderOfTheShards) {
  tn::Random random(4, "shards");
  for (int trial = 0; trial < 200; ++trial) {
    const TempFolder folder;
    std::vector<std::string> lines;
    for (std::size_t i = 0, n = random.below(20); i < n; ++i)
      lines.push_back(fmt::format(R"({{ "id" : "{}" , "x":0.{}0}})", i, random.below(10)));
    std::vector<std::string> paths = deal(folder, lines, 1 + static_cast<int>(random.below(7)));
    std::rotate(paths.begin(), paths.begin() + static_cast<std::ptrdiff_t>(random.below(paths.size())),
                paths.end());
    ASSERT_EQ(lines_of(tn::merge_shards(paths, {})), lines);
  }
}
TEST(MergeShards, CommonHistoryStandsOnce) {
  const TempFolder folder;
  const std::string a =
      folder.file("a", header_line(R"(,"pg":[{"id":"x"},{"id":"s1"}],"shard":{"index":1,"count":2})") +
                           "{\"id\":\"1\",\"shard\":{\"n\":0,\"of\":1}}\n{\"tn\":\"end\",\"n\":1}\n");
  const std::string b =
      folder.file("b", header_line(R"(,"pg":[{"id":"x"},{"id":"s2"}],"shard":{"index":2,"count":2})") +
                           "{\"tn\":\"end\",\"n\":0}\n");
  EXPECT_EQ(tn::merge_shards({a, b}, {}).header.raw("pg"), R"([{"id":"x"},{"id":"s1"},{"id":"s2"}])");
}

class MergeFaults : public testing::Test {
 protected:
  // What merging says, without the folder's name.
  std::string fault(const std::vector<std::string>& paths) const {
    const auto thrown = thrown_by([&] { tn::merge_shards(paths, {}); });
    EXPECT_EQ(thrown.exit_code, 65);
    std::string text = thrown.text;
    const std::string lead = folder_.path("");
    for (std::size_t at = text.find(lead); at != std::string::npos; at = text.find(lead))
      text.erase(at, lead.size());
    return text;
  }
  // The shard without its second line, and with another count.
  void drop_first_record(const std::string& name) {
    std::string text = folder_.read(name);
    const std::size_t from = text.find('\n') + 1;
    text.erase(from, text.find('\n', from) + 1 - from);
    const std::size_t end = text.find(R"("end","n":)") + 10;
    text.replace(end, 1, std::to_string(text[end] - '1'));
    folder_.file(name, text);
  }
  TempFolder folder_;
  std::vector<std::string> paths_ =
      deal(folder_, {R"({"id":"a"})", R"({"id":"b"})", R"({"id":"c"})", R"({"id":"d"})", R"({"id":"e"})"}, 2);
};

TEST_F(MergeFaults, ShardThatIsMissingIsNamed) {
  EXPECT_EQ(fault({paths_[0]}), "shard 2 of 2 is missing");
}
TEST_F(MergeFaults, ShardGivenTwiceIsNamed) {
  EXPECT_EQ(fault({paths_[0], paths_[0]}), "1.jsonl: shard 1 of 2, and so is 1.jsonl");
}
TEST_F(MergeFaults, RecordThatIsMissingIsNamed) {
  drop_first_record("2.jsonl");
  EXPECT_EQ(fault(paths_), "2.jsonl: record 2 of 5 is missing");
}
TEST_F(MergeFaults, ManifestThatIsNoShardIsNamed) {
  EXPECT_EQ(fault({folder_.file("x", "{\"id\":\"1\"}\n")}), "x: is no shard: its header has no 'shard'");
}
TEST_F(MergeFaults, ShardsOfOtherNumbersDoNotMix) {
  const TempFolder other;
  const auto three = deal(other, {R"({"id":"x"})"}, 3);
  EXPECT_THAT(fault({paths_[0], three[1]}), testing::HasSubstr("one of 3 shards, but 1.jsonl is one of 2"));
}
TEST_F(MergeFaults, ShardsOfAnotherManifestDoNotMix) {
  const TempFolder other;
  const auto two = deal(other, {R"({"id":"x"})", R"({"id":"y"})", R"({"id":"z"})"}, 2);
  EXPECT_THAT(fault({paths_[0], two[1]}), testing::HasSubstr("a shard of 3 records among shards of 5"));
}
TEST_F(MergeFaults, RecordWithoutItsNumberIsNamed) {
  folder_.file("1.jsonl", header_line(R"(,"shard":{"index":1,"count":2})") + "{\"id\":\"a\"}\n" +
                              "{\"tn\":\"end\",\"n\":1}\n");
  EXPECT_EQ(fault(paths_), "1.jsonl:2: 'shard' is not the number of a record of shard 1 of 2");
}

}  // namespace
