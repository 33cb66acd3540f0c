#include "libcore/image/rle.hpp"

#include <cstdint>
#include <opencv2/core.hpp>
#include <vector>

#include "libcore/base/error.hpp"

namespace tn {
namespace {

constexpr char kFirst = '0';  // of the 64 characters
constexpr int kBits = 5;
constexpr std::int64_t kMore = 0x20, kSign = 0x10;

void append(std::string& text, std::int64_t value) {
  bool more = true;
  while (more) {
    std::int64_t group = value & (kMore - 1);
    value >>= kBits;
    more = (group & kSign) != 0 ? value != -1 : value != 0;
    if (more) group |= kMore;
    text += static_cast<char>(kFirst + group);
  }
}

// Takes the next number off `text`.
std::int64_t next(std::string_view& text) {
  std::int64_t value = 0;
  for (int shift = 0; shift < 60; shift += kBits) {
    if (text.empty()) break;
    const std::int64_t group = text.front() - kFirst;
    text.remove_prefix(1);
    if (group < 0 || group > 63) break;
    value |= (group & (kMore - 1)) << shift;
    if ((group & kMore) != 0) continue;
    if ((group & kSign) != 0) value |= -(std::int64_t{1} << (shift + kBits));
    return value;
  }
  throw Error(Exit::bad_data, "run lengths are damaged");
}

}  // namespace

std::string coco_rle(const cv::Mat1b& mask) {
  std::vector<std::int64_t> runs;
  bool lit = false;
  std::int64_t length = 0;
  for (int x = 0; x < mask.cols; ++x) {
    for (int y = 0; y < mask.rows; ++y) {
      if ((mask(y, x) != 0) != lit) {
        runs.push_back(length);
        length = 0;
        lit = !lit;
      }
      ++length;
    }
  }
  runs.push_back(length);
  std::string text;
  for (std::size_t i = 0; i < runs.size(); ++i) append(text, i > 2 ? runs[i] - runs[i - 2] : runs[i]);
  return text;
}

cv::Mat1b from_coco_rle(std::string_view counts, int rows, int columns) {
  cv::Mat1b mask(rows, columns, std::uint8_t{0});
  const std::int64_t pixels = std::int64_t{rows} * columns;
  std::vector<std::int64_t> runs;
  std::int64_t at = 0;
  while (!counts.empty()) {
    std::int64_t run = next(counts);
    if (runs.size() > 2) run += runs[runs.size() - 2];
    if (run < 0 || run > pixels - at) throw Error(Exit::bad_data, "run lengths are longer than the mask");
    if (runs.size() % 2 == 1)
      for (std::int64_t i = at; i < at + run; ++i)
        mask(static_cast<int>(i % rows), static_cast<int>(i / rows)) = 255;
    at += run;
    runs.push_back(run);
  }
  if (at != pixels) throw Error(Exit::bad_data, "run lengths are shorter than the mask");
  return mask;
}

}  // namespace tn
