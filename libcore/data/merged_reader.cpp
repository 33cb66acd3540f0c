#include "libcore/data/merged_reader.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "libcore/base/error.hpp"
#include "libcore/base/text.hpp"

namespace tn {
namespace {

// "[1]" and "[2, 3]" -> "[1,2, 3]": both lists byte for byte.
std::string joined_lists(std::string_view a, std::string_view b) {
  const std::string_view inner_a = a.substr(1, a.size() - 2);
  const std::string_view inner_b = b.substr(1, b.size() - 2);
  const bool both = !trim(inner_a).empty() && !trim(inner_b).empty();
  return fmt::format("[{}{}{}]", inner_a, both ? "," : "", inner_b);
}

// What a header says of its labels; nothing if it has none.
std::string label_source(const Header& header) {
  if (!header.raw("labels")) return header.text("label_source").value_or("");
  return header.text("label_source").value_or("not stated");
}

// "TI-RADS" and "pathology" -> "TI-RADS; pathology".
std::string joined_sources(const std::string& a, const std::string& b) {
  std::string joined = a;
  for (const std::string_view source : split_text(b, ';')) {
    const std::vector<std::string_view> known = split_text(joined, ';');
    const bool new_one = std::none_of(known.begin(), known.end(),
                                      [&](std::string_view one) { return trim(one) == trim(source); });
    if (new_one && !trim(source).empty())
      joined += fmt::format("{}{}", joined.empty() ? "" : "; ", trim(source));
  }
  return joined;
}

}  // namespace

Header merged(const Header& a, const Header& b, const std::string& name_b) {
  Header header = a;
  if (a.json("pre").has_value() != b.json("pre").has_value())
    throw Error(Exit::bad_data, "{}: preprocessed and raw images in one manifest", name_b);
  for (const std::string& key : b.keys()) {
    if (key == "tn" || key == "v" || key == "end" || key == "label_source") continue;
    const std::string_view value = *b.raw(key);
    const auto mine = a.raw(key);
    if (!mine || *mine == "null")
      header.set_raw(key, value);
    else if (value == "null" || value == *mine)
      continue;
    else if (key == "pg")
      header.set_raw(key, joined_lists(*mine, value));
    else if (a.json(key) != b.json(key))
      throw Error(Exit::bad_data, "{}: header: '{}' differs from the input before", name_b,
                  printable(key, 80));
  }
  const std::string sources = joined_sources(label_source(a), label_source(b));
  if (!sources.empty() && sources != "not stated") header.set("label_source", sources);
  return header;
}

MergedReader::MergedReader(const std::vector<std::string>& paths, const ReadOptions& options,
                           Selection selection)
    : selection_(std::move(selection)) {
  if (std::count(paths.begin(), paths.end(), "-") > 1)
    throw Error(Exit::usage, "stdin ('-') can be read only once");
  check(selection_);
  for (const std::string& path : paths) readers_.emplace_back(path, options);
  for (std::size_t i = 0; i < readers_.size(); ++i)
    header_ = i == 0 ? readers_[i].header() : merged(header_, readers_[i].header(), readers_[i].name());
}

std::optional<Record> MergedReader::read() {
  while (current_ < readers_.size()) {
    ManifestReader& reader = readers_[current_];
    std::optional<Record> record = reader.next();
    if (!record) {
      if (reader.truncated()) truncated_.push_back(reader.name());
      ++current_;
      continue;
    }
    if (readers_.size() > 1 && !ids_.insert(record->id()))
      throw Error(Exit::bad_data, "{}: id '{}' occurs in an input before", reader.place(),
                  printable(record->id(), 80));
    return record;
  }
  return std::nullopt;
}

std::optional<Record> MergedReader::next() {
  if (selection_.limit && taken_ >= *selection_.limit) return std::nullopt;
  while (std::optional<Record> record = read()) {
    if (!matches(*record, selection_.conditions)) continue;
    ++taken_;
    return record;
  }
  return std::nullopt;
}

}  // namespace tn
