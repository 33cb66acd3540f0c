// What tn-split can be told, and which of it contradicts.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "libcore/data/assign.hpp"
#include "libcore/data/merged_reader.hpp"
#include "libcore/data/shard.hpp"
#include "libcore/sets/import.hpp"

namespace tn::split {

enum class OnDuplicates { keep, group, drop, report };
enum class StatsFormat { text, json };

struct Options {
  std::vector<std::string> inputs;
  Layout layout = Layout::none;
  ImportOptions import;
  ReadOptions read;
  bool nul = false;
  std::vector<std::string> select;
  std::optional<std::int64_t> limit;
  Selection selection;  // of both; see selection()
  SplitOptions split;
  OnDuplicates duplicates = OnDuplicates::keep;
  bool check = false;
  bool stats = false;
  StatsFormat format = StatsFormat::text;
  std::optional<std::string> shard;
  bool merge = false;
  std::string root;
  std::string output = "-";
  bool force = false;
  bool history = true;
  std::int64_t jobs = 0;
};

// Throws Error(usage) for options that contradict each other or that the input has no use for.
void check(const Options& options);

Selection selection(const Options& options);  // of --select and --limit
ImportOptions import_options(const Options& options);
std::optional<Shard> shard(const Options& options);
std::vector<std::string> inputs(const Options& options);  // "-" where none is given

// Whether all records are held before the first is written.
bool whole_view(const Options& options);

}  // namespace tn::split
