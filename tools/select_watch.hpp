// --select with a key that no record has is told of, in all tools the same way.
#pragma once

#include <fmt/format.h>

#include <exception>
#include <string>
#include <vector>

#include "libcore/base/log.hpp"
#include "libcore/data/select.hpp"

namespace tn {

// Watches what is chosen by the selection, whose `watch` it is, and warns at the end of its scope of each key
// that --select names and no record had, if a record was read. Where an exception ends the scope, records may
// not have been read: then it warns only if none was chosen, for which the key may be the cause. Throws
// nothing. The selection outlives it; copies made of the selection meanwhile choose nothing after its end.
class SelectWatch {
 public:
  SelectWatch(Selection& selection, const Log& log)
      : selection_(selection), keys_(watched_keys(selection.conditions)), log_(log) {
    selection_.watch = &keys_;
  }
  ~SelectWatch() {
    selection_.watch = nullptr;
    if (std::uncaught_exceptions() > exceptions_ && keys_.any_chosen()) return;
    try {
      for (const std::string& key : keys_.absent())
        log_.warning(fmt::format("--select: no record read has the key '{}'", key));
    } catch (...) {  // out of memory: a warning is lost, and no error on its way
    }
  }
  bool any_record() const { return keys_.any_record(); }
  std::vector<std::string> absent() const { return keys_.absent(); }
  SelectWatch(const SelectWatch&) = delete;
  SelectWatch& operator=(const SelectWatch&) = delete;

 private:
  Selection& selection_;
  KeyWatch keys_;
  const Log& log_;
  int exceptions_ = std::uncaught_exceptions();
};

}  // namespace tn
