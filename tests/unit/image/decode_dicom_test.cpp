// DICOM of every kind. Grey levels of small pictures are worked out by hand; compressed ones must equal the
// same picture without compression. All fixtures were compared with pydicom
// (tests/fixtures/image/make-dicom.py).
#include <gmock/gmock.h>

#include <thread>

#include "libcore/base/file.hpp"
#include "libcore/image/dicom_file.hpp"
#include "libcore/image/image_io.hpp"
#include "libcore/image/record_image.hpp"
#include "tests/unit/image/fixtures.hpp"

namespace tn {
namespace {

cv::Mat1b frame(const std::string& name, std::int64_t number) {
  return decode_grey(read_file(fixture(name)), fixture(name), {}, number);
}

// Two halves of 8 x 8 px, within what JPEG may change.
void expect_blocks(const cv::Mat1b& image, int left, int right) {
  ASSERT_EQ(image.size(), cv::Size(16, 8));
  for (int x = 0; x < 16; ++x) EXPECT_NEAR(image(4, x), x < 8 ? left : right, 2) << x;
}

TEST(DicomCompression, EqualsTheSamePictureWithoutIt) {
  for (const std::string picture : {"ramp", "ramp12", "ramp-rgb"}) {
    const cv::Mat1b plain = load_grey(fixture(picture + ".dcm"));
    ASSERT_EQ(plain.size(), cv::Size(34, 26));
    for (const char* kind : {"rle", "jpeg-ls", "lossless-jpeg", "jpeg2000"})
      EXPECT_SAME_IMAGE(load_grey(fixture(picture + "-" + kind + ".dcm")), plain) << picture << kind;
  }
}
TEST(DicomCompression, RampIsWhatItWasDrawnAs) {
  const cv::Mat1b ramp = load_grey(fixture("ramp.dcm"));
  EXPECT_EQ(ramp(0, 0), 0);
  EXPECT_EQ(ramp(1, 3), 6 * 3 + 2);
  EXPECT_EQ(ramp(2, 10), 60 + 4 + 40);
  // 12 bits: 16 times the ramp, and the column; 4095 is white
  EXPECT_EQ(load_grey(fixture("ramp12.dcm"))(1, 3), (20 * 16 + 3) * 255 / 4095);
}
TEST(DicomCompression, OfJpegGivesItsBrightness) {
  for (const char* name : {"blocks-jpeg.dcm", "blocks-ybr-jpeg.dcm"})
    expect_blocks(load_grey(fixture(name)), 64, 192);
}
TEST(DicomCompression, AsAMaskJpegCountsFromHalf) {
  const std::string bytes = read_file(fixture("blocks-jpeg.dcm"));
  const cv::Mat1b mask = decode_mask(bytes, "m");
  EXPECT_EQ(mask(4, 2), 0);
  EXPECT_EQ(mask(4, 12), 255);
}

// Six fragments cannot be nine frames, nor a million: whoever imports would make as many records.
TEST(DicomFrames, MoreThanTheFragmentsShowAreRefused) {
  std::string bytes = read_file(fixture("clip-jpeg-without-table.dcm"));
  const std::string three("\x28\0\x08\0IS\x02\0003 ", 10);
  const std::size_t at = bytes.find(three);
  ASSERT_NE(at, std::string::npos);
  bytes.replace(at, three.size(), std::string("\x28\0\x08\0IS\x06\0009     ", 14));
  EXPECT_EQ(error_of([&] { read_dicom(bytes, "a"); }),
            "65: a: damaged DICOM: 6 fragments of pixel data do not show where 9 frames begin");
  bytes.replace(at + 8, 6, "999999");
  EXPECT_EQ(error_of([&] { read_dicom(bytes, "a"); }),
            "65: a: damaged DICOM: 6 fragments of pixel data do not show where 999999 frames begin");
}
TEST(DicomFrames, AreReadOneByOne) {
  for (const char* name : {"clip.dcm", "clip-jpeg.dcm", "clip-jpeg-without-table.dcm"}) {
    expect_blocks(frame(name, 0), 64, 192);
    expect_blocks(frame(name, 1), 191, 63);
    expect_blocks(frame(name, 2), 32, 96);
  }
}
TEST(DicomFrames, MustBeAskedForWhereThereAreSeveral) {
  EXPECT_EQ(error_of([] { load_grey(fixture("clip.dcm")); }),
            "65: clip.dcm: has 3 frames, and none is asked for ('frame' of a record does)");
  EXPECT_EQ(error_of([] { frame("clip.dcm", 3); }), "65: clip.dcm: has no frame 3, only 0 to 2");
  EXPECT_EQ(error_of([] { frame("clip.dcm", -1); }), "65: clip.dcm: has no frame -1, only 0 to 2");
}

TEST(BadDicom, OfAnyByteIsAnErrorOrAnImage) {
  for (const char* kind : {"rle", "jpeg-ls", "lossless-jpeg", "jpeg2000"}) {
    const std::string bytes = read_file(fixture(std::string("ramp-") + kind + ".dcm"));
    for (std::size_t at = 128; at < bytes.size(); at += 3) {
      std::string wrong = bytes;
      wrong[at] = static_cast<char>(~wrong[at]);
      const std::string error = error_of([&] { decode_grey(wrong, "wrong", {1'000'000}); });
      EXPECT_TRUE(error == "no error" || error.starts_with("65: wrong: ")) << kind << at << error;
    }
  }
}
TEST(BadDicom, CutAnywhereIsAnError) {
  for (const char* name : {"ramp.dcm", "ramp-rle.dcm", "ramp-jpeg-ls.dcm", "blocks-jpeg.dcm"}) {
    const std::string bytes = read_file(fixture(name));
    for (std::size_t length = 0; length < bytes.size(); length += 7)
      EXPECT_TRUE(error_of([&] { decode_grey(bytes.substr(0, length), "cut"); }).starts_with("65: cut: "));
  }
}
// A field that claims 4 GB must not be believed.
TEST(BadDicom, LengthBeyondTheFileIsACut) {
  std::string bytes = read_file(fixture("ramp.dcm"));
  const std::size_t pixels = bytes.find(std::string("\xE0\x7F\x10\x00OB", 6));
  ASSERT_NE(pixels, std::string::npos);
  bytes.replace(pixels + 8, 4, "\xF0\xFF\xFF\xFF");
  EXPECT_EQ(error_of([&] { decode_grey(bytes, "long"); }), "65: long: is cut off (DICOM)");
}
TEST(BadDicom, LimitHoldsBeforePixelsAreRead) {
  EXPECT_EQ(error_of([] { load_grey(fixture("ramp-jpeg2000.dcm"), {883}); }),
            "65: ramp-jpeg2000.dcm: 34 x 26 px is over the limit of 883 pixels");
}
// The picture inside must be as large as the file around it says: memory is taken for that alone.
TEST(BadDicom, PictureOfAnotherSizeIsRefused) {
  for (const char* kind : {"jpeg-ls", "lossless-jpeg", "jpeg2000", "rle"}) {
    std::string bytes = read_file(fixture(std::string("ramp-") + kind + ".dcm"));
    const std::size_t rows = bytes.find(std::string("\x28\x00\x10\x00US\x02\x00", 8));
    ASSERT_NE(rows, std::string::npos);
    bytes[rows + 8] = 27;
    EXPECT_TRUE(error_of([&] { decode_grey(bytes, "x"); }).starts_with("65: x: damaged DICOM: ")) << kind;
  }
}
TEST(BadDicom, UnreadTransferSyntaxIsNamed) {
  std::string bytes = read_file(fixture("blocks-jpeg.dcm"));
  const std::size_t uid = bytes.find("1.2.840.10008.1.2.4.50");
  bytes.replace(uid, 22, "1.2.840.10008.1.2.4.92");
  EXPECT_EQ(error_of([&] { decode_grey(bytes, "x"); }),
            "65: x: DICOM of transfer syntax 1.2.840.10008.1.2.4.92 is not read here");
}

TEST(Dicom, ThreadsMayDecodeAtOnce) {
  const cv::Mat1b plain = load_grey(fixture("ramp.dcm"));
  std::vector<std::thread> threads;
  std::vector<cv::Mat1b> images(4);
  for (std::size_t i = 0; i < images.size(); ++i)
    threads.emplace_back([&, i] { images[i] = load_grey(fixture("ramp-lossless-jpeg.dcm")); });
  for (std::thread& thread : threads) thread.join();
  for (const cv::Mat1b& image : images) EXPECT_SAME_IMAGE(image, plain);
}

// --- records ---

TEST(LoadImage, TakesTheRecordsFrame) {
  Record record = Record::of("a");
  record.set("image", fixture("clip.dcm"));
  record.set("frame", std::int64_t{1});
  expect_blocks(load_image(record, ""), 191, 63);
}
TEST(LoadImage, BlanksWhatIsNotVisible) {
  Record record = Record::of("a");
  record.set("image", fixture("grey.dcm"));
  record.set_raw("visible", "[[1,0,2,1],[3,1,9,9]]");
  EXPECT_SAME_IMAGE(load_image(record, ""), grey({{0, 51, 102, 0}, {0, 0, 0, 34}}));
  EXPECT_EQ(read_image_source(record, "").choice(), " visible 1,0,2,1 visible 3,1,9,9");
}
TEST(LoadImage, RefusesBoxesThatAreNone) {
  for (const char* visible : {"3", "[]", "[[1,2,3]]", "[[0,0,-1,2]]", "[[0,0,1.5,2]]"}) {
    Record record = Record::of("a");
    record.set("image", fixture("grey.dcm"));
    record.set_raw("visible", visible);
    EXPECT_EQ(error_of([&] { load_image(record, ""); }),
              "65: a: 'visible' is no list of [x,y,width,height] in pixels");
  }
}

// --- what an importer reads ---

DicomFile with_regions(std::vector<UltrasoundRegion> regions) {
  DicomFile file;
  file.regions = std::move(regions);
  file.pixel_spacing_mm = std::array{0.5, 0.4};
  return file;
}

TEST(SpacingOf, RegionsComeBeforePixelSpacing) {
  const cv::Rect box(0, 0, 4, 4);
  EXPECT_EQ(spacing_of(with_regions({{box, std::array{0.1, 0.2}}, {box, std::nullopt}})).mm,
            (std::array{0.1, 0.2}));
  EXPECT_EQ(spacing_of(with_regions({{box, std::nullopt}})).mm, (std::array{0.5, 0.4}));
  EXPECT_EQ(spacing_of(DicomFile()).mm, std::nullopt);
}
TEST(SpacingOf, RegionsThatDisagreeAreNotUsed) {
  const cv::Rect box(0, 0, 4, 4);
  const DicomSpacing spacing =
      spacing_of(with_regions({{box, std::array{0.1, 0.1}}, {box, std::array{0.1, 0.2}}}));
  EXPECT_TRUE(spacing.contradicting);
  EXPECT_EQ(spacing.mm, (std::array{0.5, 0.4}));
}

}  // namespace
}  // namespace tn
