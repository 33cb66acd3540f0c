#include <algorithm>
#include <array>
#include <cstring>
#include <opencv2/core.hpp>
#include <vector>

#include "libcore/base/error.hpp"
#include "libcore/base/text.hpp"
#include "libcore/image/decode.hpp"
#include "libcore/image/dicom_file.hpp"
#include "libcore/image/dicom_rle.hpp"
#include "libcore/image/gdcm_border.hpp"
#include "libcore/image/samples.hpp"

namespace tn {
namespace {

enum class Coder { none, jpeg, rle, gdcm };

struct Syntax {
  std::string_view uid;
  const char* name;
  Coder coder;
  bool lossy;
};

constexpr std::array<Syntax, 12> kSyntaxes{{
    {"1.2.840.10008.1.2", "implicit little-endian", Coder::none, false},
    {"1.2.840.10008.1.2.1", "explicit little-endian", Coder::none, false},
    {"1.2.840.10008.1.2.2", "explicit big-endian", Coder::none, false},
    {"1.2.840.10008.1.2.5", "RLE", Coder::rle, false},
    {"1.2.840.10008.1.2.4.50", "JPEG", Coder::jpeg, true},
    {"1.2.840.10008.1.2.4.51", "JPEG", Coder::jpeg, true},
    {"1.2.840.10008.1.2.4.57", "lossless JPEG", Coder::gdcm, false},
    {"1.2.840.10008.1.2.4.70", "lossless JPEG", Coder::gdcm, false},
    {"1.2.840.10008.1.2.4.80", "JPEG-LS", Coder::gdcm, false},
    {"1.2.840.10008.1.2.4.81", "JPEG-LS", Coder::gdcm, true},
    {"1.2.840.10008.1.2.4.90", "JPEG 2000", Coder::gdcm, false},
    {"1.2.840.10008.1.2.4.91", "JPEG 2000", Coder::gdcm, true},
}};

const Syntax& syntax_of(const DicomFile& dicom, const std::string& name) {
  const auto* found = std::find_if(kSyntaxes.begin(), kSyntaxes.end(),
                                   [&](const Syntax& syntax) { return syntax.uid == dicom.transfer_syntax; });
  if (found == kSyntaxes.end())
    throw Error(Exit::bad_data, "{}: DICOM of transfer syntax {} is not read here{}", name,
                printable(dicom.transfer_syntax, 80),
                dicom.transfer_syntax.starts_with("1.2.840.10008.1.2.4.10") ? " (video)" : "");
  if ((found->coder == Coder::none) != dicom.native())
    throw Error(Exit::bad_data, "{}: damaged DICOM: pixel data of another kind than the transfer syntax",
                name);
  return *found;
}

// What a coded picture says of itself.
struct CodedHeader {
  int width = 0, height = 0, samples = 0;
  int bits = 0;  // a sample
};

// `size` bytes as a number; those of 4 bytes are sizes below 2^31, or fit no picture.
int big_endian(std::string_view bytes, std::size_t at, std::size_t size) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < size; ++i) value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  return static_cast<int>(value & 0x7FFFFFFF);
}

// The frame header (SOFn) of JPEG and JPEG-LS; nothing if there is none.
std::optional<CodedHeader> jpeg_frame_header(std::string_view bytes) {
  for (std::size_t at = 2; at + 4 <= bytes.size();) {
    const int marker = big_endian(bytes, at, 2);
    if (marker < 0xFF01) return std::nullopt;
    if (marker == 0xFFFF) {  // a fill byte
      ++at;
      continue;
    }
    const bool frame =
        (marker >= 0xFFC0 && marker <= 0xFFCF && marker != 0xFFC4 && marker != 0xFFC8 && marker != 0xFFCC) ||
        marker == 0xFFF7;
    if (frame && at + 10 <= bytes.size())
      return CodedHeader{big_endian(bytes, at + 7, 2), big_endian(bytes, at + 5, 2),
                         big_endian(bytes, at + 9, 1), big_endian(bytes, at + 4, 1)};
    if (frame || marker == 0xFFDA) return std::nullopt;  // cut off; scans begin before a frame
    at += 2 + static_cast<std::size_t>(big_endian(bytes, at + 2, 2));
  }
  return std::nullopt;
}

// SIZ is the first segment of a JPEG 2000 code stream: sizes are differences of corners on its grid.
std::optional<CodedHeader> jpeg2000_header(std::string_view bytes) {
  if (bytes.size() < 45 || !bytes.starts_with("\xFF\x4F\xFF\x51")) return std::nullopt;
  if (big_endian(bytes, 43, 1) != 1 || big_endian(bytes, 44, 1) != 1) return std::nullopt;  // thinned out
  return CodedHeader{big_endian(bytes, 8, 4) - big_endian(bytes, 16, 4),
                     big_endian(bytes, 12, 4) - big_endian(bytes, 20, 4), big_endian(bytes, 40, 2),
                     (big_endian(bytes, 42, 1) & 0x7F) + 1};
}

class FrameDecoder {
 public:
  FrameDecoder(const DicomFile& dicom, std::string_view bytes, const std::string& name)
      : dicom_(dicom), bytes_(bytes), name_(name), syntax_(syntax_of(dicom, name)) {}

  cv::Mat1b decode(Reading reading) const {
    if (syntax_.coder == Coder::jpeg && expect_same_picture().bits == 8) {
      const cv::Mat1b grey = lossy_jpeg();
      return reading == Reading::mask ? above_half(grey) : grey;
    }
    const Reading now = syntax_.lossy ? Reading::grey : reading;
    const cv::Mat1b pixels = syntax_.coder == Coder::none  ? from_native(now)
                             : syntax_.coder == Coder::rle ? from_rle(now)
                                                           : from_gdcm(now);
    return syntax_.lossy && reading == Reading::mask ? above_half(pixels) : pixels;
  }

 private:
  [[noreturn]] void damaged(const std::string& what) const {
    throw Error(Exit::bad_data, "{}: damaged DICOM: {}: {}", name_, syntax_.name, what);
  }

  // A coded picture of another size than the file says would take memory that nobody allowed.
  CodedHeader expect_same_picture() const {
    const bool jpeg2000 = bytes_.starts_with("\xFF\x4F");
    const auto header = jpeg2000 ? jpeg2000_header(bytes_) : jpeg_frame_header(bytes_);
    if (!header || (!jpeg2000 && !bytes_.starts_with("\xFF\xD8"))) damaged("no picture");
    if (header->width != dicom_.size.width || header->height != dicom_.size.height)
      damaged(fmt::format("{} x {} px, but the file says {} x {}", header->width, header->height,
                          dicom_.size.width, dicom_.size.height));
    if (header->samples != dicom_.samples)
      damaged(fmt::format("{} samples a pixel, but the file says {}", header->samples, dicom_.samples));
    if (header->bits < 2 || header->bits > dicom_.bits_allocated)
      damaged(fmt::format("{} bits a sample, but the file says {}", header->bits, dicom_.bits_allocated));
    // Padding may follow the end marker. Some writers of JPEG 2000 leave theirs out.
    const std::size_t last = bytes_.find_last_not_of(std::string_view("\0\xFF", 2));
    if (!jpeg2000 && (last == std::string_view::npos || !bytes_.substr(0, last + 1).ends_with("\xFF\xD9")))
      throw Error(Exit::bad_data, "{}: is cut off ({} in DICOM)", name_, syntax_.name);
    return *header;
  }

  cv::Mat1b lossy_jpeg() const {
    if (dicom_.photometric == "PALETTE COLOR") damaged("indices of a palette");
    cv::Mat1b grey = decode_jpeg_grey({bytes_, name_}, dicom_.photometric == "RGB");
    if (dicom_.photometric == "MONOCHROME1") cv::bitwise_not(grey, grey);
    return grey;
  }

  cv::Mat1b from_gdcm(Reading reading) const {
    CodedFrame frame{bytes_,
                     syntax_.uid,
                     dicom_.photometric,
                     static_cast<unsigned>(dicom_.size.width),
                     static_cast<unsigned>(dicom_.size.height),
                     static_cast<std::uint16_t>(dicom_.samples),
                     static_cast<std::uint16_t>(dicom_.bits_allocated),
                     static_cast<std::uint16_t>(dicom_.bits_stored),
                     dicom_.is_signed};
    frame.bits_stored = static_cast<std::uint16_t>(expect_same_picture().bits);
    std::vector<char> samples;
    const CodecFailure failure = decode_with_gdcm(frame, samples);
    if (failure.code == Exit::bad_data) damaged(printable(failure.text));
    if (failure.code != Exit::ok) throw Error(failure.code, "{}: {}", name_, printable(failure.text));
    return from_samples(samples, reading);
  }

  cv::Mat1b from_rle(Reading reading) const {
    const auto samples = decode_dicom_rle(bytes_, width() * static_cast<std::size_t>(dicom_.size.height),
                                          channels(), static_cast<std::size_t>(dicom_.bits_allocated / 8));
    if (!samples) damaged("too short, or not what the file says");
    return from_samples(*samples, reading);
  }

  // Side by side, little-endian.
  cv::Mat1b from_samples(const std::vector<char>& samples, Reading reading) const {
    return convert(reading, [&](int x, int y, int channel) {
      const auto pixel = static_cast<std::size_t>(y) * width() + static_cast<std::size_t>(x);
      return sample(samples, pixel * channels() + static_cast<std::size_t>(channel), false);
    });
  }

  cv::Mat1b from_native(Reading reading) const {
    const std::size_t plane = width() * static_cast<std::size_t>(dicom_.size.height);
    const bool shared = dicom_.photometric == "YBR_FULL_422";  // two pixels share their colour
    return convert(reading, [&](int x, int y, int channel) {
      const auto column = static_cast<std::size_t>(x);
      const std::size_t pixel = static_cast<std::size_t>(y) * width() + column;
      std::size_t index = pixel * channels() + static_cast<std::size_t>(channel);
      if (shared)
        index = (pixel - column) * 2 + column / 2 * 4 + column % 2;  // brightness alone is asked for
      else if (dicom_.planes)
        index = plane * static_cast<std::size_t>(channel) + pixel;
      return sample(bytes_, index, dicom_.big_endian);
    });
  }

  std::size_t width() const { return static_cast<std::size_t>(dicom_.size.width); }
  std::size_t channels() const { return static_cast<std::size_t>(dicom_.samples); }

  // A sample's bits in use, signed ones moved up so that the least is 0.
  template <typename Bytes>
  std::uint32_t sample(const Bytes& bytes, std::size_t index, bool big_endian) const {
    std::uint32_t raw = 0;
    if (dicom_.bits_allocated == 8) {
      // Words of two samples are in the file's byte order as well.
      const std::size_t other = big_endian && dicom_.words ? index ^ 1U : index;
      raw = static_cast<unsigned char>(bytes[other < bytes.size() ? other : index]);
    } else {
      const std::uint32_t first = static_cast<unsigned char>(bytes[2 * index]);
      const std::uint32_t second = static_cast<unsigned char>(bytes[2 * index + 1]);
      raw = big_endian ? first << 8 | second : second << 8 | first;
    }
    const std::uint32_t value = raw >> (dicom_.high_bit + 1 - dicom_.bits_stored) & max();
    return dicom_.is_signed ? value ^ (1U << (dicom_.bits_stored - 1)) : value;
  }
  std::uint32_t max() const { return (1U << dicom_.bits_stored) - 1; }

  // `at(x, y, channel)` gives a sample.
  template <typename At>
  cv::Mat1b convert(Reading reading, const At& at) const {
    const bool colour = dicom_.photometric == "RGB" || dicom_.photometric.ends_with("CT");  // decoded to RGB
    const bool inverted = dicom_.photometric == "MONOCHROME1";
    const std::vector<std::uint8_t> palette =
        dicom_.photometric == "PALETTE COLOR" ? palette_values(reading) : std::vector<std::uint8_t>();
    cv::Mat1b pixels(dicom_.size.height, dicom_.size.width);
    for (int y = 0; y < pixels.rows; ++y)
      for (int x = 0; x < pixels.cols; ++x) {
        if (!palette.empty()) {
          pixels(y, x) = palette[palette_index(at(x, y, 0))];
          continue;
        }
        std::array<std::uint32_t, 3> value{at(x, y, 0), 0, 0};  // of YBR the brightness
        if (inverted) value[0] = max() - value[0];
        if (colour) value = {value[0], at(x, y, 1), at(x, y, 2)};
        pixels(y, x) = pixel_value(value.data(), colour ? Ink::rgb : Ink::grey, max(), reading);
      }
    return pixels;
  }

  // Values below the first of the table mean its first entry, those above the last one its last.
  std::size_t palette_index(std::uint32_t value) const {
    const std::uint32_t first = dicom_.palette_head[1];
    return std::min<std::size_t>(value < first ? 0 : value - first, dicom_.palette_head[0] - 1);
  }

  // The value of every entry. Levels of 16 bits count by their upper byte (65280 is as white as 65535).
  std::vector<std::uint8_t> palette_values(Reading reading) const {
    const std::size_t entries = dicom_.palette_head[0];
    const bool deep = dicom_.palette_head[2] == 16;
    std::vector<std::uint8_t> values(entries);
    for (std::size_t i = 0; i < entries; ++i) {
      std::array<std::uint32_t, 3> rgb{};
      for (std::size_t channel = 0; channel < 3; ++channel)
        rgb.at(channel) =
            palette_level(dicom_.palette.at(channel), i) >> (deep && reading == Reading::grey ? 8 : 0);
      values[i] = pixel_value(rgb.data(), Ink::rgb, 255, reading);
    }
    return values;
  }
  // An entry of 8 bits stands in a byte or in the lower one of two.
  std::uint32_t palette_level(std::string_view table, std::size_t entry) const {
    const auto byte = [&](std::size_t i) { return std::uint32_t{static_cast<unsigned char>(table[i])}; };
    if (table.size() < 2 * std::size_t{dicom_.palette_head[0]}) return byte(entry);
    const std::uint32_t first = byte(2 * entry);
    const std::uint32_t second = byte(2 * entry + 1);
    return dicom_.big_endian ? first << 8 | second : second << 8 | first;
  }

  const DicomFile& dicom_;
  std::string_view bytes_;
  const std::string& name_;
  const Syntax& syntax_;
};

}  // namespace

ImageHeader dicom_header(const Encoded& file) {
  const DicomFile dicom = read_dicom(file.bytes, file.name);
  syntax_of(dicom, file.name);
  return {dicom.size, 1};
}

cv::Mat1b decode_dicom(const Encoded& file, Reading reading) {
  const DicomFile dicom = read_dicom(file.bytes, file.name);
  if (!file.frame && dicom.frames > 1)
    throw Error(Exit::bad_data, "{}: has {} frames, and none is asked for ('frame' of a record does)",
                file.name, dicom.frames);
  const std::int64_t frame = file.frame.value_or(0);
  if (frame < 0 || frame >= dicom.frames)
    throw Error(Exit::bad_data, "{}: has no frame {}, only 0 to {}", file.name, frame, dicom.frames - 1);
  std::string joined;
  const std::string_view bytes = frame_bytes(dicom, frame, joined);
  return FrameDecoder(dicom, bytes, file.name).decode(reading);
}

}  // namespace tn
