// --shard I/N and --merge: a manifest dealt out like cards, and put together again.
//
// The header of a shard has "shard":{"index":I,"count":N}. Each record has "shard":{"n":K}, its number in the
// whole manifest from 0, and the last record of a shard also the number of all, "shard":{"n":K,"of":TOTAL}.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "libcore/data/manifest.hpp"

namespace tn {

struct Shard {
  std::int64_t index = 1;  // 1 to count
  std::int64_t count = 1;
};

// "2/5". Throws Error(usage) for another text, or a shard that is not one of 1 to N.
Shard parse_shard(const std::string& text);

// Writes every record or, for a shard, record I and every Nth after it. A shard's record is written when the
// next one comes, for the last one is marked.
class ShardWriter {
 public:
  ShardWriter(ManifestWriter& writer, std::optional<Shard> shard);

  void header(Header header);        // throws Error(bad_data) for the header of a shard
  void write(const Record& record);  // throws Error(bad_data) for a record of a shard
  void finish();                     // finishes the writer

 private:
  ManifestWriter& writer_;
  std::optional<Shard> shard_;
  std::int64_t seen_ = 0;
  std::optional<Record> held_;
  std::int64_t held_number_ = 0;
};

// The manifest that these are the shards of, in any order of the paths: records in their first order, without
// "shard"; one history, its common entries once. Held in memory. Throws Error(bad_data) that names the shard
// or the record: no shard, a shard of another number, twice or missing, a record that is missing or twice.
Manifest merge_shards(const std::vector<std::string>& paths, const ReadOptions& options);

}  // namespace tn
