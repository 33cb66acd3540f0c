// --select KEY=VALUE and --limit N: which records go on.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "libcore/data/record.hpp"

namespace tn {

// A record's value at a key or dotted path as text: a string's own characters, another value as JSON. Nothing
// if absent or null.
std::optional<std::string> value_text(const Record& record, const std::string& key);

// One condition. KEY is a key or dotted path; VALUE is compared with the value's text, "null" with absent or
// null.
struct Condition {
  std::string key;
  std::string value;
  bool equal = true;  // false: KEY!=VALUE
};

// "split=test", "label!=null". Throws Error(usage) for text without '='.
Condition parse_condition(const std::string& text);

struct Selection {
  std::vector<Condition> conditions;  // all must hold
  std::optional<std::int64_t> limit;  // at most so many of the records that match
};

void check(const Selection& selection);  // throws Error(usage): a negative limit

// The records that match, in order, up to the limit.
std::vector<Record> selected(std::vector<Record> records, const Selection& selection);

bool matches(const Record& record, const std::vector<Condition>& conditions);

// Chooses among records as they come.
class Selector {
 public:
  explicit Selector(Selection selection) : selection_(std::move(selection)) {}
  bool full() const {
    return selection_.limit && taken_ >= *selection_.limit;
  }                                 // no further record is wanted
  bool take(const Record& record);  // whether it matches; then it counts
  std::int64_t taken() const { return taken_; }

 private:
  Selection selection_;
  std::int64_t taken_ = 0;
};

}  // namespace tn
