#include "libcore/data/id_set.hpp"

#include "libcore/base/hash.hpp"

namespace tn {

bool IdSet::insert(std::string_view id) {
  if ((used_ + 1) * 4 > table_.size() * 3) grow();
  if (!place(key_of(id))) return false;
  ++used_;
  return true;
}

bool IdSet::contains(std::string_view id) const {
  if (table_.empty()) return false;
  const Key key = key_of(id);
  const std::size_t mask = table_.size() - 1;
  for (std::size_t at = key.first & mask;; at = (at + 1) & mask) {
    if (table_[at] == key) return true;
    if (table_[at] == Key{}) return false;
  }
}

IdSet::Key IdSet::key_of(std::string_view id) {
  const Key key{hash64(id, 1), hash64(id, 2)};
  return key == Key{} ? Key{0, 1} : key;
}

bool IdSet::place(Key key) {
  const std::size_t mask = table_.size() - 1;
  for (std::size_t at = key.first & mask;; at = (at + 1) & mask) {
    if (table_[at] == key) return false;
    if (table_[at] != Key{}) continue;
    table_[at] = key;
    return true;
  }
}

void IdSet::grow() {
  std::vector<Key> old(table_.empty() ? 64 : table_.size() * 2);
  old.swap(table_);
  for (const Key& key : old)
    if (key != Key{}) place(key);
}

}  // namespace tn
