#include "libcore/data/shard.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "libcore/base/error.hpp"
#include "libcore/base/text.hpp"
#include "libcore/data/id_set.hpp"
#include "libcore/data/merged_reader.hpp"

namespace tn {
namespace {

using nlohmann::ordered_json;

constexpr std::int64_t kMostShards = 10000;

// A whole number from `least` up below a key, or nothing.
std::optional<std::int64_t> whole_number(const std::optional<nlohmann::json>& object, const char* key,
                                         std::int64_t least) {
  if (!object || !object->is_object() || !object->contains(key)) return std::nullopt;
  const nlohmann::json& value = (*object)[key];
  if (!value.is_number_integer() || value.get<std::int64_t>() < least) return std::nullopt;
  return value.get<std::int64_t>();
}

Shard shard_of(const Header& header, const std::string& name) {
  const auto mark = header.json("shard");
  if (!mark) throw Error(Exit::bad_data, "{}: is no shard: its header has no 'shard'", name);
  const auto index = whole_number(mark, "index", 1);
  const auto count = whole_number(mark, "count", 1);
  if (!index || !count || *index > *count || *count > kMostShards)
    throw Error(Exit::bad_data, "{}: header: 'shard' is not {{\"index\":I,\"count\":N}}, I in 1 to N", name);
  return {*index, *count};
}

// Entries of `a`, then those of `b` that `a` lacks.
std::string joined_history(const Header& a, const Header& b) {
  const auto list = [](const Header& header) {
    const auto raw = header.raw("pg");
    return raw && *raw != "null" ? ordered_json::parse(*raw) : ordered_json::array();
  };
  ordered_json joined = list(a);
  const std::size_t known = joined.size();
  for (const ordered_json& entry : list(b))
    if (std::find(joined.begin(), joined.begin() + static_cast<std::ptrdiff_t>(known), entry) ==
        joined.begin() + static_cast<std::ptrdiff_t>(known))
      joined.push_back(entry);
  return joined.dump();
}

// Collects the records of all shards, then puts them in order.
class Merger {
 public:
  void add(const std::string& path, const ReadOptions& options) {
    ManifestReader reader(path, options);
    const Shard shard = shard_of(reader.header(), reader.name());
    enter(shard, reader.header(), reader.name());
    while (auto record = reader.next()) take(std::move(*record), shard, reader.place());
  }

  Manifest finish() {
    for (std::size_t i = 0; i < names_.size(); ++i)
      if (names_[i].empty()) throw Error(Exit::bad_data, "shard {} of {} is missing", i + 1, names_.size());
    if (!numbered_.empty() && !total_)
      throw Error(Exit::bad_data, "the last record of every shard is missing");
    std::sort(numbered_.begin(), numbered_.end(),
              [](const Numbered& a, const Numbered& b) { return a.number < b.number; });
    Manifest manifest{header_, {}};
    manifest.records.reserve(numbered_.size());
    const std::int64_t total = total_.value_or(0);
    for (std::int64_t n = 0; n < total; ++n) {
      const auto at = static_cast<std::size_t>(n);
      if (at >= numbered_.size() || numbered_[at].number > n)
        throw Error(Exit::bad_data, "{}: record {} of {} is missing", names_[at % names_.size()], n + 1,
                    total);
      if (numbered_[at].number < n)
        throw Error(Exit::bad_data, "{}: record {} of {} is there twice", names_[(at - 1) % names_.size()], n,
                    total);
      manifest.records.push_back(std::move(numbered_[at].record));
    }
    if (static_cast<std::int64_t>(numbered_.size()) > total)
      throw Error(Exit::bad_data, "{} in the shards, but {} in the whole",
                  counted(numbered_.size(), "record"), total);
    return manifest;
  }

 private:
  struct Numbered {
    std::int64_t number;  // in the whole manifest, from 0
    Record record;
  };

  void enter(const Shard& shard, const Header& marked, const std::string& name) {
    Header header = marked;
    header.erase("shard");
    if (names_.empty()) {
      names_.resize(static_cast<std::size_t>(shard.count));
      header_ = header;
      first_ = name;
    } else {
      if (static_cast<std::size_t>(shard.count) != names_.size())
        throw Error(Exit::bad_data, "{}: one of {} shards, but {} is one of {}", name, shard.count, first_,
                    names_.size());
      const std::string history = joined_history(header_, header);
      header.erase("pg");
      header_ = merged(header_, header, name);
      if (history != "[]") header_.set_raw("pg", history);
    }
    std::string& known = names_[static_cast<std::size_t>(shard.index - 1)];
    if (!known.empty())
      throw Error(Exit::bad_data, "{}: shard {} of {}, and so is {}", name, shard.index, shard.count, known);
    known = name;
  }

  void take(Record record, const Shard& shard, const std::string& place) {
    const auto mark = record.json("shard");
    const auto n = whole_number(mark, "n", 0);
    if (!n || *n % shard.count != shard.index - 1)
      throw Error(Exit::bad_data, "{}: 'shard' is not the number of a record of shard {} of {}", place,
                  shard.index, shard.count);
    if (!ids_.insert(record.id()))
      throw Error(Exit::bad_data, "{}: id '{}' occurs twice in the shards", place,
                  printable(record.id(), 80));
    if (const auto of = whole_number(mark, "of", 1)) {
      if (total_ && *total_ != *of)
        throw Error(Exit::bad_data, "{}: a shard of {} records among shards of {}", place, *of, *total_);
      total_ = of;
    }
    record.erase("shard");
    numbered_.push_back({*n, std::move(record)});
  }

  Header header_;
  std::string first_;               // name of the first input
  std::vector<std::string> names_;  // of the input of each shard; empty: not there yet
  std::vector<Numbered> numbered_;
  std::optional<std::int64_t> total_;
  IdSet ids_;
};

}  // namespace

Shard parse_shard(const std::string& text) {
  const std::vector<std::string_view> words = split_text(text, '/');
  const auto index = words.size() == 2 ? parse_int(words[0]) : std::nullopt;
  const auto count = words.size() == 2 ? parse_int(words[1]) : std::nullopt;
  if (!index || !count) throw Error(Exit::usage, "--shard: '{}' is not I/N", printable(text));
  if (*count < 1 || *count > kMostShards)
    throw Error(Exit::usage, "--shard: {} shards are not 1 to {}", *count, kMostShards);
  if (*index < 1 || *index > *count)
    throw Error(Exit::usage, "--shard: {} is not in 1 to {}", *index, *count);
  return {*index, *count};
}

ShardWriter::ShardWriter(ManifestWriter& writer, std::optional<Shard> shard)
    : writer_(writer), shard_(shard) {}

void ShardWriter::header(Header header) {
  if (shard_) {
    if (header.raw("shard"))
      throw Error(Exit::bad_data, "the input is a shard already (--merge puts shards together again)");
    header.set_raw("shard", fmt::format(R"({{"index":{},"count":{}}})", shard_->index, shard_->count));
  }
  writer_.header(std::move(header));
}

void ShardWriter::write(const Record& record) {
  if (!shard_) return writer_.write(record);
  const std::int64_t n = seen_++;
  if (n % shard_->count != shard_->index - 1) return;
  if (record.has("shard")) throw Error(Exit::bad_data, "{}: has a key 'shard' already", record.id());
  if (held_) writer_.write(*held_);
  held_ = record;
  held_->set_raw("shard", fmt::format(R"({{"n":{}}})", n));
  held_number_ = n;
}

void ShardWriter::finish() {
  if (held_) {
    held_->set_raw("shard", fmt::format(R"({{"n":{},"of":{}}})", held_number_, seen_));
    writer_.write(*held_);
    held_.reset();
  }
  writer_.finish();
}

Manifest merge_shards(const std::vector<std::string>& paths, const ReadOptions& options) {
  if (std::count(paths.begin(), paths.end(), "-") > 1)
    throw Error(Exit::usage, "stdin ('-') can be read only once");
  Merger merger;
  for (const std::string& path : paths) merger.add(path, options);
  return merger.finish();
}

}  // namespace tn
