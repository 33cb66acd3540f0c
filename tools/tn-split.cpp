// tn-split: data sets, manifests or lists of images in, one manifest out, shared out over splits on request.
#include <opencv2/core/utility.hpp>

#include "libcore/base/interrupt.hpp"
#include "libcore/base/threads.hpp"
#include "libcore/cli/run_tool.hpp"
#include "tools/select_watch.hpp"
#include "tools/split/modes.hpp"
#include "tools/split/options.hpp"

namespace {

using tn::split::OnDuplicates;
using tn::split::Options;
using tn::split::StatsFormat;

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

tn::Exit run(Options o, const tn::Invocation& call) {
  tn::split::check(o);
  o.selection = tn::split::selection(o);
  const tn::SelectWatch watch(o.selection, call.log);
  cv::setNumThreads(1);  // the records are what runs in parallel
  const int jobs = tn::thread_count(o.jobs);
  const tn::InterruptScope interruptible;  // so that an unfinished output is taken away
  if (o.check) return tn::split::check_set(o, call, jobs);
  if (o.stats) return tn::split::print_stats(o, call, jobs);
  if (o.duplicates == OnDuplicates::report) return tn::split::report_duplicates(o, call, jobs);
  return tn::split::whole_view(o) ? tn::split::write_manifest(o, call, jobs) : tn::split::pass_on(o, call);
}

}  // namespace

int main(int argc, char** argv) {
  Options o;
  return tn::run_tool(argc, argv, flags(o), [&](const tn::Invocation& call) { return run(o, call); });
}
