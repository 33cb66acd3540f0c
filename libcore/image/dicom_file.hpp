// What a DICOM file says of its pictures: how they are stored, and what an importer may know of them.
#pragma once

#include <array>
#include <cstdint>
#include <opencv2/core/types.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libcore/image/image_io.hpp"

namespace tn {

// A part of the picture that shows ultrasound (Sequence of Ultrasound Regions), inside the picture.
struct UltrasoundRegion {
  cv::Rect box;                                     // px
  std::optional<std::array<double, 2>> spacing_mm;  // [x,y] of a pixel; 2-D regions measured in cm alone
};

// Views into the file's bytes, which must live as long.
struct DicomFile {
  ImageSize size;
  std::int64_t frames = 1;
  std::string transfer_syntax;  // UID
  std::string photometric;      // MONOCHROME1, MONOCHROME2, PALETTE COLOR, RGB, YBR_...
  int samples = 1;              // a pixel: 1 or 3
  int bits_allocated = 8;       // a sample: 8 or 16
  int bits_stored = 8;          // of these in use
  int high_bit = 7;             // the uppermost of them
  bool is_signed = false;
  bool planes = false;  // R, G and B apart
  bool big_endian = false;
  bool words = false;  // native pixel data is written as 16-bit words, samples of 8 bits included

  std::string_view pixels;                      // native: of all frames
  std::vector<std::string_view> fragments;      // encapsulated: the offset table first
  std::array<std::string_view, 3> palette;      // red, green, blue: look-up tables
  std::array<std::uint32_t, 3> palette_head{};  // number of entries, value of the first, bits an entry

  std::vector<UltrasoundRegion> regions;
  std::optional<std::array<double, 2>> pixel_spacing_mm;  // [x,y], from PixelSpacing
  std::string patient_id;
  bool burned_in = false;  // BurnedInAnnotation is YES: names may be seen in the pixels

  bool native() const { return fragments.empty(); }
};

// Whether it is a DICOM file (PS3.10) at all, by its first bytes.
bool is_dicom(std::string_view bytes);

// Checks that what is stated agrees with itself and with the amount of pixel data, and that the file
// tells where each frame begins; reads no pixel. Throws Error(bad_data) "NAME: reason": cut off, damaged,
// without pixels, or of a kind that is not read.
DicomFile read_dicom(std::string_view bytes, const std::string& name);

// The spacing of all ultrasound regions that state one, if they agree; otherwise PixelSpacing; or nothing.
// `contradicting`: the regions do not agree.
struct DicomSpacing {
  std::optional<std::array<double, 2>> mm;
  bool contradicting = false;
};
DicomSpacing spacing_of(const DicomFile& file);

// The coded bytes of one of the frames (0 up). Encapsulated pixel data in several fragments is joined in
// `joined`, which the result may be a view of.
std::string_view frame_bytes(const DicomFile& file, std::int64_t frame, std::string& joined);

}  // namespace tn
