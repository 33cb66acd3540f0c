#include "libcore/image/npy.hpp"

#include <fmt/format.h>

#include <bit>
#include <string_view>

namespace tn {

static_assert(std::endian::native == std::endian::little, "the values are written as they lie in memory");

std::string encode_npy(const cv::Mat1f& values) {
  constexpr std::string_view kMagic("\x93NUMPY\x01\x00", 8);
  constexpr std::size_t kAlignment = 64;  // of the values
  std::string header = fmt::format("{{'descr': '<f4', 'fortran_order': False, 'shape': ({}, {}), }}",
                                   values.rows, values.cols);
  const std::size_t before = kMagic.size() + 2;
  while ((before + header.size() + 1) % kAlignment != 0) header += ' ';
  header += '\n';
  std::string file(kMagic);
  file += static_cast<char>(header.size() & 0xFF);
  file += static_cast<char>(header.size() >> 8);
  file += header;
  for (int y = 0; y < values.rows; ++y)
    file.append(reinterpret_cast<const char*>(values[y]),
                static_cast<std::size_t>(values.cols) * sizeof(float));
  return file;
}

}  // namespace tn
