#include <cstdio>  // jpeglib.h needs FILE

#include <jpeglib.h>

#include <jerror.h>

#include <csetjmp>
#include <opencv2/core.hpp>
#include <vector>

#include "libcore/base/error.hpp"
#include "libcore/image/decode.hpp"
#include "libcore/image/samples.hpp"

namespace tn {
namespace {

// libjpeg's state. libjpeg leaves by longjmp: see guarded().
class JpegReader {
 public:
  explicit JpegReader(const Encoded& file) : name_(file.name), fail_on_(file.fail_on) {
    state_.err = jpeg_std_error(&errors_);
    state_.client_data = this;
    errors_.error_exit = &JpegReader::fail;
    errors_.emit_message = &JpegReader::message;
    errors_.output_message = [](j_common_ptr) {};
    progress_.progress_monitor = &JpegReader::count_scans;
    guarded([&](jpeg_decompress_struct& jpeg) {
      jpeg_create_decompress(&jpeg);
      jpeg.progress = &progress_;
      jpeg_mem_src(&jpeg, reinterpret_cast<const unsigned char*>(file.bytes.data()), file.bytes.size());
    });
  }
  ~JpegReader() { jpeg_destroy_decompress(&state_); }
  JpegReader(const JpegReader&) = delete;
  JpegReader& operator=(const JpegReader&) = delete;

  // Runs `step`, which may leave by longjmp and so must own nothing. Throws what libjpeg complained of.
  template <typename Step>
  void guarded(const Step& step) {
    if (setjmp(jump_) != 0) throw Error(Exit::bad_data, "{}: {}", name_, text_);
    step(state_);
  }

  const jpeg_decompress_struct& state() const { return state_; }

  // The first complaint that did not fail; empty if there was none.
  const char* damage() const { return text_; }

 private:
  static void describe(j_common_ptr jpeg) {
    auto& reader = *static_cast<JpegReader*>(jpeg->client_data);
    char reason[JMSG_LENGTH_MAX];
    jpeg->err->format_message(jpeg, reason);
    switch (jpeg->err->msg_code) {
      case JERR_INPUT_EOF:
      case JWRN_JPEG_EOF:
        std::snprintf(reader.text_, sizeof reader.text_, "is cut off (JPEG)");
        break;
      default:
        std::snprintf(reader.text_, sizeof reader.text_, "damaged JPEG: %s", reason);
    }
  }

  [[noreturn]] static void fail(j_common_ptr jpeg) {
    describe(jpeg);
    std::longjmp(static_cast<JpegReader*>(jpeg->client_data)->jump_, 1);
  }

  // What must be failed on for this complaint to be an error. Stray bytes before the first scan change no
  // pixel; those after it mostly are what a damaged scan left over.
  FailOn gravity(int code) const {
    switch (code) {
      case JWRN_ADOBE_XFORM:
      case JWRN_BOGUS_PROGRESSION:
      case JWRN_JFIF_MAJOR:
      case JWRN_NOT_SEQUENTIAL:
        return FailOn::warning;
      case JWRN_EXTRANEOUS_DATA:
        return state_.input_scan_number > 0 ? FailOn::error : FailOn::warning;
      case JWRN_JPEG_EOF:
        return FailOn::truncated;
      default:
        return FailOn::error;
    }
  }

  // libjpeg goes on after damage with invented pixels.
  static void message(j_common_ptr jpeg, int level) {
    if (level >= 0) return;
    auto& reader = *static_cast<JpegReader*>(jpeg->client_data);
    const FailOn gravity = reader.gravity(jpeg->err->msg_code);
    if (reader.fail_on_ >= gravity) fail(jpeg);
    if (gravity != FailOn::warning && reader.text_[0] == '\0') describe(jpeg);
  }

  // A progressive image of many scans costs far more time than its size tells.
  static void count_scans(j_common_ptr jpeg) {
    constexpr int kMostScans = 500;  // common files have about ten
    auto& reader = *static_cast<JpegReader*>(jpeg->client_data);
    if (reader.state_.input_scan_number <= kMostScans) return;
    std::snprintf(reader.text_, sizeof reader.text_, "damaged JPEG: more than %d scans", kMostScans);
    std::longjmp(reader.jump_, 1);
  }

  const std::string& name_;
  FailOn fail_on_;
  jpeg_decompress_struct state_{};
  jpeg_progress_mgr progress_{};
  jpeg_error_mgr errors_{};
  std::jmp_buf jump_{};
  char text_[JMSG_LENGTH_MAX + 32] = "";
};

int orientation_of(const jpeg_decompress_struct& jpeg) {
  constexpr std::string_view kStart("Exif\0\0", 6);
  for (const jpeg_marker_struct* marker = jpeg.marker_list; marker != nullptr; marker = marker->next) {
    const std::string_view data(reinterpret_cast<const char*>(marker->data), marker->data_length);
    if (marker->marker == JPEG_APP0 + 1 && data.starts_with(kStart))
      return exif_orientation(data.substr(kStart.size()));
  }
  return 1;
}

}  // namespace

ImageHeader jpeg_header(const Encoded& file) {
  JpegReader reader(file);
  reader.guarded([](jpeg_decompress_struct& jpeg) {
    jpeg_save_markers(&jpeg, JPEG_APP0 + 1, 0xFFFF);
    jpeg_read_header(&jpeg, TRUE);
  });
  const jpeg_decompress_struct& jpeg = reader.state();
  return {{static_cast<int>(jpeg.image_width), static_cast<int>(jpeg.image_height)}, orientation_of(jpeg)};
}

cv::Mat1b decode_jpeg(const Encoded& file, Reading reading) {
  const cv::Mat1b grey = decode_jpeg_grey(file, /*unmarked_is_rgb=*/false);
  return reading == Reading::mask ? above_half(grey) : grey;
}

cv::Mat1b decode_jpeg_grey(const Encoded& file, bool unmarked_is_rgb) {
  JpegReader reader(file);
  bool inks = false;
  reader.guarded([&](jpeg_decompress_struct& jpeg) {
    jpeg_read_header(&jpeg, TRUE);
    const bool marked = jpeg.saw_JFIF_marker == TRUE || jpeg.saw_Adobe_marker == TRUE;
    if (unmarked_is_rgb && !marked && jpeg.num_components == 3) jpeg.jpeg_color_space = JCS_RGB;
    inks = jpeg.jpeg_color_space == JCS_CMYK || jpeg.jpeg_color_space == JCS_YCCK;
    jpeg.out_color_space = inks ? JCS_CMYK : JCS_GRAYSCALE;  // the luma of YCbCr as it is stored
    jpeg.dct_method = JDCT_ISLOW;
    jpeg_start_decompress(&jpeg);
  });
  const auto width = static_cast<int>(reader.state().output_width);
  const auto height = static_cast<int>(reader.state().output_height);
  const bool inverted = reader.state().saw_Adobe_marker == TRUE;  // Adobe stores 255 for no ink
  cv::Mat1b grey(height, width);
  std::vector<std::uint8_t> row(inks ? static_cast<std::size_t>(width) * 4 : 0);
  reader.guarded([&](jpeg_decompress_struct& jpeg) {
    while (jpeg.output_scanline < jpeg.output_height) {
      std::uint8_t* out = grey[static_cast<int>(jpeg.output_scanline)];
      JSAMPROW target = inks ? row.data() : out;
      jpeg_read_scanlines(&jpeg, &target, 1);
      if (!inks) continue;
      if (inverted)
        for (std::uint8_t& sample : row) sample = static_cast<std::uint8_t>(255 - sample);
      convert_row(row.data(), width, 4, Ink::cmyk, 255, Reading::grey, out);
    }
    jpeg_finish_decompress(&jpeg);
  });
  if (file.tolerated != nullptr && reader.damage()[0] != '\0') *file.tolerated = reader.damage();
  return grey;
}

}  // namespace tn
