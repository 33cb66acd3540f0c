// The data elements of a DICOM file (PS3.10) in memory, strictly read: every length is checked against the
// file before anything is taken for it. For libcore/image alone.
//
// GDCM's own reader is not used for this: it allocates what a length field claims, and takes a file that was
// cut off for whole.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "libcore/image/decode.hpp"

namespace tn {

// Group in the upper 16 bits, element in the lower.
using DicomTag = std::uint32_t;

// Elements of one data set or item that were asked for. Views into the file's bytes.
struct DicomElements {
  std::map<DicomTag, std::string_view> values;
  std::map<DicomTag, std::vector<DicomElements>> sequences;
  std::vector<std::string_view> fragments;  // of encapsulated pixel data, the offset table first
  bool big_endian = false;
  bool pixel_words = false;  // pixel data is of the kind OW

  bool has(DicomTag tag) const { return values.contains(tag); }

  // Text without the padding at its ends; "" if absent or empty. One of several values by its place.
  std::string text(DicomTag tag) const;
  std::string text(DicomTag tag, std::size_t place) const;

  // Nothing if absent, or too short for one number of the type at this place.
  std::optional<std::uint32_t> number16(DicomTag tag, std::size_t place = 0) const;  // US
  std::optional<std::uint32_t> number32(DicomTag tag) const;                         // UL
  std::optional<double> number64(DicomTag tag) const;                                // FD
  std::optional<double> decimal(DicomTag tag, std::size_t place) const;              // DS
};

struct DicomDataSet {
  std::string transfer_syntax;  // its UID
  DicomElements elements;
};

constexpr DicomTag kDicomPixelData = 0x7FE00010;
constexpr std::size_t kDicomPreamble = 128;  // bytes of anything before "DICM"

// Reads up to the end of the pixel data and keeps the elements of these tags, and the pixel data. Sequences
// are kept with the wanted elements of their items. Throws Error(bad_data): cut off, damaged, or of a
// transfer syntax that hides its elements (deflated).
DicomDataSet read_dicom_elements(const Encoded& file, std::span<const DicomTag> wanted);

}  // namespace tn
