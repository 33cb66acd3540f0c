// One line on stderr that is redrawn: count, rate and time left.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
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

  // Things done before this process began: they count, but not for the rate.
  void begin_at(std::int64_t count);

  // The share of the work that is done, in [0,1], where the count does not tell it: the time left follows it.
  // Shown with the next advance().
  void set_share(double share);

 private:
  void draw(const std::string& detail);

  std::string program_;
  std::string unit_;
  std::int64_t total_;
  bool enabled_;
  std::optional<double> seconds_left(std::chrono::steady_clock::time_point now) const;

  std::int64_t done_ = 0;
  std::int64_t before_ = 0;  // of them done before
  struct Share {
    double share;
    std::chrono::steady_clock::time_point when;
  };
  std::optional<Share> first_share_;
  double share_ = 0;
  std::chrono::steady_clock::time_point start_;
  std::chrono::steady_clock::time_point drawn_;
};

// 75 -> "1:15", 3700 -> "1:01:40".
std::string clock_text(double seconds);

}  // namespace tn
