#include "libcore/sets/import.hpp"

#include <gmock/gmock.h>

#include <filesystem>

#include "libcore/sets/cases.hpp"
#include "libcore/sets/image_pairs.hpp"
#include "tests/support/expect_error.hpp"
#include "tests/support/temp_folder.hpp"

namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using tn::Imported;
using tn::ImportOptions;
using tn::Layout;
using tn::test::TempFolder;
using tn::test::thrown_by;

std::vector<std::string> ids(const Imported& imported) {
  std::vector<std::string> all;
  for (const tn::Record& record : imported.records) all.push_back(record.id());
  return all;
}

// Paths are written relative to the folder of the test.
ImportOptions below(const TempFolder& folder) {
  ImportOptions options;
  options.root = folder.path("");
  return options;
}

// --- tables ---

TEST(ImportDdti, KeepsTheTablesOrderAndColumns) {
  const TempFolder folder;
  folder.file("d/labels.csv",
              "id,image,mask,patient,label,tirads,sex,age\n"
              "10_1,images/10_1.jpg,masks/10_1.png,10,malignant,4a,F,31\n"
              "2_1,images/2_1.jpg,,2,,,,\n");
  const Imported imported = tn::import_ddti(folder.path("d"), below(folder));
  EXPECT_EQ(imported.header.text("label_source"), "TI-RADS");
  ASSERT_EQ(imported.records.size(), 2U);
  EXPECT_EQ(imported.records[0].line(),
            R"({"id":"10_1","patient":"10","image":"d/images/10_1.jpg","mask":"d/masks/10_1.png",)"
            R"("label":"malignant","tirads":"4a","sex":"F","age":31})");
  EXPECT_EQ(imported.records[1].line(),
            R"({"id":"2_1","patient":"2","image":"d/images/2_1.jpg","mask":null,"label":null,)"
            R"("tirads":null,"sex":null,"age":null})");
}
TEST(ImportDdti, DuplicatesJoinTheirPatientsOverSeveralSteps) {
  const TempFolder folder;
  folder.file("d/labels.csv",
              "id,image,mask,patient,label,tirads,sex,age\n"
              "a,a.jpg,,1,,,,\nb,b.jpg,,2,,,,\nc,c.jpg,,3,,,,\nd,d.jpg,,4,,,,\n");
  folder.file("d/duplicates.csv", "id,duplicate_of_group,case\nc,b,3\nb,a,2\n");
  const Imported imported = tn::import_ddti(folder.path("d"), below(folder));
  EXPECT_EQ(imported.records[1].text("duplicate"), "a");
  EXPECT_TRUE(imported.records[0].is_null("duplicate"));
  EXPECT_EQ(imported.records[0].text("group"), "1");
  EXPECT_EQ(imported.records[1].text("group"), "1");
  EXPECT_EQ(imported.records[2].text("group"), "1");
  EXPECT_EQ(imported.records[3].text("group"), "4");
}
TEST(ImportDdti, DuplicatesOfThemselvesAndTwiceAreRefused) {
  const TempFolder folder;
  folder.file("d/labels.csv",
              "id,image,mask,patient,label,tirads,sex,age\na,a.jpg,,1,,,,\nb,b.jpg,,2,,,,\nc,c.jpg,,3,,,,\n");
  const std::string table = folder.file("d/duplicates.csv", "id,duplicate_of_group,case\nb,a,2\na,a,1\n");
  EXPECT_EQ(thrown_by([&] { tn::import_ddti(folder.path("d"), {}); }).text,
            table + ":3: 'a' is a duplicate of itself");
  folder.file("d/duplicates.csv", "id,duplicate_of_group,case\nb,a,2\nb,c,2\n");
  EXPECT_EQ(thrown_by([&] { tn::import_ddti(folder.path("d"), {}); }).text, table + ":3: 'b' occurs twice");
}
TEST(ImportDdti, ImageIsNeeded) {
  const TempFolder folder;
  folder.file("d/labels.csv", "id,image,mask,patient,label,tirads,sex,age\na,,,1,,,,\n");
  EXPECT_EQ(thrown_by([&] { tn::import_ddti(folder.path("d"), {}); }).text,
            folder.path("d/labels.csv") + ":2: no image");
}
TEST(ImportCsv, PathsStartFromTheTablesFolder) {
  const TempFolder folder;
  const std::string table = folder.file("s/t.csv", "image\nimages/a.png\n");
  const Imported imported = tn::import_csv(table, below(folder));
  EXPECT_EQ(imported.records[0].line(),
            R"({"id":"images/a.png","image":"s/images/a.png","mask":null,"label":null})");
}
TEST(ImportCsv, LabelsMayBeWordsOrNumbers) {
  const TempFolder folder;
  const std::string table = folder.file("t.csv", "image,label\na,Benign\nb,1\nc,0\nd,\ne,NA\n");
  const Imported imported = tn::import_csv(table, below(folder));
  EXPECT_EQ(imported.records[0].text("label"), "benign");
  EXPECT_EQ(imported.records[1].text("label"), "malignant");
  EXPECT_EQ(imported.records[2].text("label"), "benign");
  EXPECT_TRUE(imported.records[3].is_null("label"));
  EXPECT_TRUE(imported.records[4].is_null("label"));
}
TEST(ImportCsv, ColumnsWithAMeaningOfTheirOwnAreRefused) {
  const TempFolder folder;
  const std::string table = folder.file("t.csv", "image,size\na,3\n");
  EXPECT_EQ(thrown_by([&] { tn::import_csv(table, {}); }).text,
            table + ":1: column 'size' cannot become a key of the manifest");
  for (const std::string name : {"shard", "frame", "group", "duplicate", "source_class"}) {
    const std::string other = folder.file(name + ".csv", "image," + name + "\na,3\n");
    EXPECT_EQ(thrown_by([&] { tn::import_csv(other, {}); }).exit_code, 65) << name;
  }
}
TEST(ImportCsv, ImageIsNeeded) {
  const TempFolder folder;
  const std::string table = folder.file("t.csv", "id,picture\n1,a\n");
  EXPECT_EQ(thrown_by([&] { tn::import_csv(table, {}); }).text,
            table + ":1: no column 'image' (--image-column names another)");
  const std::string empty = folder.file("e.csv", "id,image\n1,\n");
  EXPECT_EQ(thrown_by([&] { tn::import_csv(empty, {}); }).text, empty + ":2: no image");
}
TEST(ImportCsv, PatientMayComeFromTheImagesName) {
  const TempFolder folder;
  ImportOptions options = below(folder);
  options.patient_from_name = "^([^_]+)_";
  const std::string table = folder.file("t.csv", "id,image\n1,x/p7_1.png\n");
  EXPECT_EQ(tn::import_csv(table, options).records[0].text("patient"), "p7");
  const std::string with = folder.file("w.csv", "image,patient\na,1\n");
  EXPECT_EQ(thrown_by([&] { tn::import_csv(with, options); }).exit_code, 2);
}

// --- folders ---

TEST(ImportBusi, MasksOfOneImageAreAListInTheirOrder) {
  const TempFolder folder;
  for (const char* name : {"malignant", "normal"}) folder.file(std::string(name) + "/.keep", "");
  for (const char* name :
       {"benign (1)", "benign (1)_mask", "benign (1)_mask_1", "benign (1)_mask_10", "benign (1)_mask_2"})
    folder.file("benign/" + std::string(name) + ".png", "");
  const Imported imported = tn::import_busi(folder.path(""), below(folder));
  ASSERT_EQ(imported.records.size(), 1U);
  EXPECT_EQ(imported.records[0].raw("mask"),
            R"(["benign/benign (1)_mask.png","benign/benign (1)_mask_1.png",)"
            R"("benign/benign (1)_mask_2.png","benign/benign (1)_mask_10.png"])");
}
TEST(ImportBusi, NormalIsAClassOfTheSourceAndNoLabel) {
  const TempFolder folder;
  for (const char* name : {"benign", "malignant"}) folder.file(std::string(name) + "/.keep", "");
  folder.file("normal/normal (1).png", "");
  folder.file("normal/normal (1)_mask.png", "");
  const Imported imported = tn::import_busi(folder.path(""), below(folder));
  EXPECT_TRUE(imported.records[0].is_null("label"));
  EXPECT_EQ(imported.records[0].text("source_class"), "normal");
  EXPECT_FALSE(imported.records[0].is_null("mask"));
}
TEST(ImportFolders, ClassFoldersMayHoldTwoFolders) {
  const TempFolder folder;
  folder.file("benign/images/1.png", "");
  folder.file("benign/masks/1.png", "");
  folder.file("malignant/images/1.png", "");
  const Imported imported = tn::import_folders(folder.path(""), below(folder));
  EXPECT_THAT(ids(imported), ElementsAre("benign/1", "malignant/1"));
  EXPECT_EQ(imported.records[0].text("mask"), "benign/masks/1.png");
  EXPECT_EQ(imported.records[1].text("label"), "malignant");
}
TEST(ImportFolders, AFlatFolderPairsByName) {
  const TempFolder folder;
  for (const char* name : {"a.png", "a_mask.png", "b.JPG", "notes.txt", ".hidden.png"}) folder.file(name, "");
  const Imported imported = tn::import_folders(folder.path(""), below(folder));
  EXPECT_THAT(ids(imported), ElementsAre("a", "b"));
  EXPECT_TRUE(imported.records[1].is_null("mask"));
  EXPECT_TRUE(imported.records[0].is_null("label"));
}
// The names' order ("a_mask (2).png" first) is not that of the stems.
TEST(ImportFolders, ImagesNamedLikeMasksFindTheirOwnInTheOtherFolder) {
  const TempFolder folder;
  for (const char* name : {"a_mask.png", "a_mask-1.png", "a_mask (2).png"})
    for (const char* part : {"images/", "masks/"}) folder.file(std::string(part) + name, "");
  const Imported imported = tn::import_folders(folder.path(""), below(folder));
  EXPECT_THAT(ids(imported), ElementsAre("a_mask", "a_mask (2)", "a_mask-1"));
  EXPECT_THAT(imported.warnings, IsEmpty());
  for (const tn::Record& record : imported.records)
    EXPECT_EQ(record.text("mask"), "masks/" + record.id() + ".png");
}
TEST(ImportFolders, ClassesBesideImagesAreRefused) {
  const TempFolder folder;
  folder.file("images/a.png", "");
  folder.file("benign/b.png", "");
  EXPECT_THAT(thrown_by([&] { tn::import_folders(folder.path("."), {}); }).text,
              HasSubstr("has both images/ and a folder a class"));
}
TEST(ImportFolders, NamesThatOnlyLookLikeMasksAreImages) {
  const TempFolder folder;
  for (const char* name : {"a_masked.png", "_mask.png", "b_mask_x.png"}) folder.file(name, "");
  EXPECT_THAT(ids(tn::import_folders(folder.path(""), below(folder))),
              ElementsAre("_mask", "a_masked", "b_mask_x"));
}

// --- all together ---

TEST(ImportAll, SeveralFoldersFollowOneAnother) {
  const TempFolder folder;
  folder.file("x/a.png", "");
  folder.file("y/b.png", "");
  const Imported imported =
      tn::import_all(Layout::folders, {folder.path("y"), folder.path("x") + "/"}, below(folder));
  EXPECT_THAT(ids(imported), ElementsAre("b", "a"));
  EXPECT_EQ(imported.records[1].text("image"), "x/a.png");
}
TEST(ImportAll, PrefixStandsBeforeIdsPatientsAndGroups) {
  const TempFolder folder;
  folder.file("d/labels.csv", "id,image,mask,patient,label,tirads,sex,age\na,a.jpg,,1,,,,\nb,b.jpg,,2,,,,\n");
  folder.file("d/duplicates.csv", "id,duplicate_of_group,case\nb,a,2\n");
  ImportOptions options = below(folder);
  options.prefix = "x-";
  const tn::Record copy = tn::import_all(Layout::ddti, {folder.path("d")}, options).records[1];
  EXPECT_EQ(copy.id(), "x-b");
  EXPECT_EQ(copy.text("patient"), "x-2");
  EXPECT_EQ(copy.text("group"), "x-1");
  EXPECT_EQ(copy.text("duplicate"), "x-a");
}
TEST(ImportAll, PrefixMustLeaveARelativeName) {
  const TempFolder folder;
  folder.file("a.png", "");
  ImportOptions options = below(folder);
  options.prefix = "../";
  EXPECT_EQ(thrown_by([&] { tn::import_all(Layout::folders, {folder.path("")}, options); }).exit_code, 65);
}

// --- parts ---

TEST(ReadLabel, NamesWhatItTakes) {
  EXPECT_EQ(tn::read_label(" MALIGNANT ", "p"), "malignant");
  EXPECT_EQ(tn::read_label("null", "p"), std::nullopt);
  EXPECT_EQ(thrown_by([] { tn::read_label("2", "t.csv:3"); }).text,
            "t.csv:3: label '2' is none of benign, malignant, 0, 1, or empty");
}

TEST(WrittenPath, StaysAsGivenWhereItCan) {
  EXPECT_EQ(tn::written_path("../data", "a.png", ""), "../data/a.png");
  EXPECT_EQ(tn::written_path(".", "a.png", ""), "a.png");
  EXPECT_EQ(tn::written_path("./x", "a.png", ""), "x/a.png");
  EXPECT_EQ(tn::written_path("", "./a.png", ""), "a.png");
  EXPECT_EQ(tn::written_path(".//flat", "a.png", ""), "flat/a.png");
  EXPECT_EQ(tn::written_path("x//y", "a.png", ""), "x/y/a.png");
}
TEST(WrittenPath, AbsoluteFoldersBecomeRelative) {
  const std::string here = std::filesystem::current_path().string();
  EXPECT_EQ(tn::written_path(here + "/x", "a.png", ""), "x/a.png");
  EXPECT_EQ(tn::written_path(here + "/../x", "a.png", ""), "../x/a.png");
}
TEST(WrittenPath, StartsFromTheRoot) {
  EXPECT_EQ(tn::written_path("data/x", "a.png", "data"), "x/a.png");
  EXPECT_EQ(tn::written_path("x", "a.png", "data"), "../x/a.png");
}
TEST(WrittenPath, ClimbsFromWhereALinkLeads) {
  const TempFolder folder;
  folder.file("deep/er/.keep", "");
  folder.file("x/a.png", "");
  std::filesystem::create_symlink("deep/er", folder.path("link"));
  EXPECT_EQ(tn::written_path(folder.path("x"), "a.png", folder.path("link")), "../../x/a.png");
  EXPECT_EQ(tn::written_path(folder.path("link/../../x"), "a.png", folder.path("")), "x/a.png");
}
// A picture may itself be a link into some store of files: its name in the data set stays.
TEST(WrittenPath, LinksBelowTheRootStay) {
  const TempFolder folder;
  folder.file("store/1234", "");
  folder.file("set/.keep", "");
  std::filesystem::create_symlink("../store/1234", folder.path("set/a.png"));
  std::filesystem::create_symlink("set", folder.path("link"));
  EXPECT_EQ(tn::written_path(folder.path("link"), "a.png", folder.path("")), "link/a.png");
  EXPECT_EQ(tn::written_path(folder.path("link"), "a.png", folder.path("link/")), "a.png");
  EXPECT_EQ(tn::written_path(folder.path("set"), "a.png", folder.path("store")), "../set/a.png");
}
TEST(WrittenPath, AbsoluteNamesInATableBecomeRelative) {
  const std::string here = std::filesystem::current_path().string();
  EXPECT_EQ(tn::written_path("x", here + "/y/a.png", ""), "y/a.png");
}

TEST(PatientNames, CountsNamesWithoutOne) {
  tn::PatientNames patients("^p(\\d+)");
  EXPECT_EQ(patients("p12_3"), "12");
  EXPECT_EQ(patients("q12"), std::nullopt);
  std::vector<std::string> warnings;
  patients.warn(warnings);
  EXPECT_THAT(warnings, ElementsAre("1 name without a patient by '^p(\\d+)'"));
}
TEST(PatientNames, WithoutAPatternThereAreNone) {
  tn::PatientNames patients(std::nullopt);
  EXPECT_EQ(patients("p1"), std::nullopt);
  std::vector<std::string> warnings;
  patients.warn(warnings);
  EXPECT_THAT(warnings, IsEmpty());
}

TEST(CheckImport, RefusesOptionsOfOtherLayouts) {
  ImportOptions column;
  column.id_column = "x";
  EXPECT_EQ(thrown_by([&] { tn::check(Layout::busi, column); }).exit_code, 2);
  EXPECT_EQ(thrown_by([&] { tn::check(Layout::csv, column); }).exit_code, -1);
  ImportOptions both;
  both.patient_column = "x";
  both.patient_from_name = "(x)";
  EXPECT_EQ(thrown_by([&] { tn::check(Layout::csv, both); }).exit_code, 2);
}

}  // namespace
