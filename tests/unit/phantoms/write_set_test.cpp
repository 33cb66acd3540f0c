#include "examples/phantoms/write_set.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <opencv2/core.hpp>

#include "libcore/image/image_io.hpp"
#include "tests/support/expect_error.hpp"
#include "tests/support/temp_folder.hpp"

namespace {

namespace fs = std::filesystem;

tn::SetOptions small_set(std::int64_t first, std::int64_t patients) {
  tn::SetOptions options;
  options.phantom = {.seed = 4, .width = 64, .height = 64};
  options.first = first;
  options.patients = patients;
  return options;
}

std::int64_t write(const tn::SetOptions& options, const std::string& folder, int jobs = 1,
                   bool force = false) {
  return tn::write_set(options, folder, jobs, force, [] {});
}

// Every file below the folder: its path there and its bytes.
std::map<std::string, std::string> files(const tn::test::TempFolder& temp, const std::string& folder) {
  std::map<std::string, std::string> found;
  for (const auto& entry : fs::recursive_directory_iterator(temp.path(folder)))
    if (entry.is_regular_file()) {
      const std::string inside = fs::relative(entry.path(), temp.path(folder)).string();
      found[inside] = temp.read(folder + "/" + inside);
    }
  return found;
}

TEST(WriteSet, GivesTheSameBytesForAnyNumberOfJobs) {
  const tn::test::TempFolder temp;
  write(small_set(1, 6), temp.path("one"), 1);
  write(small_set(1, 6), temp.path("two"), 2);
  EXPECT_EQ(files(temp, "one"), files(temp, "two"));
}

TEST(WriteSet, WritesAPictureAMaskAndARowEach) {
  const tn::test::TempFolder temp;
  const std::int64_t count = write(small_set(1, 4), temp.path("set"));
  EXPECT_EQ(files(temp, "set").size(), static_cast<std::size_t>(2 * count + 1));
  const std::string table = temp.read("set/labels.csv");
  EXPECT_EQ(std::count(table.begin(), table.end(), '\n'), count + 1);
  EXPECT_TRUE(
      table.starts_with("id,image,mask,patient,label\np0001_1,images/p0001_1.png,masks/p0001_1.png,p0001,"));
}

TEST(WriteSet, GivesAPatientTheSamePicturesWhereverTheSetBegins) {
  const tn::test::TempFolder temp;
  write(small_set(1, 5), temp.path("all"));
  write(small_set(4, 2), temp.path("rest"));
  EXPECT_EQ(files(temp, "all").at("images/p0005_1.png"), files(temp, "rest").at("images/p0005_1.png"));
}

TEST(WriteSet, PutsEachClassIntoItsFolder) {
  const tn::test::TempFolder temp;
  tn::SetOptions options = small_set(1, 12);
  options.layout = tn::SetLayout::folders;
  write(options, temp.path("set"));
  for (std::int64_t number = 1; number <= 12; ++number) {
    const std::string name = fmt::format("p{:04}_1", number);
    const std::string folder = tn::draw_patient(4, number).malignant ? "set/malignant/" : "set/benign/";
    EXPECT_TRUE(fs::exists(temp.path(folder + name + ".png"))) << name;
    EXPECT_TRUE(fs::exists(temp.path(folder + name + "_mask.png"))) << name;
  }
}

TEST(WriteSet, SavesTheMaskThatWasDrawn) {
  const tn::test::TempFolder temp;
  const tn::SetOptions options = small_set(2, 1);
  write(options, temp.path("set"));
  const tn::Phantom phantom = tn::draw_phantom(tn::draw_patient(4, 2), 1, options.phantom);
  EXPECT_EQ(cv::norm(tn::load_grey(temp.path("set/masks/p0002_1.png")), phantom.mask), 0);
}

TEST(WriteSet, RefusesToWriteOverASetAndDoesSoIfForced) {
  const tn::test::TempFolder temp;
  write(small_set(1, 1), temp.path("set"));
  EXPECT_EQ(tn::test::thrown_by([&] { write(small_set(1, 1), temp.path("set")); }).exit_code, 73);
  EXPECT_GE(write(small_set(1, 1), temp.path("set"), 1, true), 1);
}

TEST(SetOptions, RefuseNumbersThatNamesCannotHold) {
  EXPECT_EQ(tn::test::thrown_by([] { tn::check(small_set(9000, 1000)); }).text, "");
  EXPECT_EQ(tn::test::thrown_by([] { tn::check(small_set(9000, 1001)); }).text,
            "patients 9000 to 10000: numbers are 1 to 9999, and at least one");
}

}  // namespace
