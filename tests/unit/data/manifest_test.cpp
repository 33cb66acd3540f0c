#include "libcore/data/manifest.hpp"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "libcore/base/hash.hpp"
#include "tests/support/expect_error.hpp"
#include "tests/support/temp_folder.hpp"

namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using tn::Header;
using tn::ManifestReader;
using tn::ReadOptions;
using tn::Record;
using tn::test::TempFolder;
using tn::test::Thrown;
using tn::test::thrown_by;

const std::string kHeader = R"({"tn":"manifest","v":1,"end":true})"
                            "\n";

std::vector<std::string> lines_of(const std::string& bytes, ReadOptions options = {}) {
  const TempFolder folder;
  std::vector<std::string> lines;
  for (const Record& record : tn::load_manifest(folder.file("m", bytes), options).records)
    lines.push_back(record.line());
  return lines;
}

// The message without the folder's name.
Thrown refused(const std::string& bytes, ReadOptions options = {}) {
  const TempFolder folder;
  const std::string path = folder.file("m", bytes);
  Thrown thrown = thrown_by([&] { tn::load_manifest(path, options); });
  if (const auto at = thrown.text.find(path); at != std::string::npos)
    thrown.text.replace(at, path.size(), "m");
  return thrown;
}

TEST(Manifest, HeaderAndEndRecordAreNoRecords) {
  EXPECT_THAT(lines_of(kHeader + "{\"id\":\"a\"}\n{\"tn\":\"end\",\"n\":1,\"errors\":0}\n"),
              ElementsAre(R"({"id":"a"})"));
}
TEST(Manifest, HeaderAndEndRecordMayBeMissing) {
  EXPECT_THAT(lines_of("{\"id\":\"a\"}\n{\"id\":\"b\"}"), ElementsAre(R"({"id":"a"})", R"({"id":"b"})"));
}
TEST(Manifest, EndRecordMayComeWithoutAHeader) {
  EXPECT_EQ(lines_of("{\"id\":\"a\"}\n{\"tn\":\"end\",\"n\":1}\n").size(), 1U);
}
TEST(Manifest, NoInputIsNoRecords) {
  EXPECT_THAT(lines_of(""), IsEmpty());
}
TEST(Manifest, EmptyLinesAreSkipped) {
  EXPECT_EQ(lines_of("\n{\"id\":\"a\"}\n\n  \n{\"id\":\"b\"}\r\n").size(), 2U);
}
TEST(Manifest, AByteOrderMarkIsSkipped) {
  EXPECT_THAT(lines_of("\xEF\xBB\xBF{\"id\":\"a\"}\n"), ElementsAre(R"({"id":"a"})"));
}
TEST(Manifest, ErrorRecordsAreRecords) {
  EXPECT_EQ(lines_of("{\"id\":\"a\",\"status\":\"error\",\"error\":{}}\n").size(), 1U);
}

TEST(Manifest, MissingEndRecordNamesTheWaysOut) {
  const Thrown thrown = refused(kHeader + "{\"id\":\"a\"}\n");
  EXPECT_EQ(thrown.exit_code, 65);
  EXPECT_THAT(thrown.text,
              HasSubstr("m: cut off: the header promised an end record, and none came after 1 record "));
  EXPECT_THAT(thrown.text, HasSubstr("--select"));
  EXPECT_THAT(thrown.text, HasSubstr("--limit"));
  EXPECT_THAT(thrown.text, HasSubstr("--allow-truncated"));
}
TEST(Manifest, HeaderWithoutPromiseNeedsNoEndRecord) {
  EXPECT_EQ(lines_of("{\"tn\":\"manifest\",\"v\":1}\n{\"id\":\"a\"}\n").size(), 1U);
}
TEST(Manifest, WrongCountIsCutOff) {
  const Thrown thrown = refused(kHeader + "{\"id\":\"a\"}\n{\"tn\":\"end\",\"n\":2}\n");
  EXPECT_EQ(thrown.exit_code, 65);
  EXPECT_THAT(thrown.text, HasSubstr("the end record counts 2 records, 1 came"));
}
TEST(Manifest, LineCutInTheMiddleIsCutOff) {
  const Thrown thrown = refused(kHeader + "{\"id\":\"a\"}\n{\"id\":\"b");
  EXPECT_EQ(thrown.exit_code, 65);
  EXPECT_THAT(thrown.text, HasSubstr("line 3 ends in the middle"));
}
TEST(Manifest, WholeButBrokenLastLineKeepsItsReason) {
  EXPECT_THAT(refused("{\"id\":\"a\",}").text, HasSubstr("m:1: not valid JSON at byte 11"));
}
TEST(Manifest, TruncatedInputIsTakenOnRequest) {
  ReadOptions options;
  options.allow_truncated = true;
  EXPECT_EQ(lines_of(kHeader + "{\"id\":\"a\"}\n", options).size(), 1U);
  EXPECT_EQ(lines_of(kHeader + "{\"id\":\"a\"}\n{\"id\":\"b", options).size(), 1U);
  EXPECT_EQ(lines_of(kHeader + "{\"id\":\"a\"}\n{\"tn\":\"end\",\"n\":2}\n", options).size(), 1U);
}
TEST(Manifest, TruncationIsReported) {
  const TempFolder folder;
  ReadOptions options;
  options.allow_truncated = true;
  ManifestReader cut(folder.file("a", kHeader), options);
  EXPECT_FALSE(cut.next());
  EXPECT_TRUE(cut.truncated());
  ManifestReader whole(folder.file("b", kHeader + "{\"tn\":\"end\",\"n\":0}\n"), options);
  EXPECT_FALSE(whole.next());
  EXPECT_FALSE(whole.truncated());
}
TEST(Manifest, ReadingPastTheEndGivesNothingAgain) {
  const TempFolder folder;
  ManifestReader reader(folder.file("a", "{\"id\":\"a\"}\n"));
  EXPECT_TRUE(reader.next());
  EXPECT_FALSE(reader.next());
  EXPECT_FALSE(reader.next());
}

TEST(Manifest, SecondHeaderIsRefused) {
  const Thrown thrown = refused(kHeader + "{\"tn\":\"end\",\"n\":0}\n" + kHeader);
  EXPECT_EQ(thrown.exit_code, 65);
  EXPECT_THAT(thrown.text, HasSubstr("m:3: a second header: two manifests in one stream"));
  EXPECT_THAT(thrown.text, HasSubstr("tn-split"));
}
TEST(Manifest, HeaderAfterARecordIsRefused) {
  EXPECT_THAT(refused("{\"id\":\"a\"}\n" + kHeader).text, HasSubstr("m:2: a second header"));
}
TEST(Manifest, RecordAfterTheEndIsRefused) {
  EXPECT_EQ(refused("{\"tn\":\"end\",\"n\":0}\n{\"id\":\"a\"}\n").text, "m:2: a line after the end record");
  EXPECT_EQ(refused("{\"tn\":\"end\",\"n\":0}\na.png\n").text, "m:2: a line after the end record");
  EXPECT_EQ(refused("{\"tn\":\"end\",\"n\":0}\n{\"tn\":\"end\",\"n\":0}\n").text,
            "m:2: a line after the end record");
}
TEST(Manifest, EndRecordWithoutACountIsRefused) {
  EXPECT_EQ(refused("{\"tn\":\"end\"}\n").text, "m:1: end record without a count ('n')");
}
TEST(Manifest, UnknownKindOfLineIsRefused) {
  EXPECT_EQ(refused("{\"tn\":\"model\",\"id\":\"a\"}\n").text, "m:1: unknown kind of line \"model\"");
}
TEST(Manifest, DuplicateIdIsRefusedWithItsLine) {
  const Thrown thrown = refused("{\"id\":\"a\"}\n{\"id\":\"b\"}\n{\"id\":\"\\u0061\"}\n");
  EXPECT_EQ(thrown.exit_code, 65);
  EXPECT_EQ(thrown.text, "m:3: id 'a' occurs twice");
}
TEST(Manifest, ManyIdsAreToldApart) {
  std::string bytes;
  for (int i = 0; i < 20000; ++i) bytes += "{\"id\":\"" + std::to_string(i) + "\"}\n";
  EXPECT_EQ(lines_of(bytes).size(), 20000U);
  EXPECT_EQ(refused(bytes + "{\"id\":\"12345\"}\n").text, "m:20001: id '12345' occurs twice");
}
TEST(Manifest, BrokenLineIsRefusedWithItsNumber) {
  EXPECT_THAT(refused(kHeader + "{\"id\":\"a\"}\n{\"id\" \"b\"}\n").text,
              HasSubstr("m:3: not valid JSON at byte 9"));
}
TEST(Manifest, BytesThatAreNotUtf8AreRefused) {
  EXPECT_EQ(refused("{\"id\":\"caf\xE9\"}\n").text, "m:1: not UTF-8");
}
TEST(Manifest, MissingFileIs66) {
  EXPECT_EQ(thrown_by([] { tn::load_manifest("/nowhere/m"); }).exit_code, 66);
}

// --- header ---

TEST(ManifestHeader, IsKeptByteForByte) {
  const TempFolder folder;
  const std::string line = R"({"tn":"manifest", "v":1,"x":0.10})";
  ManifestReader reader(folder.file("m", line + "\n"));
  EXPECT_EQ(reader.header().line(), line);
}
TEST(ManifestHeader, DefaultsWithoutOne) {
  const TempFolder folder;
  ManifestReader reader(folder.file("m", "{\"id\":\"a\"}\n"));
  EXPECT_EQ(reader.header().line(), R"({"tn":"manifest","v":1})");
  EXPECT_TRUE(reader.next());
}
TEST(ManifestHeader, OtherVersionsAreRefused) {
  EXPECT_EQ(refused("{\"tn\":\"manifest\",\"v\":2}\n").text,
            "m:1: manifest version 2; this program reads version 1");
  EXPECT_EQ(refused("{\"tn\":\"manifest\"}\n").text, "m:1: header without a version ('v')");
}
TEST(ManifestHeader, WrongTypesAreRefused) {
  EXPECT_EQ(refused(R"({"tn":"manifest","v":1,"end":"yes"})"
                    "\n")
                .text,
            "m:1: header: 'end' is neither true nor false");
  EXPECT_EQ(refused(R"({"tn":"manifest","v":1,"labels":{"benign":"0"}})"
                    "\n")
                .text,
            "m:1: header: 'labels' is not an object of whole numbers");
  EXPECT_EQ(refused(R"({"tn":"manifest","v":1,"pg":{}})"
                    "\n")
                .text,
            "m:1: header: 'pg' is not a list");
}
TEST(ManifestHeader, ProgramsAreAppendedAndEarlierOnesStay) {
  Header header = Header::parse(R"({"tn":"manifest","v":1,"pg":[ {"id":"x","n":0.10} ]})", "p");
  header.add_program("tn-y", "tn-y 'a b'");
  const auto programs = header.json("pg");
  ASSERT_EQ(programs->size(), 2U);
  EXPECT_THAT(header.line(), HasSubstr(R"({"id":"x","n":0.10})"));
  EXPECT_EQ((*programs)[1]["id"], "tn-y");
  EXPECT_EQ((*programs)[1]["cl"], "tn-y 'a b'");
  EXPECT_TRUE((*programs)[1]["version"].is_string());
}
TEST(ManifestHeader, TheFirstProgramMakesTheList) {
  for (const char* line : {R"({"tn":"manifest","v":1})", R"({"tn":"manifest","v":1,"pg":[ ]})",
                           R"({"tn":"manifest","v":1,"pg":null})"}) {
    Header header = Header::parse(line, "p");
    header.add_program("tn-y", "tn-y");
    EXPECT_EQ(header.json("pg")->size(), 1U) << line;
  }
}

// --- plain lists ---

TEST(PlainList, IdIsThePathWithoutItsLead) {
  EXPECT_THAT(
      lines_of("./a/b.png\n/data/c.png\nd.png\n"),
      ElementsAre(R"({"id":"a/b.png","image":"./a/b.png"})", R"({"id":"data/c.png","image":"/data/c.png"})",
                  R"({"id":"d.png","image":"d.png"})"));
}
TEST(PlainList, ClimbingPathIsRefusedAndNamesTheWayOut) {
  const Thrown thrown = refused("../a.png\n");
  EXPECT_EQ(thrown.exit_code, 65);
  EXPECT_EQ(thrown.text,
            "m:1: path '../a.png' holds '..' and cannot be an id (--id-from name takes the file name)");
}
TEST(PlainList, IdFromNameTakesTheFileName) {
  ReadOptions options;
  options.id_from_name = true;
  EXPECT_THAT(lines_of("../x/a.png\n", options), ElementsAre(R"({"id":"a.png","image":"../x/a.png"})"));
}
TEST(PlainList, ClashIsRefused) {
  ReadOptions options;
  options.id_from_name = true;
  EXPECT_EQ(refused("x/a.png\ny/a.png\n", options).text, "m:2: id 'a.png' occurs twice");
  EXPECT_EQ(refused("./a.png\na.png\n").text, "m:2: id 'a.png' occurs twice");
}
TEST(PlainList, NulSeparatedItemsAreAllPaths) {
  ReadOptions options;
  options.separator = '\0';
  EXPECT_THAT(lines_of(std::string("{a}.png\0b c.png\0", 16), options),
              ElementsAre(R"({"id":"{a}.png","image":"{a}.png"})", R"({"id":"b c.png","image":"b c.png"})"));
}
TEST(PlainList, PathsThatAreNotUtf8AreRefused) {
  EXPECT_EQ(refused("caf\xE9.png\n").text, "m:1: path 'caf\\xE9.png' is not UTF-8");
}
TEST(PlainList, MayStandBesideRecords) {
  EXPECT_EQ(lines_of("a.png\n{\"id\":\"b\"}\n").size(), 2U);
}

// --- writing ---

TEST(ManifestWriter, WritesHeaderRecordsAndEnd) {
  const TempFolder folder;
  tn::Manifest manifest;
  manifest.records = {Record::of("a"), Record::of("b")};
  manifest.records[1].fail("s", "c", "m");
  tn::save_manifest(folder.path("m"), manifest, false);
  EXPECT_EQ(folder.read("m"),
            "{\"tn\":\"manifest\",\"v\":1,\"end\":true}\n"
            "{\"id\":\"a\"}\n"
            "{\"id\":\"b\",\"status\":\"error\",\"error\":{\"stage\":\"s\",\"code\":\"c\",\"msg\":\"m\"}}\n"
            "{\"tn\":\"end\",\"n\":2,\"errors\":1}\n");
}
TEST(ManifestWriter, PromisesTheEndWhereTheInputDidNot) {
  const TempFolder folder;
  tn::Manifest manifest;
  manifest.header = Header::parse(R"({"tn":"manifest","v":1,"end":false})", "p");
  tn::save_manifest(folder.path("m"), manifest, false);
  EXPECT_THAT(folder.read("m"), HasSubstr(R"("end":true)"));
}
TEST(ManifestWriter, WhatItWritesReadsBack) {
  const TempFolder folder;
  tn::Manifest manifest;
  for (const char* id : {"a", "b/c", "ä"}) manifest.records.push_back(Record::of(id));
  tn::save_manifest(folder.path("m"), manifest, false);
  EXPECT_EQ(tn::load_manifest(folder.path("m")).records, manifest.records);
}
TEST(ManifestWriter, UnfinishedFileDoesNotAppear) {
  const TempFolder folder;
  {
    tn::ManifestWriter writer(folder.path("m"), false);
    writer.header({});
    writer.write(Record::of("a"));
  }
  EXPECT_EQ(folder.file_count(), 0U);
}
TEST(ManifestWriter, UnfinishedStreamHasNoEndRecord) {
  testing::internal::CaptureStdout();
  {
    tn::ManifestWriter writer("-", false);
    writer.header({});
    writer.write(Record::of("a"));
    writer.flush();
  }
  EXPECT_THAT(testing::internal::GetCapturedStdout(), Not(HasSubstr("\"tn\":\"end\"")));
}
TEST(ManifestWriter, CountsRecordsAndErrors) {
  const TempFolder folder;
  tn::ManifestWriter writer(folder.path("m"), false);
  writer.write(Record::of("a"));
  Record bad = Record::of("b");
  bad.fail("s", "c", "m");
  writer.write(bad);
  EXPECT_EQ(writer.count(), 2);
  EXPECT_EQ(writer.errors(), 1);
}

TEST(ManifestHash, CoversTheRecordsAlone) {
  EXPECT_EQ(tn::manifest_hash({Record::of("a"), Record::of("b")}),
            tn::sha256_hex("{\"id\":\"a\"}\n{\"id\":\"b\"}\n"));
}

TEST(Resolve, PutsTheRootBeforeRelativePaths) {
  EXPECT_EQ(tn::resolve("data", "a.png"), "data/a.png");
  EXPECT_EQ(tn::resolve("data/", "a.png"), "data/a.png");
  EXPECT_EQ(tn::resolve("", "a.png"), "a.png");
  EXPECT_EQ(tn::resolve("data", "/a.png"), "/a.png");
}

TEST(ManifestReader, RemembersAsManyIdsAsItMay) {
  const TempFolder folder;
  const std::string path =
      folder.file("m", "{\"id\":\"1\"}\n{\"id\":\"2\"}\n{\"id\":\"3\"}\n{\"id\":\"3\"}\n{\"id\":\"2\"}\n");
  ReadOptions options;
  options.most_ids = 2;
  ManifestReader reader(path, options);
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(reader.next());  // 3 is not remembered
  EXPECT_EQ(thrown_by([&] { reader.next(); }).text, path + ":5: id '2' occurs twice");
}

}  // namespace
