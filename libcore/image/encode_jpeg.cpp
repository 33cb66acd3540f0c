#include "libcore/image/encode_jpeg.hpp"

#include <cstdio>  // before jpeglib.h, which needs FILE

#include <jpeglib.h>

#include <cstdlib>
#include <memory>

#include "libcore/base/error.hpp"

namespace tn {
namespace {

[[noreturn]] void fail(j_common_ptr codec) {
  char reason[JMSG_LENGTH_MAX];
  codec->err->format_message(codec, reason);
  throw Error(Exit::internal, "a JPEG cannot be encoded: {}", reason);
}

// Ends the codec and gives its memory back however encoding ends.
struct Encoder {
  jpeg_error_mgr errors{};
  jpeg_compress_struct codec{};
  unsigned char* bytes = nullptr;
  unsigned long size = 0;

  Encoder() {
    codec.err = jpeg_std_error(&errors);
    errors.error_exit = fail;
    jpeg_create_compress(&codec);
    jpeg_mem_dest(&codec, &bytes, &size);
  }
  ~Encoder() {
    jpeg_destroy_compress(&codec);
    std::free(bytes);  // NOLINT: the library took it with malloc
  }
  Encoder(const Encoder&) = delete;
  Encoder& operator=(const Encoder&) = delete;
};

}  // namespace

std::string encode_jpeg(const cv::Mat1b& grey, int quality) {
  Encoder encoder;
  jpeg_compress_struct& codec = encoder.codec;
  codec.image_width = static_cast<JDIMENSION>(grey.cols);
  codec.image_height = static_cast<JDIMENSION>(grey.rows);
  codec.input_components = 1;
  codec.in_color_space = JCS_GRAYSCALE;
  jpeg_set_defaults(&codec);
  codec.optimize_coding = TRUE;
  jpeg_set_quality(&codec, quality, TRUE);
  jpeg_start_compress(&codec, TRUE);
  for (int y = 0; y < grey.rows; ++y) {
    JSAMPROW row = const_cast<std::uint8_t*>(grey.ptr(y));  // the library does not write there
    jpeg_write_scanlines(&codec, &row, 1);
  }
  jpeg_finish_compress(&codec);
  return {reinterpret_cast<const char*>(encoder.bytes), encoder.size};
}

}  // namespace tn
