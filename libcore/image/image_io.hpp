// Image files in, grey levels out; PNG files out. One file a format behind one load_grey.
#pragma once

#include <cstdint>
#include <opencv2/core/mat.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace tn {

// What makes a JPEG file an error, from the least to the most; what one word names, those after it name too.
// none: only what leaves no picture. truncated: a missing end. error: damage within. warning: whatever
// libjpeg remarks. Other formats go by `error` always: they have no way to go on.
enum class FailOn { none, truncated, error, warning };

struct DecodeLimits {
  std::int64_t max_pixels = 100'000'000;  // checked before any pixel memory is taken
  FailOn fail_on = FailOn::error;
  std::string* tolerated = nullptr;  // gets what fail_on let pass; the caller's
};

// In pixels.
struct ImageSize {
  int width = 0;
  int height = 0;
  friend bool operator==(const ImageSize&, const ImageSize&) = default;
};

// Decodes PNG, JPEG, BMP, TIFF, PNM or DICOM by content, never by suffix, to 8-bit grey:
// colour by ITU-R BT.601 luma (0.299 R + 0.587 G + 0.114 B, rounded), 16 bit by division by 257 (rounded),
// palette looked up, alpha dropped (not blended), CMYK by (255-C)(255-K)/255 and so on. EXIF orientation is
// applied.
// DICOM: stored values of N bits by 255/(2^N-1) (rounded), signed ones moved up by 2^(N-1), MONOCHROME1
// inverted, of YBR the brightness Y; windows, rescaling and overlays are not applied. A file of several
// frames needs `frame` (from 0); other formats have no use for it. Throws Error "PATH: reason": no_input if
// it cannot be opened; bad_data if it is no image of these formats, is cut off, damaged (see FailOn), or
// larger than the limit. Owns its memory.
cv::Mat1b load_grey(const std::string& path, const DecodeLimits& limits = {});
cv::Mat1b decode_grey(std::string_view bytes, const std::string& name, const DecodeLimits& limits = {},
                      std::optional<std::int64_t> frame = std::nullopt);

// {0,255}: 255 where a pixel is not black, so that the smallest value of any channel counts (1 of 65535, an
// index whose palette colour is dark blue). JPEG is not exact around edges: there a pixel counts when it is
// above half of the brightest. Alpha does not count. Throws like load_grey.
cv::Mat1b decode_mask(std::string_view bytes, const std::string& name, const DecodeLimits& limits = {});

// The size that load_grey would give (after orientation), from the file's header: no pixel is decoded. Throws
// like load_grey.
ImageSize image_size(const std::string& path, const DecodeLimits& limits = {});
ImageSize encoded_size(std::string_view bytes, const std::string& name, const DecodeLimits& limits = {});

// Grey [0,255], BGR, or grey of 16 bits as PNG bytes. compression: 0 (none) to 9 (smallest). note: Latin-1
// text that the file carries under the keyword "tn"; empty: none.
std::string encode_png(const cv::Mat& image, int compression = 1, std::string_view note = {});

// The note from the first bytes of a file that encode_png made; empty if there is none, or not all of it.
std::string_view png_note(std::string_view start);

// A PNG at `path`, whole or not at all. Parent folders must exist. Throws Error(cannot_create | io).
void save_png(const std::string& path, const cv::Mat& image, bool force, int compression = 1);

}  // namespace tn
