// Fixture files and small images written as lists.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <initializer_list>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

#include "libcore/base/error.hpp"

namespace tn {

inline std::string fixture(const std::string& name) {
  return std::string(TN_FIXTURES) + "/image/" + name;
}

// Rows of equal length.
inline cv::Mat1b grey(std::initializer_list<std::initializer_list<int>> rows) {
  cv::Mat1b image(static_cast<int>(rows.size()), static_cast<int>(rows.begin()->size()));
  int y = 0;
  for (const auto& row : rows) {
    int x = 0;
    for (const int value : row) image(y, x++) = static_cast<std::uint8_t>(value);
    ++y;
  }
  return image;
}

inline std::vector<std::vector<int>> values(const cv::Mat1b& image) {
  std::vector<std::vector<int>> rows;
  for (int y = 0; y < image.rows; ++y) rows.emplace_back(image[y], image[y] + image.cols);
  return rows;
}

#define EXPECT_SAME_IMAGE(a, b) EXPECT_EQ(::tn::values(a), ::tn::values(b))

// "CODE: text" of the Error that the call throws, without the fixture folder; "no error" if it throws none.
inline std::string error_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    std::string text = error.what();
    const std::string folder = std::string(TN_FIXTURES) + "/image/";
    if (text.starts_with(folder)) text.erase(0, folder.size());
    return fmt::format("{}: {}", static_cast<int>(error.exit_code()), text);
  }
  return "no error";
}

}  // namespace tn
