#include "tools/split/options.hpp"

#include "libcore/base/error.hpp"

namespace tn::split {

Selection selection(const Options& o) {
  Selection selection;
  for (const std::string& text : o.select) selection.conditions.push_back(parse_condition(text));
  selection.limit = o.limit;
  check(selection);
  return selection;
}

ImportOptions import_options(const Options& o) {
  ImportOptions import = o.import;
  import.root = o.root;
  import.published_folds = o.split.published;
  import.fold = o.split.fold;
  return import;
}

std::optional<Shard> shard(const Options& o) {
  return o.shard ? std::optional(parse_shard(*o.shard)) : std::nullopt;
}

std::vector<std::string> inputs(const Options& o) {
  return o.inputs.empty() ? std::vector<std::string>{"-"} : o.inputs;
}

bool whole_view(const Options& o) {
  return o.layout != Layout::none || o.merge || wants_split(o.split) || o.check || o.stats ||
         o.duplicates != OnDuplicates::keep;
}

namespace {

[[noreturn]] void contradict(const char* a, const char* b) {
  throw Error(Exit::usage, "{} and {} contradict each other", a, b);
}

// Whether the output is something else than a manifest, and by which option.
const char* instead_of_manifest(const Options& o) {
  if (o.check) return "--check";
  if (o.stats) return "--stats";
  return o.duplicates == OnDuplicates::report ? "--duplicates report" : nullptr;
}

void check_output(const Options& o) {
  if (o.shard) parse_shard(*o.shard);
  if (o.format != StatsFormat::text && !o.stats) throw Error(Exit::usage, "--format needs --stats");
  const char* instead = instead_of_manifest(o);
  if (o.check && o.stats) contradict("--check", "--stats");
  if (o.duplicates != OnDuplicates::keep && o.check) contradict("--check", "--duplicates");
  if (o.duplicates == OnDuplicates::report && o.stats) contradict("--stats", "--duplicates report");
  if (instead == nullptr) return;
  if (wants_split(o.split)) contradict(instead, "--ratio or --folds");
  if (o.shard) contradict(instead, "--shard");
}

void check_merge(const Options& o) {
  if (!o.merge) return;
  if (o.shard) contradict("--merge", "--shard");
  if (o.layout != Layout::none) contradict("--merge", "--import");
  if (o.nul) contradict("--merge", "--null");
  if (o.read.allow_truncated) contradict("--merge", "--allow-truncated");
  if (!o.select.empty()) contradict("--merge", "--select");
  if (o.limit) contradict("--merge", "--limit");
}

// A group has a use beside the split: it joins duplicates, and is looked at by a check.
void check_split(const Options& o) {
  SplitOptions split = o.split;
  if (o.check || o.duplicates == OnDuplicates::group) split.group.reset();
  if (split.leave_group_out) split.group = o.split.group;
  check(split);
}

// Options that the kind of input has no use for.
void check_input(const Options& o) {
  check(o.layout, import_options(o));
  selection(o);
  if (o.layout == Layout::none) {
    for (const std::string& input : o.inputs)
      if (input.ends_with(".csv") || input.ends_with(".tsv"))
        throw Error(Exit::usage, "{}: is a table; --import csv reads it", input);
    return;
  }
  if (o.inputs.empty()) throw Error(Exit::usage, "--import: no input given");
  if (o.nul) contradict("--null", "--import");
  if (o.read.id_from_name) contradict("--id-from", "--import");
  if (o.read.allow_truncated) contradict("--allow-truncated", "--import");
}

}  // namespace

void check(const Options& o) {
  check_split(o);
  check_output(o);
  check_merge(o);
  check_input(o);
}

}  // namespace tn::split
