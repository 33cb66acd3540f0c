// One line on stderr that is redrawn: count, rate and time left.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace tn {

// Draws at most ten times a second; silent unless enabled. Not thread-safe: one thread reports.
class Progress {
 public:
  // `total` 0: unknown, no time left is shown. `unit` is the thing counted, in the plural: "images".
  Progress(std::string program, std::string unit, std::int64_t total, bool enabled);
  ~Progress();  // clears the line
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void advance(std::int64_t count = 1, const std::string& detail = "");

 private:
  void draw(const std::string& detail);

  std::string program_;
  std::string unit_;
  std::int64_t total_;
  bool enabled_;
  std::int64_t done_ = 0;
  std::chrono::steady_clock::time_point start_;
  std::chrono::steady_clock::time_point drawn_;
};

// 75 -> "1:15", 3700 -> "1:01:40".
std::string clock_text(double seconds);

}  // namespace tn
