// --select with a key that no record has is told of, in all tools the same way.
#pragma once

#include <fmt/format.h>

#include <exception>
#include <vector>

#include "libcore/base/log.hpp"
#include "libcore/data/select.hpp"

namespace tn {

// Warns at the end of its scope of each key that --select names and no record had, if a record was read.
// Where an exception ends the scope, records may not have been read: then it warns only if none was chosen,
// for which the key may be the cause. Throws nothing.
class SelectWatch {
 public:
  SelectWatch(const std::vector<Condition>& conditions, const Log& log)
      : keys_(watched_keys(conditions)), log_(log) {}
  ~SelectWatch() {
    if (std::uncaught_exceptions() > exceptions_ && keys_.any_chosen()) return;
    try {
      for (const std::string& key : keys_.absent())
        log_.warning(fmt::format("--select: no record read has the key '{}'", key));
    } catch (...) {  // out of memory: a warning is lost, and no error on its way
    }
  }
  SelectWatch(const SelectWatch&) = delete;
  SelectWatch& operator=(const SelectWatch&) = delete;

  KeyWatch* keys() { return &keys_; }  // for Selection::watch

 private:
  KeyWatch keys_;
  const Log& log_;
  int exceptions_ = std::uncaught_exceptions();
};

}  // namespace tn
