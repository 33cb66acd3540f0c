// The ids seen so far, as 128-bit hashes.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace tn {

// A hash table with open addressing: 16 to 64 bytes an id, whatever its length. Two ids that differ are taken
// for one with a chance of about n^2 / 2^129.
class IdSet {
 public:
  bool insert(std::string_view id);  // false: it was there
  bool contains(std::string_view id) const;
  std::size_t size() const { return used_; }

 private:
  using Key = std::pair<std::uint64_t, std::uint64_t>;  // {0,0}: a free place
  static Key key_of(std::string_view id);
  bool place(Key key);
  void grow();

  std::vector<Key> table_;  // its size is a power of two
  std::size_t used_ = 0;
};

}  // namespace tn
