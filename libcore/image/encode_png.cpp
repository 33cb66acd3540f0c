#include <png.h>

#include <csetjmp>
#include <opencv2/core.hpp>

#include "libcore/base/error.hpp"
#include "libcore/base/file.hpp"
#include "libcore/image/image_io.hpp"

namespace tn {
namespace {

// libpng's state and the bytes so far. libpng leaves by longjmp: see write().
class PngWriter {
 public:
  PngWriter() {
    png_ = png_create_write_struct(PNG_LIBPNG_VER_STRING, this, &PngWriter::fail,
                                   [](png_structp, png_const_charp) {});
    info_ = png_ == nullptr ? nullptr : png_create_info_struct(png_);
    if (info_ == nullptr) {
      png_destroy_write_struct(&png_, nullptr);
      throw Error(Exit::internal, "libpng cannot be started");
    }
    png_set_write_fn(png_, this, &PngWriter::keep, [](png_structp) {});
  }
  ~PngWriter() { png_destroy_write_struct(&png_, &info_); }
  PngWriter(const PngWriter&) = delete;
  PngWriter& operator=(const PngWriter&) = delete;

  std::string write(const cv::Mat& image, int compression) {
    if (setjmp(png_jmpbuf(png_)) != 0) throw Error(Exit::internal, "a PNG cannot be made: {}", message_);
    const bool colour = image.channels() == 3;
    png_set_IHDR(png_, info_, static_cast<png_uint_32>(image.cols), static_cast<png_uint_32>(image.rows), 8,
                 colour ? PNG_COLOR_TYPE_RGB : PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_set_compression_level(png_, compression);
    png_set_filter(png_, PNG_FILTER_TYPE_BASE, compression == 0 ? PNG_FILTER_NONE : PNG_FILTER_SUB);
    png_write_info(png_, info_);
    if (colour) png_set_bgr(png_);
    for (int y = 0; y < image.rows; ++y) png_write_row(png_, image.ptr<png_byte>(y));
    png_write_end(png_, nullptr);
    return std::move(bytes_);
  }

 private:
  [[noreturn]] static void fail(png_structp png, png_const_charp text) {
    auto& writer = *static_cast<PngWriter*>(png_get_error_ptr(png));
    std::snprintf(writer.message_, sizeof writer.message_, "%s", text);
    png_longjmp(png, 1);
  }

  static void keep(png_structp png, png_bytep data, std::size_t count) noexcept {
    static_cast<PngWriter*>(png_get_io_ptr(png))->bytes_.append(reinterpret_cast<const char*>(data), count);
  }

  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
  std::string bytes_;
  char message_[200] = "";
};

}  // namespace

std::string encode_png(const cv::Mat& image, int compression) {
  if (image.empty() || (image.type() != CV_8UC1 && image.type() != CV_8UC3))
    throw Error(Exit::internal, "a PNG is made of 8-bit grey or BGR pixels");
  if (compression < 0 || compression > 9)
    throw Error(Exit::usage, "compression {} is not in 0 to 9", std::int64_t{compression});
  return PngWriter().write(image, compression);
}

void save_png(const std::string& path, const cv::Mat& image, bool force, int compression) {
  write_whole(path, encode_png(image, compression), force);
}

}  // namespace tn
