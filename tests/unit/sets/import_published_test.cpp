// The layouts that publishers ship: TN-SCUI, TN3K, DDTI as XML.
#include <gmock/gmock.h>

#include "libcore/base/random.hpp"
#include "libcore/data/assign.hpp"
#include "libcore/sets/import.hpp"
#include "libcore/sets/strata.hpp"
#include "libcore/sets/tirads.hpp"
#include "tests/support/expect_error.hpp"
#include "tests/support/temp_folder.hpp"

namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using tn::Imported;
using tn::ImportOptions;
using tn::Layout;
using tn::test::TempFolder;
using tn::test::thrown_by;

ImportOptions below(const TempFolder& folder) {
  ImportOptions options;
  options.root = folder.path("");
  return options;
}

// --- TN-SCUI ---

TEST(ImportTnScui, TakesEveryKindOfLineEnd) {
  for (const std::string end : {"\r", "\n", "\r\n"}) {
    const TempFolder folder;
    folder.file("image/a.PNG", "");
    folder.file("train.csv", "ID,CATE" + end + "a.PNG,1" + end + "b.PNG,0" + end);
    const Imported imported = tn::import_tn_scui(folder.path(""), below(folder));
    ASSERT_EQ(imported.records.size(), 2U);
    EXPECT_EQ(imported.records[0].line(),
              R"({"id":"a","image":"image/a.PNG","mask":"mask/a.PNG","label":"malignant"})");
    EXPECT_EQ(imported.records[1].text("label"), "benign");
  }
}
TEST(ImportTnScui, AnIdThatClimbsIsRefused) {
  const TempFolder folder;
  folder.file("image/a.PNG", "");
  const std::string table = folder.file("train.csv", "ID,CATE\r../a.PNG,1\r");
  EXPECT_EQ(thrown_by([&] { tn::import_tn_scui(folder.path("."), {}); }).text,
            folder.path("./train.csv") + ":2: ID '../a.PNG' is no file name");
}

// METHOD 5: 1641 benign and 2003 malignant images, 7:1:2, by class and thirds of the nodule's size.
TEST(PaperSplit, IsExactInAllAndWithinOneInEachStratum) {
  for (std::int64_t seed = 1; seed <= 20; ++seed) {
    tn::Random random(static_cast<std::uint64_t>(seed), "paper split");
    std::vector<tn::Record> records;
    std::vector<std::optional<double>> shares;
    for (int i = 0; i < 3644; ++i) {
      records.push_back(tn::Record::of(std::to_string(i)));
      records.back().set("label", i < 1641 ? "benign" : "malignant");
      shares.push_back(random.uniform(0.001, 0.5));
    }
    std::vector<std::string> strata = tn::size_thirds(shares);
    for (std::size_t i = 0; i < strata.size(); ++i) strata[i] += *records[i].text("label");
    tn::SplitOptions options;
    options.ratio = "7:1:2";
    options.seed = seed;
    const tn::SplitCounts counts = tn::assign_splits(records, strata, options);
    EXPECT_THAT(counts.parts, ElementsAre(testing::Pair("train", 2551U), testing::Pair("val", 364U),
                                          testing::Pair("test", 729U)));
    ASSERT_EQ(counts.strata.size(), 6U);
    for (const tn::SplitCounts::Stratum& stratum : counts.strata) {
      const double size = static_cast<double>(stratum.counts[0] + stratum.counts[1] + stratum.counts[2]);
      EXPECT_NEAR(static_cast<double>(stratum.counts[0]), 0.7 * size, 1) << stratum.name;
      EXPECT_NEAR(static_cast<double>(stratum.counts[1]), 0.1 * size, 1) << stratum.name;
      EXPECT_NEAR(static_cast<double>(stratum.counts[2]), 0.2 * size, 1) << stratum.name;
    }
  }
}

// --- TN3K ---

void draw_tn3k(const TempFolder& folder) {
  for (const char* name : {"trainval-image/0000.jpg", "trainval-image/0001.jpg", "test-image/0000.jpg"})
    folder.file(name, "");
  folder.file("label4trainval.csv", "0000.jpg,1\n0001.jpg,0\n");
  folder.file("label4test.csv", "0000.jpg,0\n");
}

TEST(ImportTn3k, NumbersOfTheTwoHalvesDoNotClash) {
  const TempFolder folder;
  draw_tn3k(folder);
  const Imported imported = tn::import_tn3k(folder.path(""), below(folder));
  ASSERT_EQ(imported.records.size(), 3U);
  EXPECT_EQ(imported.records[0].line(),
            R"({"id":"trainval/0000","image":"trainval-image/0000.jpg","mask":"trainval-mask/0000.jpg",)"
            R"("label":"malignant"})");
  EXPECT_EQ(imported.records[2].id(), "test/0000");
  EXPECT_EQ(imported.records[2].text("label"), "benign");
}
TEST(ImportTn3k, ImageInNeitherHalfOfAFoldHasNoSplit) {
  const TempFolder folder;
  draw_tn3k(folder);
  folder.file("tn3k-trainval-fold0.json", R"({"train":[],"val":[1]})");
  ImportOptions options = below(folder);
  options.published_folds = true;
  options.fold = 0;
  const Imported imported = tn::import_tn3k(folder.path("."), options);
  EXPECT_FALSE(imported.records[0].has("split"));
  EXPECT_EQ(imported.records[1].text("split"), "val");
  EXPECT_THAT(imported.warnings, ElementsAre(HasSubstr("lacks 1 image, which therefore have no split")));
}
TEST(ImportTn3k, BrokenFoldsAreNamed) {
  ImportOptions options;
  options.published_folds = true;
  for (const auto& [text, reason] : {std::pair{"[]", "has no list 'train'"},
                                     {R"({"train":[0]})", "has no list 'val'"},
                                     {R"({"train":[0.5],"val":[]})", "train: 0.5 is no whole number"},
                                     {R"({"train":[0],"val":[0]})", "number 0 occurs twice"},
                                     {"{", "tn3k-trainval-fold0.json: "}}) {
    const TempFolder folder;
    draw_tn3k(folder);
    folder.file("tn3k-trainval-fold0.json", text);
    const auto thrown = thrown_by([&] { tn::import_tn3k(folder.path(""), options); });
    EXPECT_EQ(thrown.exit_code, 65);
    EXPECT_THAT(thrown.text, HasSubstr(reason));
  }
}
TEST(ImportTn3k, LabelOfOneImageTwiceIsRefused) {
  const TempFolder folder;
  draw_tn3k(folder);
  folder.file("label4test.csv", "0000.jpg,0\n0000.jpg,1\n");
  EXPECT_THAT(thrown_by([&] { tn::import_tn3k(folder.path(""), {}); }).text,
              HasSubstr(":2: '0000.jpg' occurs"));
}

// --- DDTI as XML ---

TEST(ImportDdtiXml, OutlinesOfOneImageInSeveralMarksAreAllKept) {
  const TempFolder folder;
  folder.file("7_1.jpg", "");
  folder.file(
      "7.xml",
      R"(<case><tirads> 4c </tirads><mark><image> 1 </image><svg>[{"points":[{"x":1,"y":2},{"x":3,"y":2},)"
      R"({"x":3,"y":5.5}]}]</svg></mark><mark><image>1</image><svg>[{"points":[{"x":0,"y":0},{"x":9,"y":0},)"
      R"({"x":9,"y":9}]}]</svg></mark></case>)");
  ImportOptions options = below(folder);
  options.tirads_cut = "4a";
  const Imported imported = tn::import_ddti(folder.path(""), options);
  ASSERT_EQ(imported.records.size(), 1U);
  EXPECT_EQ(imported.records[0].raw("regions"),
            R"([{"polygon":[[1,2],[3,2],[3,5.5]]},{"polygon":[[0,0],[9,0],[9,9]]}])");
  EXPECT_EQ(imported.records[0].text("label"), "malignant");
  EXPECT_EQ(imported.records[0].text("tirads"), "4c");
  EXPECT_EQ(imported.header.text("tirads_cut"), "4a");
}
TEST(ImportDdtiXml, DuplicatesMayBeNamedHereToo) {
  const TempFolder folder;
  for (const char* name : {"1_1.jpg", "2_1.jpg"}) folder.file(name, "");
  for (const char* name : {"1.xml", "2.xml"}) folder.file(name, "<case/>");
  folder.file("duplicates.csv", "id,duplicate_of_group,case\n2_1,1_1,2\n");
  const Imported imported = tn::import_ddti(folder.path(""), below(folder));
  EXPECT_EQ(imported.records[1].text("group"), "1");
  EXPECT_EQ(imported.records[1].text("duplicate"), "1_1");
}
TEST(ImportDdtiXml, EntitiesAreNotExpanded) {
  const TempFolder folder;
  folder.file("1_1.jpg", "");
  folder.file("1.xml", "<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><case><sex>&x;</sex></case>");
  EXPECT_EQ(tn::import_ddti(folder.path(""), below(folder)).records[0].text("sex"), "&x;");
}

TEST(LabelByTirads, IsMalignantFromTheCutUp) {
  for (const char* category : {"1", "2", "3", " 3 "})
    EXPECT_EQ(tn::label_by_tirads(category, "4a"), "benign");
  for (const char* category : {"4a", "4A", "4b", "4c", "5"})
    EXPECT_EQ(tn::label_by_tirads(category, "4a"), "malignant");
}
TEST(LabelByTirads, WhatIsNoCategoryHasNoLabel) {
  for (const char* category : {"", "4", "6", "none", "TR4"})
    EXPECT_EQ(tn::label_by_tirads(category, "4a"), std::nullopt) << category;
}

}  // namespace
