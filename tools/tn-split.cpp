// tn-split: data sets, manifests or lists of images in, one manifest out, shared out over splits on request.
#include <fmt/format.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "libcore/base/interrupt.hpp"
#include "libcore/base/text.hpp"
#include "libcore/base/threads.hpp"
#include "libcore/cli/progress.hpp"
#include "libcore/cli/run_tool.hpp"
#include "libcore/data/assign.hpp"
#include "libcore/data/merged_reader.hpp"
#include "libcore/sets/import.hpp"
#include "libcore/sets/measure.hpp"
#include "libcore/sets/strata.hpp"

namespace {

struct Options {
  std::vector<std::string> inputs;
  tn::Layout layout = tn::Layout::none;
  tn::ImportOptions import;
  tn::ReadOptions read;
  bool nul = false;
  std::vector<std::string> select;
  std::optional<std::int64_t> limit;
  tn::SplitOptions split;
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
  f.section("Split");
  f.optional("ratio", o.split.ratio, "T:V[:S]", "share records out over train, val and test");
  f.optional("folds", o.split.folds, "K", "share records out over K folds, 0 to K-1");
  f.optional("fold", o.split.fold, "I", "fold I is val, the other folds are train");
  f.toggle("published-folds", o.split.published, "tn3k: folds, and with --fold the split, as published");
  f.optional("group", o.split.group, "KEY", "keep records with the same KEY in one split: patient");
  f.optional("stratify", o.split.stratify, "KEY[,KEY]...",
             "same mix of values in each split: label, or any key; size: thirds of the nodule's area");
  f.optional("seed", o.split.seed, "N", "same seed and records, same split");
  f.section("Output");
  f.optional("output,o", o.output, "FILE", "where the manifest goes; -: stdout");
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

// Options that the kind of input has no use for.
void check_input(const Options& o) {
  tn::check(o.layout, import_options(o));
  selection(o);
  if (o.layout == tn::Layout::none) return;
  if (o.inputs.empty()) throw tn::Error(tn::Exit::usage, "--import: no input given");
  if (o.nul) throw tn::Error(tn::Exit::usage, "--null and --import contradict each other");
  if (o.read.id_from_name) throw tn::Error(tn::Exit::usage, "--id-from and --import contradict each other");
  if (o.read.allow_truncated)
    throw tn::Error(tn::Exit::usage, "--allow-truncated and --import contradict each other");
}

tn::MergedReader open(const Options& o) {
  tn::ReadOptions read = o.read;
  if (o.nul) read.separator = '\0';
  return {o.inputs.empty() ? std::vector<std::string>{"-"} : o.inputs, read, selection(o)};
}

void warn_truncated(const tn::MergedReader& reader, const tn::Log& log) {
  for (const std::string& name : reader.truncated()) log.warning(name + ": cut off; what was there is taken");
}

void write_header(const Options& o, const tn::Invocation& call, tn::Header header,
                  tn::ManifestWriter& writer) {
  if (o.history) header.add_program(call.program, call.command_line);
  writer.header(std::move(header));
}

// Records pass one by one: no memory but for the ids.
tn::Exit pass_on(const Options& o, const tn::Invocation& call) {
  tn::ManifestWriter writer(o.output, o.force);
  tn::MergedReader reader = open(o);
  write_header(o, call, reader.header(), writer);
  while (const auto record = reader.next()) writer.write(*record);
  writer.finish();
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

// "train 7, val 1, test 2".
std::string counts_text(const tn::SplitCounts& counts, const std::vector<std::size_t>& cells) {
  std::string text;
  for (std::size_t i = 0; i < cells.size(); ++i)
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", counts.parts[i].first, cells[i]);
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
  for (const auto& [name, cells] : counts->strata)
    log.detail(fmt::format("{}: {}", name, counts_text(*counts, cells)));
}

tn::SplitCounts share_out(const Options& o, const tn::Invocation& call, int jobs, Gathered& all) {
  std::vector<tn::Record>& records = all.manifest.records;
  tn::Strata strata;
  {
    tn::Progress progress(call.program, "masks", count(all), call.progress);
    strata = tn::strata_of(records, tn::strata_keys(o.split), o.root, jobs, [&] { progress.advance(); });
  }
  all.failures.insert(all.failures.end(), strata.failures.begin(), strata.failures.end());
  return tn::assign_splits(records, strata.names, o.split);
}

tn::Exit run(const Options& o, const tn::Invocation& call) {
  tn::check(o.split);
  check_input(o);
  const int jobs = tn::thread_count(o.jobs);
  const tn::InterruptScope interruptible;  // so that an unfinished output is taken away
  if (o.layout == tn::Layout::none && !tn::wants_split(o.split)) return pass_on(o, call);

  tn::ManifestWriter writer(o.output, o.force);
  Gathered all = gather(o, call, jobs);
  std::optional<tn::SplitCounts> counts;
  if (tn::wants_split(o.split)) counts = share_out(o, call, jobs, all);
  for (const std::string& failure : all.failures) call.log.error(failure);
  tell(o, call.log, all.manifest.records.size(), counts);
  write_header(o, call, std::move(all.manifest.header), writer);
  for (const tn::Record& record : all.manifest.records) writer.write(record);
  writer.finish();
  return all.failures.empty() ? tn::Exit::ok : tn::Exit::partial;
}

}  // namespace

int main(int argc, char** argv) {
  Options o;
  return tn::run_tool(argc, argv, flags(o), [&](const tn::Invocation& call) { return run(o, call); });
}
