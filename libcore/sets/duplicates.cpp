#include "libcore/sets/duplicates.hpp"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <span>

#include "libcore/base/error.hpp"
#include "libcore/base/text.hpp"
#include "libcore/data/json_text.hpp"
#include "libcore/data/select.hpp"
#include "libcore/image/image_io.hpp"
#include "libcore/image/record_image.hpp"
#include "libcore/sets/joined.hpp"
#include "libcore/sets/measure.hpp"

namespace tn {
namespace {

const char* name_of(Likeness likeness) {
  switch (likeness) {
    case Likeness::exact:
      return "exact";
    case Likeness::near:
      return "near";
    case Likeness::mirrored:
      return "mirrored";
  }
  return "";
}

const char* name_of(Flip flip) {
  switch (flip) {
    case Flip::none:
      return "none";
    case Flip::left_right:
      return "left-right";
    case Flip::top_bottom:
      return "top-bottom";
    case Flip::both:
      return "both";
  }
  return "";
}

// How much a record tells of its picture.
int worth(const Record& record) {
  return (record.is_null("mask") && record.is_null("regions") ? 0 : 1) + (record.is_null("label") ? 0 : 1);
}

}  // namespace

LookAlikes look_alikes_of(std::vector<std::optional<Fingerprint>> prints, int jobs, const Tick& tick) {
  std::vector<std::size_t> number;  // of the record of each fingerprint that there is
  std::vector<Fingerprint> read;
  for (std::size_t i = 0; i < prints.size(); ++i) {
    if (!prints[i]) continue;
    number.push_back(i);
    read.push_back(std::move(*prints[i]));
  }
  LookAlikes found = find_look_alikes(read, jobs, tick);
  for (LookAlike& pair : found.pairs) {
    pair.first = number[pair.first];
    pair.second = number[pair.second];
  }
  return found;
}

Duplicates find_duplicates(std::vector<Record>& records, const std::string& root, int jobs,
                           const Tick& tick) {
  Duplicates duplicates;
  std::vector<std::optional<Fingerprint>> prints(records.size());
  duplicates.failures = for_each_good(
      records, jobs, tick, [&](std::size_t i) { prints[i] = fingerprint(load_image(records[i], root)); });
  duplicates.found = look_alikes_of(std::move(prints), jobs, tick);
  return duplicates;
}

std::string duplicate_line(const std::vector<Record>& records, const LookAlike& pair) {
  return fmt::format(
      R"({{"pair":[{},{}],"kind":"{}"{},"score":{:.3f},"doubtful":{}}})",
      json_quoted(records[pair.first].id()), json_quoted(records[pair.second].id()), name_of(pair.likeness),
      pair.likeness == Likeness::mirrored ? fmt::format(R"(,"flip":"{}")", name_of(pair.flip)) : "",
      pair.score, pair.doubtful);
}

std::size_t group_duplicates(std::vector<Record>& records, const std::vector<LookAlike>& pairs,
                             const std::optional<std::string>& key) {
  Joined joined(records.size());
  for (const LookAlike& pair : pairs) joined.join(pair.first, pair.second);
  std::map<std::string, std::size_t> holder;  // of each value, the first record
  std::vector<std::optional<std::string>> values;
  std::size_t without = 0;
  for (std::size_t i = 0; i < records.size(); ++i) {
    values.push_back(value_text(records[i], key.value_or("group")));
    if (values.back())
      joined.join(holder.emplace(*values.back(), i).first->second, i);
    else
      ++without;
  }
  if (key && holder.empty() && !records.empty())
    throw Error(Exit::bad_data, "--group: no record has the key '{}'", printable(*key));
  std::map<std::size_t, std::string> name;  // of each set, by its leader
  for (const auto& [value, i] : holder) name.emplace(joined.leader(i), value);
  for (std::size_t i = 0; i < records.size(); ++i) {
    const std::size_t leader = joined.leader(i);
    auto [at, fresh] = name.emplace(leader, "");
    if (fresh) {
      at->second = records[leader].id();
      while (!holder.emplace(at->second, i).second) at->second += '+';  // a patient may be called so
    }
    records[i].set("group", at->second);
  }
  return without;
}

std::vector<Dropped> drop_duplicates(std::vector<Record>& records, const std::vector<LookAlike>& pairs) {
  Joined joined(records.size());
  for (const LookAlike& pair : pairs)
    if (!pair.doubtful) joined.join(pair.first, pair.second);
  std::map<std::size_t, std::size_t> kept;  // of each set, by its leader
  for (std::size_t i = 0; i < records.size(); ++i) {
    const auto [at, fresh] = kept.emplace(joined.leader(i), i);
    if (!fresh && worth(records[i]) > worth(records[at->second])) at->second = i;
  }
  std::vector<Dropped> dropped;
  std::vector<Record> rest;
  for (std::size_t i = 0; i < records.size(); ++i) {
    const std::size_t keep = kept.at(joined.leader(i));
    if (keep != i) dropped.push_back({records[i].id(), records[keep].id()});
  }
  for (std::size_t i = 0; i < records.size(); ++i)
    if (kept.at(joined.leader(i)) == i) rest.push_back(std::move(records[i]));
  records = std::move(rest);
  return dropped;
}

}  // namespace tn
