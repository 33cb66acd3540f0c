// Numbers that were joined in pairs: which of them hang together.
#pragma once

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <vector>

namespace tn {

// 0 to count - 1, each a set of its own at first. A set's leader is its first number.
class Joined {
 public:
  explicit Joined(std::size_t count) : leader_(count) {
    std::iota(leader_.begin(), leader_.end(), std::size_t{0});
  }
  std::size_t leader(std::size_t i) {
    while (leader_[i] != i) i = leader_[i] = leader_[leader_[i]];
    return i;
  }
  void join(std::size_t a, std::size_t b) {
    const std::size_t first = std::min(leader(a), leader(b));
    leader_[std::max(leader(a), leader(b))] = first;
  }

 private:
  std::vector<std::size_t> leader_;
};

}  // namespace tn
