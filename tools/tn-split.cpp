// tn-split: data sets, manifests or lists of images in, one manifest out, shared out over splits on request.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <opencv2/core/utility.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "libcore/base/file.hpp"
#include "libcore/base/interrupt.hpp"
#include "libcore/base/text.hpp"
#include "libcore/base/threads.hpp"
#include "libcore/cli/progress.hpp"
#include "libcore/cli/run_tool.hpp"
#include "libcore/data/assign.hpp"
#include "libcore/data/merged_reader.hpp"
#include "libcore/data/shard.hpp"
#include "libcore/sets/check_set.hpp"
#include "libcore/sets/describe.hpp"
#include "libcore/sets/duplicates.hpp"
#include "libcore/sets/import.hpp"
#include "libcore/sets/measure.hpp"
#include "libcore/sets/strata.hpp"

namespace {

enum class OnDuplicates { keep, group, drop, report };
enum class StatsFormat { text, json };

struct Options {
  std::vector<std::string> inputs;
  tn::Layout layout = tn::Layout::none;
  tn::ImportOptions import;
  tn::ReadOptions read;
  bool nul = false;
  std::vector<std::string> select;
  std::optional<std::int64_t> limit;
  tn::SplitOptions split;
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

tn::Flags flags(Options& o) {
  tn::Flags f({"tn-split",
               "Reads data sets, manifests or lists of images; writes one manifest, shared out on request.",
               "[OPTION]... [INPUT]..."});
  f.operands(o.inputs, "input", 0, 10000);
  f.section("Input");
  f.choice(
      "import", o.layout,
      {{"none", tn::Layout::none},
       {"tn-scui", tn::Layout::tn_scui},
       {"tn3k", tn::Layout::tn3k},
       {"ddti", tn::Layout::ddti},
       {"busi", tn::Layout::busi},
       {"folders", tn::Layout::folders},
       {"csv", tn::Layout::csv},
       {"dicom", tn::Layout::dicom}},
      "LAYOUT",
      "what inputs are: tn-scui, tn3k, ddti, busi, folders (each a folder), csv (a table), dicom (files, "
      "folders); none: manifests, lists");
  f.toggle("null,0", o.nul, "inputs are lists of paths, each ended by a zero byte");
  f.choice("id-from", o.read.id_from_name, {{"path", false}, {"name", true}}, "PART",
           "id of a listed image: its path, or its name without folders");
  f.toggle("allow-truncated", o.read.allow_truncated, "take manifests whose end record is missing");
  f.optional("root", o.root, "DIR", "folder that paths in records start from");
  f.section("Import");
  f.optional("id-column", o.import.id_column, "NAME", "csv: column of ids, if not 'id'");
  f.optional("image-column", o.import.image_column, "NAME", "csv: column of image paths, if not 'image'");
  f.optional("mask-column", o.import.mask_column, "NAME", "csv: column of mask paths, if not 'mask'");
  f.optional("patient-column", o.import.patient_column, "NAME", "csv: column of patients, if not 'patient'");
  f.optional("label-column", o.import.label_column, "NAME", "csv: column of labels, if not 'label'");
  f.optional("patient-from-name", o.import.patient_from_name, "REGEX",
             "busi, folders, csv: the first group of REGEX in a file's name is its patient");
  f.optional("prefix", o.import.prefix, "TEXT", "put TEXT before ids, patients and groups");
  f.optional("label-source", o.import.label_source, "TEXT", "what the labels rest on, for the header");
  f.optional("tirads-cut", o.import.tirads_cut, "CATEGORY",
             "ddti: labels from TI-RADS, malignant from CATEGORY (4a, say) up");
  f.optional("patient-key", o.import.patient_key, "FILE",
             "dicom: patients are PatientID hashed with the key in FILE");
  f.toggle("keep-patient-id", o.import.keep_patient_id, "dicom: patients are PatientID as it is");
  f.toggle("blank-outside-regions", o.import.blank_outside_regions,
           "dicom: what lies outside the ultrasound regions is read as black");
  f.section("Selection");
  f.repeated("select", o.select, "KEY=VALUE", "take only records whose KEY has this VALUE; also KEY!=VALUE");
  f.optional("limit", o.limit, "N", "take at most N records");
  f.section("Duplicates and checks");
  f.choice(
      "duplicates", o.duplicates,
      {{"keep", OnDuplicates::keep},
       {"group", OnDuplicates::group},
       {"drop", OnDuplicates::drop},
       {"report", OnDuplicates::report}},
      "WHAT",
      "images that are one picture: put them in one group, drop all but one, or list the pairs instead of "
      "a manifest");
  f.toggle("check", o.check,
           "list what is wrong, and what crosses the splits, instead of a manifest; exit 1 for an error");
  f.toggle("stats", o.stats, "print counts, sizes, classes and nodule areas instead of a manifest");
  f.choice("format", o.format, {{"text", StatsFormat::text}, {"json", StatsFormat::json}}, "FORMAT",
           "of --stats: text or json");
  f.section("Split");
  f.optional("ratio", o.split.ratio, "T:V[:S]", "share records out over train, val and test");
  f.optional("folds", o.split.folds, "K",
             "share records out over K folds, 0 to K-1; with --ratio, those that test leaves");
  f.toggle("leave-group-out", o.split.leave_group_out, "a fold for each value of --group");
  f.optional("fold", o.split.fold, "I", "fold I is val, the other folds are train");
  f.toggle("published-folds", o.split.published, "tn3k: folds, and with --fold the split, as published");
  f.optional("group", o.split.group, "KEY", "keep records with the same KEY in one split: patient");
  f.optional("stratify", o.split.stratify, "KEY[,KEY]...",
             "same mix of values in each split: label, or any key; size: thirds of the nodule's area");
  f.optional("seed", o.split.seed, "N", "same seed and records, same split");
  f.section("Shards");
  f.optional("shard", o.shard, "I/N", "take record I and every Nth after it, 1 <= I <= N");
  f.toggle("merge", o.merge, "put the shards that are the inputs together again, in order, none missing");
  f.section("Output");
  f.optional("output,o", o.output, "FILE", "where the manifest, list or statistics go; -: stdout");
  f.toggle("force", o.force, "overwrite the output");
  f.once();
  f.toggle_off("no-pg", o.history, "leave this program out of the history in the header");
  f.section("Computing");
  f.optional("jobs,j", o.jobs, "N", "threads; 0: every core");
  f.unrecorded();
  f.from_environment("TN_JOBS");
  return f;
}

tn::Selection selection(const Options& o) {
  tn::Selection selection;
  for (const std::string& text : o.select) selection.conditions.push_back(tn::parse_condition(text));
  selection.limit = o.limit;
  tn::check(selection);
  return selection;
}

tn::ImportOptions import_options(const Options& o) {
  tn::ImportOptions import = o.import;
  import.root = o.root;
  import.published_folds = o.split.published;
  import.fold = o.split.fold;
  return import;
}

[[noreturn]] void contradict(const char* a, const char* b) {
  throw tn::Error(tn::Exit::usage, "{} and {} contradict each other", a, b);
}

// Whether the output is something else than a manifest, and by which option.
const char* instead_of_manifest(const Options& o) {
  if (o.check) return "--check";
  if (o.stats) return "--stats";
  return o.duplicates == OnDuplicates::report ? "--duplicates report" : nullptr;
}

void check_output(const Options& o) {
  if (o.shard) tn::parse_shard(*o.shard);
  if (o.format != StatsFormat::text && !o.stats) throw tn::Error(tn::Exit::usage, "--format needs --stats");
  const char* instead = instead_of_manifest(o);
  if (o.check && o.stats) contradict("--check", "--stats");
  if (o.duplicates != OnDuplicates::keep && o.check) contradict("--check", "--duplicates");
  if (o.duplicates == OnDuplicates::report && o.stats) contradict("--stats", "--duplicates report");
  if (instead == nullptr) return;
  if (tn::wants_split(o.split)) contradict(instead, "--ratio or --folds");
  if (o.shard) contradict(instead, "--shard");
}

void check_merge(const Options& o) {
  if (!o.merge) return;
  if (o.shard) contradict("--merge", "--shard");
  if (o.layout != tn::Layout::none) contradict("--merge", "--import");
  if (o.nul) contradict("--merge", "--null");
  if (o.read.allow_truncated) contradict("--merge", "--allow-truncated");
  if (!o.select.empty()) contradict("--merge", "--select");
  if (o.limit) contradict("--merge", "--limit");
}

// A group has a use beside the split: it joins duplicates, and is looked at by a check.
void check_split(const Options& o) {
  tn::SplitOptions split = o.split;
  if (o.check || o.duplicates == OnDuplicates::group) split.group.reset();
  if (split.leave_group_out) split.group = o.split.group;
  tn::check(split);
}

// Options that the kind of input has no use for.
void check_input(const Options& o) {
  tn::check(o.layout, import_options(o));
  selection(o);
  if (o.layout == tn::Layout::none) {
    for (const std::string& input : o.inputs)
      if (input.ends_with(".csv") || input.ends_with(".tsv"))
        throw tn::Error(tn::Exit::usage, "{}: is a table; --import csv reads it", input);
    return;
  }
  if (o.inputs.empty()) throw tn::Error(tn::Exit::usage, "--import: no input given");
  if (o.nul) contradict("--null", "--import");
  if (o.read.id_from_name) contradict("--id-from", "--import");
  if (o.read.allow_truncated) contradict("--allow-truncated", "--import");
}

std::optional<tn::Shard> shard(const Options& o) {
  return o.shard ? std::optional(tn::parse_shard(*o.shard)) : std::nullopt;
}

std::vector<std::string> inputs(const Options& o) {
  return o.inputs.empty() ? std::vector<std::string>{"-"} : o.inputs;
}

// Ids of one manifest that passes in constant memory; a later id is compared with these.
constexpr std::size_t kRemembered = 50'000;

// Whether all records are held before the first is written.
bool whole_view(const Options& o) {
  return o.layout != tn::Layout::none || o.merge || tn::wants_split(o.split) || o.check || o.stats ||
         o.duplicates != OnDuplicates::keep;
}

tn::MergedReader open(const Options& o) {
  tn::ReadOptions read = o.read;
  if (o.nul) read.separator = '\0';
  read.same_ids = o.check;  // a finding
  if (!whole_view(o) && inputs(o).size() == 1) read.most_ids = kRemembered;
  return {inputs(o), read, selection(o)};
}

void warn_truncated(const tn::MergedReader& reader, const tn::Log& log) {
  for (const std::string& name : reader.truncated()) log.warning(name + ": cut off; what was there is taken");
}

tn::Header signed_header(const Options& o, const tn::Invocation& call, tn::Header header) {
  if (o.history) header.add_program(call.program, call.command_line);
  return header;
}

// Records pass one by one.
tn::Exit pass_on(const Options& o, const tn::Invocation& call) {
  tn::ManifestWriter writer(o.output, o.force);
  tn::ShardWriter out(writer, shard(o));
  tn::MergedReader reader = open(o);
  out.header(signed_header(o, call, reader.header()));
  while (const auto record = reader.next()) out.write(*record);
  out.finish();
  warn_truncated(reader, call.log);
  call.log.note(tn::counted(static_cast<std::size_t>(writer.count()), "record"));
  return tn::Exit::ok;
}

struct Gathered {
  tn::Manifest manifest;
  std::vector<std::string> failures;  // records that failed here
};

std::int64_t count(const Gathered& all) {
  return static_cast<std::int64_t>(all.manifest.records.size());
}

Gathered gather(const Options& o, const tn::Invocation& call, int jobs) {
  Gathered all;
  if (o.merge) {
    all.manifest = tn::merge_shards(inputs(o), o.read);
    return all;
  }
  if (o.layout == tn::Layout::none) {
    tn::MergedReader reader = open(o);
    all.manifest.header = reader.header();
    while (auto record = reader.next()) all.manifest.records.push_back(std::move(*record));
    warn_truncated(reader, call.log);
    return all;
  }
  tn::Imported imported = tn::import_all(o.layout, o.inputs, import_options(o));
  for (const std::string& warning : imported.warnings) call.log.warning(warning);
  all.manifest = {std::move(imported.header), tn::selected(std::move(imported.records), selection(o))};
  tn::Progress progress(call.program, "images", count(all), call.progress);
  all.failures = std::move(imported.failures);
  const auto unreadable = tn::measure_images(all.manifest.records, o.root, jobs, [&] { progress.advance(); });
  all.failures.insert(all.failures.end(), unreadable.begin(), unreadable.end());
  return all;
}

// "train 7, val 1, test 2"; with shares "train 7 (+0.0), val 1 (-0.4), test 2 (+0.4)". Many parts are summed
// up.
std::string counts_text(const tn::SplitCounts& counts, const std::vector<std::size_t>& cells,
                        const std::vector<double>* shares = nullptr) {
  constexpr std::size_t kMost = 20;
  if (cells.size() > kMost) {
    const auto [least, most] = std::minmax_element(cells.begin(), cells.end());
    return fmt::format("{} folds, {} to {} records each", cells.size(), *least, *most);
  }
  std::string text;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", counts.parts[i].first, cells[i]);
    if (shares != nullptr) text += fmt::format(" ({:+.1f})", static_cast<double>(cells[i]) - shares->at(i));
  }
  return text;
}

void tell(const Options& o, const tn::Log& log, std::size_t records,
          const std::optional<tn::SplitCounts>& counts) {
  if (!counts) return log.note(tn::counted(records, "record"));
  std::vector<std::size_t> sizes;
  for (const auto& [name, size] : counts->parts) {
    sizes.push_back(size);
    if (size == 0) log.warning(name + " is empty");
  }
  if (counts->ungrouped > 0)
    log.warning(fmt::format("{} without '{}': each is a group of its own",
                            tn::counted(counts->ungrouped, "record"), *o.split.group));
  log.note(fmt::format("{}: {}", tn::counted(records, "record"), counts_text(*counts, sizes)));
  double farthest = 0;
  for (const tn::SplitCounts::Stratum& stratum : counts->strata) {
    log.detail(fmt::format("{}: {}", stratum.name, counts_text(*counts, stratum.counts, &stratum.shares)));
    for (std::size_t i = 0; i < stratum.counts.size(); ++i)
      farthest = std::max(farthest, std::abs(static_cast<double>(stratum.counts[i]) - stratum.shares[i]));
  }
  if (!counts->strata.empty())
    log.detail(fmt::format("every stratum is within {:.1f} of its exact share of each split", farthest));
}

tn::SplitCounts share_out(const Options& o, const tn::Invocation& call, int jobs, Gathered& all) {
  std::vector<tn::Record>& records = all.manifest.records;
  tn::Strata strata;
  {
    tn::Progress progress(call.program, "masks", count(all), call.progress);
    strata = tn::strata_of(records, tn::strata_keys(o.split), o.root, jobs, [&] { progress.advance(); });
  }
  all.failures.insert(all.failures.end(), strata.failures.begin(), strata.failures.end());
  tn::SplitOptions split = o.split;
  if (o.duplicates == OnDuplicates::group) split.group = "group";
  return tn::assign_splits(records, strata.names, split);
}

tn::Duplicates find_duplicates(const Options& o, const tn::Invocation& call, int jobs, Gathered& all) {
  tn::Progress progress(call.program, "steps", 2 * count(all), call.progress);
  tn::Duplicates duplicates =
      tn::find_duplicates(all.manifest.records, o.root, jobs, [&] { progress.advance(); });
  all.failures.insert(all.failures.end(), duplicates.failures.begin(), duplicates.failures.end());
  call.log.detail(fmt::format("{} looked closer at, {} laid on each other, {} found",
                              tn::counted(static_cast<std::size_t>(duplicates.found.candidates), "pair"),
                              duplicates.found.aligned, duplicates.found.pairs.size()));
  return duplicates;
}

std::size_t doubtful(const std::vector<tn::LookAlike>& pairs) {
  return static_cast<std::size_t>(
      std::count_if(pairs.begin(), pairs.end(), [](const tn::LookAlike& pair) { return pair.doubtful; }));
}

void merge_or_drop_duplicates(const Options& o, const tn::Invocation& call, int jobs, Gathered& all) {
  const std::vector<tn::LookAlike> pairs = find_duplicates(o, call, jobs, all).found.pairs;
  const std::string unsure = fmt::format("{} of them doubtful", doubtful(pairs));
  if (o.duplicates == OnDuplicates::group) {
    const std::size_t without = tn::group_duplicates(all.manifest.records, pairs, o.split.group);
    if (o.split.group && without > 0)
      call.log.warning(fmt::format("{} without '{}': each is a group of its own, but for duplicates",
                                   tn::counted(without, "record"), *o.split.group));
    return call.log.note(
        fmt::format("{} of duplicates, {}, grouped", tn::counted(pairs.size(), "pair"), unsure));
  }
  const std::vector<tn::Dropped> dropped = tn::drop_duplicates(all.manifest.records, pairs);
  for (const tn::Dropped& one : dropped) call.log.detail(fmt::format("{} is {} again", one.id, one.kept));
  call.log.note(fmt::format("{} dropped", tn::counted(dropped.size(), "duplicate")));
  if (doubtful(pairs) > 0)
    call.log.warning(fmt::format("{}: both are kept (--duplicates report lists them)",
                                 tn::counted(doubtful(pairs), "doubtful pair")));
}

tn::Exit tell_failures(const tn::Invocation& call, const Gathered& all) {
  for (const std::string& failure : all.failures) call.log.error(failure);
  return all.failures.empty() ? tn::Exit::ok : tn::Exit::partial;
}

tn::Exit report_duplicates(const Options& o, const tn::Invocation& call, int jobs) {
  tn::TextOutput out(o.output, o.force);
  Gathered all = gather(o, call, jobs);
  const std::vector<tn::LookAlike> pairs = find_duplicates(o, call, jobs, all).found.pairs;
  for (const tn::LookAlike& pair : pairs) out.write(tn::duplicate_line(all.manifest.records, pair) + "\n");
  out.finish();
  call.log.note(fmt::format("{}: {} of duplicates, {} of them doubtful",
                            tn::counted(all.manifest.records.size(), "record"),
                            tn::counted(pairs.size(), "pair"), doubtful(pairs)));
  return tell_failures(call, all);
}

tn::Exit check_set(const Options& o, const tn::Invocation& call, int jobs) {
  tn::TextOutput out(o.output, o.force);
  const Gathered all = gather(o, call, jobs);
  tn::Progress progress(call.program, "steps", 2 * count(all), call.progress);
  const tn::CheckedSet checked =
      tn::check_set(all.manifest.records, o.split.group, o.root, jobs, [&] { progress.advance(); });
  std::size_t errors = 0;
  for (const tn::Finding& finding : checked.findings) {
    out.write(finding.line + "\n");
    if (finding.error) ++errors;
  }
  out.finish();
  if (!checked.split) call.log.note("no record has a split or a fold: nothing can cross");
  call.log.note(fmt::format("{}: {}, {}", tn::counted(all.manifest.records.size(), "record"),
                            tn::counted(errors, "error"),
                            tn::counted(checked.findings.size() - errors, "warning")));
  return errors > 0 ? tn::Exit::partial : tn::Exit::ok;
}

tn::Exit print_stats(const Options& o, const tn::Invocation& call, int jobs) {
  tn::TextOutput out(o.output, o.force);
  Gathered all = gather(o, call, jobs);
  if (o.duplicates != OnDuplicates::keep) merge_or_drop_duplicates(o, call, jobs, all);
  tn::Progress progress(call.program, "records", count(all), call.progress);
  const tn::SetDescription set =
      tn::describe(all.manifest.records, o.root, jobs, [&] { progress.advance(); });
  all.failures.insert(all.failures.end(), set.failures.begin(), set.failures.end());
  out.write(o.format == StatsFormat::json ? tn::description_json(set) + "\n" : tn::description_text(set));
  out.finish();
  return tell_failures(call, all);
}

tn::Exit write_manifest(const Options& o, const tn::Invocation& call, int jobs) {
  tn::ManifestWriter writer(o.output, o.force);
  tn::ShardWriter out(writer, shard(o));
  Gathered all = gather(o, call, jobs);
  if (o.duplicates != OnDuplicates::keep) merge_or_drop_duplicates(o, call, jobs, all);
  std::optional<tn::SplitCounts> counts;
  if (tn::wants_split(o.split)) counts = share_out(o, call, jobs, all);
  const tn::Exit code = tell_failures(call, all);
  tell(o, call.log, all.manifest.records.size(), counts);
  out.header(signed_header(o, call, std::move(all.manifest.header)));
  for (const tn::Record& record : all.manifest.records) out.write(record);
  out.finish();
  return code;
}

tn::Exit run(const Options& o, const tn::Invocation& call) {
  check_split(o);
  check_output(o);
  check_merge(o);
  check_input(o);
  cv::setNumThreads(1);  // the records are what runs in parallel
  const int jobs = tn::thread_count(o.jobs);
  const tn::InterruptScope interruptible;  // so that an unfinished output is taken away
  if (o.check) return check_set(o, call, jobs);
  if (o.stats) return print_stats(o, call, jobs);
  if (o.duplicates == OnDuplicates::report) return report_duplicates(o, call, jobs);
  return whole_view(o) ? write_manifest(o, call, jobs) : pass_on(o, call);
}

}  // namespace

int main(int argc, char** argv) {
  Options o;
  return tn::run_tool(argc, argv, flags(o), [&](const tn::Invocation& call) { return run(o, call); });
}
