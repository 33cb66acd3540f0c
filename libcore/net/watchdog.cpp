#include "libcore/net/watchdog.hpp"

#include <algorithm>
#include <utility>

namespace tn {
namespace {

constexpr std::chrono::duration<double> kLongest = std::chrono::hours(24 * 3650);  // still fits a time point

}  // namespace

Watchdog::Watchdog(std::chrono::duration<double> limit, std::function<void()> stranded)
    : limit_(std::chrono::duration_cast<Clock::duration>(std::min(limit, kLongest))),
      stranded_(std::move(stranded)),
      thread_([this](const std::stop_token& end) { watch(end); }) {}

void Watchdog::alive() {
  const std::lock_guard lock(mutex_);
  const bool begins = !since_;
  since_ = Clock::now();
  if (begins) begun_.notify_all();
}

void Watchdog::done() {
  const std::lock_guard lock(mutex_);
  since_.reset();
}

// Wakes when something begins and when the limit of what it knew of is over.
void Watchdog::watch(const std::stop_token& end) {
  std::unique_lock lock(mutex_);
  while (begun_.wait(lock, end, [this] { return since_.has_value(); })) {
    const Clock::time_point due = *since_ + limit_;
    begun_.wait_until(lock, end, due, [due] { return Clock::now() >= due; });
    if (end.stop_requested()) return;
    if (!since_ || Clock::now() < *since_ + limit_) continue;
    lock.unlock();
    return stranded_();
  }
}

}  // namespace tn
