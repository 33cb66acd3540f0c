// --select with a key that no record has is told of, in all tools the same way.
#pragma once

#include <fmt/format.h>

#include <vector>

#include "libcore/base/log.hpp"
#include "libcore/data/select.hpp"

namespace tn {

// Warns at the end of its scope of each key that --select names and no record had, if a record was read.
class SelectWatch {
 public:
  SelectWatch(const std::vector<Condition>& conditions, const Log& log)
      : keys_(watched_keys(conditions)), log_(log) {}
  ~SelectWatch() {
    for (const std::string& key : keys_.absent())
      log_.warning(fmt::format("--select: no record read has the key '{}'", key));
  }
  SelectWatch(const SelectWatch&) = delete;
  SelectWatch& operator=(const SelectWatch&) = delete;

  KeyWatch* keys() { return &keys_; }  // for Selection::watch

 private:
  KeyWatch keys_;
  const Log& log_;
};

}  // namespace tn
