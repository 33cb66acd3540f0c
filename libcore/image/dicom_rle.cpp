#include "libcore/image/dicom_rle.hpp"

#include <algorithm>
#include <cstdint>

namespace tn {
namespace {

constexpr std::size_t kHead = 64;  // bytes: the number of segments and the offsets of 15

std::size_t head_number(std::string_view frame, std::size_t place) {
  std::uint32_t value = 0;
  for (std::size_t i = 4; i-- > 0;) value = value << 8 | static_cast<unsigned char>(frame[4 * place + i]);
  return value;
}

// Unpacks `count` bytes, `step` apart from `first`. False if the segment ends before.
bool unpack(std::string_view segment, std::size_t count, std::size_t first, std::size_t step,
            std::vector<char>& out) {
  std::size_t done = 0;
  for (std::size_t at = 0; done < count;) {
    if (at >= segment.size()) return false;
    const auto code = static_cast<unsigned char>(segment[at++]);
    if (code == 128) continue;
    const bool literal = code < 128;
    const std::size_t run = literal ? code + 1U : 257U - code;
    const std::size_t taken = std::min(run, count - done);
    if (segment.size() - at < (literal ? taken : 1)) return false;
    for (std::size_t i = 0; i < taken; ++i, ++done)
      out[first + done * step] = segment[at + (literal ? i : 0)];
    at += literal ? run : 1;
  }
  return true;
}

}  // namespace

std::optional<std::vector<char>> decode_dicom_rle(std::string_view frame, std::size_t pixels,
                                                  std::size_t samples, std::size_t bytes) {
  const std::size_t planes = samples * bytes;
  if (frame.size() < kHead || head_number(frame, 0) != planes || planes > 15) return std::nullopt;
  std::vector<char> out(pixels * planes);
  for (std::size_t plane = 0; plane < planes; ++plane) {
    const std::size_t start = head_number(frame, plane + 1);
    const std::size_t end = plane + 1 < planes ? head_number(frame, plane + 2) : frame.size();
    if (start < kHead || start > end || end > frame.size()) return std::nullopt;
    const std::size_t place =
        plane / bytes * bytes + (bytes - 1 - plane % bytes);  // the upper byte comes first
    if (!unpack(frame.substr(start, end - start), pixels, place, planes, out)) return std::nullopt;
  }
  return out;
}

}  // namespace tn
