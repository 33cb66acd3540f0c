#include "libcore/data/merged_reader.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "libcore/base/error.hpp"
#include "libcore/base/file.hpp"
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
    : options_(options), selector_((check(selection), std::move(selection))) {
  if (std::count(paths.begin(), paths.end(), "-") > 1)
    throw Error(Exit::usage, "stdin ('-') can be read only once");
  for (const std::string& path : paths) {
    Input& input = inputs_.emplace_back();
    input.path = path;
    ManifestReader& reader = input.reader.emplace(path, options_);
    const Header& header = reader.header();
    if (paths.size() > 1 && header.raw("shard"))
      throw Error(Exit::bad_data, "{}: is a shard (--merge puts shards together again)", reader.name());
    header_ = inputs_.size() == 1 ? header : merged(header_, header, reader.name());
    input.header = header.line();
    if (inputs_.size() > 1 && path != "-" && is_regular_file(path)) input.reader.reset();
  }
}

ManifestReader& MergedReader::open(Input& input) const {
  if (input.reader) return *input.reader;
  ManifestReader& reader = input.reader.emplace(input.path, options_);
  if (reader.header().line() != input.header)
    throw Error(Exit::bad_data, "{}: changed while it was read", reader.name());
  return reader;
}

std::optional<Record> MergedReader::read() {
  while (current_ < inputs_.size()) {
    ManifestReader& reader = open(inputs_[current_]);
    std::optional<Record> record = reader.next();
    if (!record) {
      if (reader.truncated()) truncated_.push_back(reader.name());
      inputs_[current_].reader.reset();
      ++current_;
      continue;
    }
    if (inputs_.size() > 1 && !options_.same_ids && !ids_.insert(record->id()))
      throw Error(Exit::bad_data, "{}: id '{}' occurs in an input before", reader.place(),
                  printable(record->id(), 80));
    return record;
  }
  return std::nullopt;
}

std::optional<Record> MergedReader::next() {
  if (selector_.full()) return std::nullopt;
  while (std::optional<Record> record = read())
    if (selector_.take(*record)) return record;
  return std::nullopt;
}

}  // namespace tn
