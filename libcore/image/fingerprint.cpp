#include "libcore/image/fingerprint.hpp"

#include <fmt/format.h>

#include <bit>
#include <charconv>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <string>
#include <string_view>

#include "libcore/base/hash.hpp"
#include "libcore/image/alignment.hpp"

namespace tn {
namespace {

constexpr int kThumbnail = 96;
constexpr int kCoarse = 24;
constexpr int kSpectrum = 32;
constexpr int kLowest = 3;  // row + column of the first coefficient: detail has nothing slower

std::array<std::uint64_t, 2> pixel_hash(const cv::Mat1b& picture) {
  Sha256 hash;
  hash.update(fmt::format("{}x{}\n", picture.cols, picture.rows));
  for (int y = 0; y < picture.rows; ++y)
    hash.update({reinterpret_cast<const char*>(picture[y]), static_cast<std::size_t>(picture.cols)});
  const std::string hex = hash.hex();
  std::array<std::uint64_t, 2> words{};
  std::from_chars(hex.data(), hex.data() + 16, words[0], 16);
  std::from_chars(hex.data() + 16, hex.data() + 32, words[1], 16);
  return words;
}

struct Frequency {
  int row;
  int column;
};

// The 128 slowest ones from kLowest on, diagonal by diagonal.
std::array<Frequency, 128> frequencies() {
  std::array<Frequency, 128> all{};
  std::size_t count = 0;
  for (int sum = kLowest; count < all.size(); ++sum)
    for (int row = 0; row <= sum && count < all.size(); ++row) all.at(count++) = {row, sum - row};
  return all;
}

cv::Mat1f shrunk(const cv::Mat& picture, int side) {
  cv::Mat1f as_float;
  picture.convertTo(as_float, CV_32F);
  cv::Mat1f small;
  cv::resize(as_float, small, {side, side}, 0, 0, cv::INTER_AREA);
  return small;
}

Signs signs_of(const cv::Mat1f& picture) {
  cv::Mat1f spectrum;
  cv::dct(picture, spectrum);
  Signs signs{};
  const std::array<Frequency, 128> all = frequencies();
  for (std::size_t i = 0; i < all.size(); ++i)
    if (spectrum(all.at(i).row, all.at(i).column) > 0) signs.at(i / 64) |= std::uint64_t{1} << (i % 64);
  return signs;
}

// The signs that change when the picture is mirrored: those of odd frequencies along that axis.
Signs odd(bool columns) {
  Signs mask{};
  const std::array<Frequency, 128> all = frequencies();
  for (std::size_t i = 0; i < all.size(); ++i)
    if ((columns ? all.at(i).column : all.at(i).row) % 2 == 1)
      mask.at(i / 64) |= std::uint64_t{1} << (i % 64);
  return mask;
}

}  // namespace

Fingerprint fingerprint(const cv::Mat1b& picture) {
  Fingerprint print;
  print.pixels = pixel_hash(picture);
  cv::Mat1b thumbnail;
  cv::resize(picture, thumbnail, {kThumbnail, kThumbnail}, 0, 0, cv::INTER_AREA);
  cv::Mat1f coarse = detail(shrunk(thumbnail, kCoarse));
  coarse -= cv::mean(coarse)[0];
  const double norm = cv::norm(coarse);
  if (norm <= 0) return print;
  print.coarse = coarse / norm;
  print.signs = signs_of(detail(shrunk(thumbnail, kSpectrum)));
  print.thumbnail = thumbnail;
  return print;
}

Signs flipped(const Signs& signs, Flip flip) {
  static const Signs columns = odd(true);
  static const Signs rows = odd(false);
  Signs result = signs;
  for (std::size_t i = 0; i < result.size(); ++i) {
    if (flip == Flip::left_right || flip == Flip::both) result.at(i) ^= columns.at(i);
    if (flip == Flip::top_bottom || flip == Flip::both) result.at(i) ^= rows.at(i);
  }
  return result;
}

cv::Mat flipped(const cv::Mat& picture, Flip flip) {
  if (flip == Flip::none) return picture;
  cv::Mat turned;
  cv::flip(picture, turned, flip == Flip::left_right ? 1 : flip == Flip::top_bottom ? 0 : -1);
  return turned;
}

int distance(const Signs& a, const Signs& b) {
  return std::popcount(a[0] ^ b[0]) + std::popcount(a[1] ^ b[1]);
}

}  // namespace tn
