#include "libcore/image/preprocess_record.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <opencv2/core.hpp>

#include "libcore/base/file.hpp"
#include "libcore/base/hash.hpp"
#include "tests/support/temp_folder.hpp"
#include "tests/unit/image/fixtures.hpp"

namespace tn {
namespace {

using test::TempFolder;

// A folder with images that the records name by paths relative to it, and a store in it.
class PreprocessRecord : public testing::Test {
 protected:
  PreprocessRecord() {
    options_.frame = {32, Fit::letterbox};
    options_.root = folder_.path("");
    cv::Mat1b image(20, 40, std::uint8_t{80});
    cv::Mat1b mask(20, 40, std::uint8_t{0});
    mask(cv::Rect(5, 5, 15, 10)) = 255;
    save_png(folder_.path("image.png"), image, false);
    save_png(folder_.path("mask.png"), mask, false);
    save_png(folder_.path("small.png"), mask.rowRange(0, 10), false);
  }

  Record made(const std::string& members) {
    Record record = Record::parse(R"({"id":"a",)" + members + "}", "m:1");
    return preprocess_record(std::move(record), options_,
                             FrameStore({folder_.path("pre"), folder_.path("")}));
  }
  nlohmann::json pre(const std::string& members) { return made(members).json("pre").value(); }
  std::string fault(const std::string& members) {
    const Record record = made(members);
    EXPECT_EQ(record.at("error.stage"), "tn-preprocess");
    std::string message = record.at("error.msg")->get<std::string>();
    const std::size_t at = message.find(folder_.path(""));
    if (at != std::string::npos) message.erase(at, folder_.path("").size());
    return record.at("error.code")->get<std::string>() + ": " + message;
  }
  std::size_t files() const {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_.path("pre")))
      count += entry.is_regular_file() ? 1 : 0;
    return count;
  }

  TempFolder folder_;
  PreprocessRecordOptions options_;
};

TEST_F(PreprocessRecord, GainsFramesGeometryAndHash) {
  const nlohmann::json pre = this->pre(R"("image":"image.png","mask":"mask.png")");
  EXPECT_EQ(pre["hash"], preprocess_hash(options_.frame));
  EXPECT_EQ(placement_from_json(pre["geometry"], "a"), place({40, 20}, 32, Fit::letterbox));
  const cv::Mat1b image = load_grey(folder_.path(pre["image"]));
  const cv::Mat1b mask = load_grey(folder_.path(pre["mask"]));
  EXPECT_EQ(image.size(), cv::Size(32, 32));
  EXPECT_EQ(mask.size(), cv::Size(32, 32));
  EXPECT_EQ(image(16, 16), 80);
  EXPECT_EQ(image(7, 16), 0);  // padding above row 8
  EXPECT_EQ(mask(16, 10), 255);
  EXPECT_EQ(mask(16, 20), 0);
}

TEST_F(PreprocessRecord, KeepsItsOtherBytes) {
  const Record record = made(R"("image":"image.png", "z" : 0.10,"label":"\u0061")");
  EXPECT_TRUE(
      record.line().starts_with(R"({"id":"a","image":"image.png", "z" : 0.10,"label":"\u0061","pre":{)"));
}

TEST_F(PreprocessRecord, WithoutAMaskSaysNull) {
  EXPECT_TRUE(pre(R"("image":"image.png")")["mask"].is_null());
  EXPECT_TRUE(pre(R"("image":"image.png","mask":null)")["mask"].is_null());
}

// METHOD 6.11: nothing of the mask may reach the frame.
TEST_F(PreprocessRecord, FrameIsTheSameWithAndWithoutAMask) {
  const std::string without = pre(R"("image":"image.png")")["image"];
  const std::string bytes = read_file(folder_.path(without));
  for (const char* mask : {R"("mask":"mask.png")", R"("mask":["mask.png","image.png"])",
                           R"("regions":[{"polygon":[[1,1],[9,1],[9,9]]}])"}) {
    std::filesystem::remove_all(folder_.path("pre"));
    const std::string with = pre(R"("image":"image.png",)" + std::string(mask))["image"];
    EXPECT_EQ(with, without);
    EXPECT_EQ(read_file(folder_.path(with)), bytes);
  }
}

// The same for every combination of steps, over random images and masks.
TEST_F(PreprocessRecord, FrameAndGeometryAreTheSameWithAndWithoutAMaskForAnySteps) {
  cv::RNG random(7);
  for (int round = 0; round < 64; ++round) {
    cv::Mat1b image(random.uniform(20, 60), random.uniform(20, 60));
    cv::Mat1b mask(image.size());
    random.fill(image, cv::RNG::UNIFORM, 0, 255);
    random.fill(mask, cv::RNG::UNIFORM, 0, 2);
    image.rowRange(0, random.uniform(1, 8)) = 0;
    save_png(folder_.path("random.png"), image, true);
    save_png(folder_.path("random-mask.png"), mask, true);
    PreprocessOptions frame{32, round % 2 == 0 ? Fit::stretch : Fit::letterbox};
    frame.remove_marks = (round & 1) != 0;
    if ((round & 2) != 0) frame.crop_border = 20;
    if ((round & 4) != 0) frame.denoise = (round & 8) != 0 ? Denoise::median : Denoise::speckle;
    if ((round & 16) != 0) frame.clahe = 3;
    if ((round & 32) != 0) frame.normalize = 2;
    options_.frame = frame;
    const nlohmann::json without = pre(R"("image":"random.png")");
    const std::string bytes = read_file(folder_.path(without["image"]));
    std::filesystem::remove_all(folder_.path("pre"));
    const nlohmann::json with = pre(R"("image":"random.png","mask":"random-mask.png")");
    EXPECT_EQ(with["image"], without["image"]);
    EXPECT_EQ(with["geometry"], without["geometry"]);
    EXPECT_EQ(read_file(folder_.path(with["image"])), bytes);
  }
}

TEST_F(PreprocessRecord, FrameIsNamedAfterBytesAndOptions) {
  const std::string bytes = read_file(folder_.path("image.png"));
  const std::string expected = sha256_hex("image " + preprocess_hash(options_.frame) + "\n" + bytes);
  EXPECT_EQ(pre(R"("image":"image.png")")["image"], "pre/images/" + expected + ".png");
  options_.frame.fit = Fit::stretch;
  EXPECT_NE(pre(R"("image":"image.png")")["image"], "pre/images/" + expected + ".png");
}

TEST_F(PreprocessRecord, EqualImagesShareAFrame) {
  std::filesystem::copy(folder_.path("image.png"), folder_.path("again.png"));
  EXPECT_EQ(pre(R"("image":"again.png")")["image"], pre(R"("image":"image.png")")["image"]);
  EXPECT_EQ(files(), 1U);
}

TEST_F(PreprocessRecord, MasksOfDifferentRegionsAreDifferentFiles) {
  EXPECT_NE(pre(R"("image":"image.png","regions":[])")["mask"],
            pre(R"("image":"image.png","regions":[{"polygon":[[1,1],[9,1],[9,9]]}])")["mask"]);
}

TEST_F(PreprocessRecord, ListOfMasksIsNotItsFirst) {
  EXPECT_NE(pre(R"("image":"image.png","mask":["mask.png"])")["mask"],
            pre(R"("image":"image.png","mask":["mask.png","image.png"])")["mask"]);
}

TEST_F(PreprocessRecord, SecondTimeMakesNothingAgain) {
  const Record first = made(R"("image":"image.png","mask":"mask.png")");
  const std::string path = folder_.path(first.at("pre.image")->get<std::string>());
  const auto before = std::filesystem::last_write_time(path);
  std::filesystem::last_write_time(path, before - std::chrono::hours(1));
  EXPECT_EQ(made(R"("image":"image.png","mask":"mask.png")").line(), first.line());
  EXPECT_EQ(std::filesystem::last_write_time(path), before - std::chrono::hours(1));
}

TEST_F(PreprocessRecord, HalfAFrameIsMadeAgain) {
  const std::string path = folder_.path(pre(R"("image":"image.png")")["image"]);
  const std::string whole = read_file(path);
  write_whole(path, whole.substr(0, 40), true);
  pre(R"("image":"image.png")");
  EXPECT_EQ(read_file(path), whole);
}

TEST_F(PreprocessRecord, BadImageIsAFaultWithItsReason) {
  write_whole(folder_.path("cut.png"), read_file(folder_.path("image.png")).substr(0, 50), false);
  EXPECT_EQ(fault(R"("image":"cut.png")"), "decode: cut.png: is cut off (PNG)");
  EXPECT_EQ(fault(R"("image":"nowhere.png")"), "input: nowhere.png: No such file or directory");
  EXPECT_EQ(fault(R"("image":null)"), "data: a: record without 'image'");
  EXPECT_EQ(fault(R"("mask":"mask.png")"), "data: a: record without 'image'");
}

TEST_F(PreprocessRecord, BadMaskIsAFaultAndLeavesNoFrame) {
  EXPECT_EQ(fault(R"("image":"image.png","mask":"small.png")"),
            "mask: small.png: mask of 40 x 10 px, but the image has 40 x 20");
  EXPECT_EQ(fault(R"("image":"image.png","mask":"nowhere.png")"),
            "input: nowhere.png: No such file or directory");
  EXPECT_EQ(files(), 0U);
}

TEST_F(PreprocessRecord, MaskOfAnotherSizeIsAFaultAlsoWhenBothFilesAreKnown) {
  pre(R"("image":"image.png","mask":"mask.png")");
  save_png(folder_.path("wide.png"), cv::Mat1b(10, 40, std::uint8_t{0}), false);
  pre(R"("image":"wide.png","mask":"small.png")");
  EXPECT_EQ(fault(R"("image":"image.png","mask":"small.png")"),
            "mask: small.png: mask of 40 x 10 px, but the image has 40 x 20");
}

TEST_F(PreprocessRecord, LimitHoldsForImageAndMask) {
  options_.limits.max_pixels = 799;
  EXPECT_EQ(fault(R"("image":"image.png")"), "decode: image.png: 40 x 20 px is over the limit of 799 pixels");
  save_png(folder_.path("dot.png"), grey({{1}}), false);
  EXPECT_EQ(fault(R"("image":"dot.png","mask":"mask.png")"),
            "mask: mask.png: 40 x 20 px is over the limit of 799 pixels");
}

// A mask's name leaves fail_on out: the store's frame and a new one must be judged alike.
TEST_F(PreprocessRecord, MaskIsHeldToErrorWhateverImagesAreHeldTo) {
  std::string jpeg = read_file(fixture("grey.jpg"));
  jpeg.insert(jpeg.find("\xFF\xDB"), 20, 'x');  // stray bytes that change no pixel: a remark of libjpeg
  write_whole(folder_.path("stray.jpg"), jpeg, false);
  const cv::Size size = load_grey(folder_.path("stray.jpg")).size();
  save_png(folder_.path("same.png"), cv::Mat1b(size, std::uint8_t{80}), false);
  options_.limits.fail_on = FailOn::warning;
  EXPECT_FALSE(made(R"("image":"same.png","mask":"stray.jpg")").failed());
  EXPECT_TRUE(fault(R"("image":"stray.jpg")").starts_with("decode: stray.jpg: damaged JPEG: "));
}

TEST_F(PreprocessRecord, ThatArrivesWithAnErrorIsPassedOn) {
  const std::string line = R"({"id":"a","image":"image.png","status":"error","error":{"stage":"x"}})";
  const FrameStore store({folder_.path("pre"), folder_.path("")});
  EXPECT_EQ(preprocess_record(Record::parse(line, "m:1"), options_, store).line(), line);
  EXPECT_EQ(files(), 0U);
}

}  // namespace
}  // namespace tn
