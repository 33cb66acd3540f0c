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

// Which of some keys or dotted paths no record has had so far: most likely misspelt.
class KeyWatch {
 public:
  explicit KeyWatch(std::vector<std::string> keys) : absent_(std::move(keys)) {}
  void note(const Record& record);
  void note_chosen() { any_chosen_ = true; }
  std::vector<std::string> absent() const;  // none before the first record
  bool any_chosen() const { return any_chosen_; }
  bool any_record() const { return any_record_; }

 private:
  std::vector<std::string> absent_;
  bool any_record_ = false;
  bool any_chosen_ = false;
};

// The keys of conditions that can hardly be meant where no record has them: all but those of KEY=null.
std::vector<std::string> watched_keys(const std::vector<Condition>& conditions);

struct Selection {
  std::vector<Condition> conditions;  // all must hold
  std::optional<std::int64_t> limit;  // at most so many of the records that match
  KeyWatch* watch = nullptr;          // told of each record looked at, by one thread at a time; the caller's
};

void check(const Selection& selection);  // throws Error(usage): a negative limit

// The records that match, in order, up to the limit.
std::vector<Record> selected(std::vector<Record> records, const Selection& selection);

bool matches(const Record& record, const std::vector<Condition>& conditions);
bool chosen(const Record& record, const Selection& selection);  // whatever the limit; tells the watch

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
