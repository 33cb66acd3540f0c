// RLE of DICOM (PS3.5, annex G): byte planes packed like TIFF's PackBits. Not left to GDCM, which crashes on
// damaged ones. For libcore/image alone.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace tn {

// `pixels` x samples x bytes a sample, side by side, little-endian; nothing if the frame is damaged.
std::optional<std::vector<char>> decode_dicom_rle(std::string_view frame, std::size_t pixels,
                                                  std::size_t samples, std::size_t bytes);

}  // namespace tn
