// Several processes of a training as threads of one test.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <variant>
#include <vector>

#include "libcore/net/collectives.hpp"

namespace tn::test {

class LocalProcesses {
 public:
  explicit LocalProcesses(int size) : size_(size) {}

  // Runs `work` once a process, each on a thread of its own; until all have ended.
  void run(const std::function<void(Collectives&)>& work) {
    std::vector<std::jthread> threads;
    for (int rank = 0; rank < size_; ++rank)
      threads.emplace_back([this, rank, &work] {
        Process process(*this, rank);
        work(process);
      });
  }

 private:
  using Values = std::variant<std::span<float>, std::span<double>>;

  class Process : public Collectives {
   public:
    Process(LocalProcesses& all, int rank) : all_(all), rank_(rank) {}
    int rank() const noexcept override { return rank_; }
    int size() const noexcept override { return all_.size_; }
    double timeout_s() const noexcept override { return 60; }
    std::uint64_t start_sum(std::span<float> values) noexcept override { return all_.start(next_++, values); }
    std::uint64_t start_sum(std::span<double> values) noexcept override {
      return all_.start(next_++, values);
    }
    CollectiveFailure wait(std::uint64_t sum) noexcept override {
      all_.wait(sum);
      return {};
    }

   private:
    LocalProcesses& all_;
    int rank_;
    std::uint64_t next_ = 0;
  };

  template <typename T>
  static void add(std::vector<Values>& parts) {
    const auto first = std::get<std::span<T>>(parts.front());
    for (std::size_t i = 0; i < first.size(); ++i) {
      T sum = 0;
      for (const Values& part : parts) sum += std::get<std::span<T>>(part)[i];
      for (const Values& part : parts) std::get<std::span<T>>(part)[i] = sum;
    }
  }

  std::uint64_t start(std::uint64_t sum, Values values) {
    const std::lock_guard lock(mutex_);
    std::vector<Values>& parts = parts_[sum];
    parts.push_back(values);
    if (parts.size() == static_cast<std::size_t>(size_)) {
      std::holds_alternative<std::span<float>>(values) ? add<float>(parts) : add<double>(parts);
      done_ = std::max(done_, sum + 1);
      changed_.notify_all();
    }
    return sum;
  }

  void wait(std::uint64_t sum) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return done_ > sum; });
  }

  int size_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::uint64_t, std::vector<Values>> parts_;
  std::uint64_t done_ = 0;
};

}  // namespace tn::test
