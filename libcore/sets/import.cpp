#include "libcore/sets/import.hpp"

#include <utility>

#include "libcore/base/error.hpp"
#include "libcore/base/text.hpp"
#include "libcore/data/id_set.hpp"
#include "libcore/data/merged_reader.hpp"
#include "libcore/sets/cases.hpp"
#include "libcore/sets/tirads.hpp"

namespace tn {
namespace {

Imported import_one(Layout layout, const std::string& input, const ImportOptions& options) {
  switch (layout) {
    case Layout::tn_scui:
      return import_tn_scui(input, options);
    case Layout::tn3k:
      return import_tn3k(input, options);
    case Layout::ddti:
      return import_ddti(input, options);
    case Layout::busi:
      return import_busi(input, options);
    case Layout::folders:
      return import_folders(input, options);
    case Layout::csv:
      return import_csv(input, options);
    case Layout::dicom:
      return import_dicom(input, options);
    case Layout::none:
      break;
  }
  throw Error(Exit::internal, "no layout to import");
}

void put_before(const std::string& prefix, Record& record, const std::string& input) {
  record.set("id", prefix + record.id());
  record.require_id(input);
  for (const char* key : {"patient", "group", "duplicate"})
    if (const auto value = record.text(key)) record.set(key, prefix + *value);
}

bool names_columns(const ImportOptions& o) {
  return o.id_column || o.image_column || o.mask_column || o.patient_column || o.label_column;
}

bool has_names_of_patients(Layout layout) {
  return layout == Layout::busi || layout == Layout::folders || layout == Layout::csv;
}

}  // namespace

void check(Layout layout, const ImportOptions& options) {
  if (layout != Layout::csv && names_columns(options))
    throw Error(Exit::usage, "options that name columns need --import csv");
  if (options.patient_from_name && !has_names_of_patients(layout))
    throw Error(Exit::usage, "--patient-from-name needs --import busi, folders or csv");
  if (options.patient_from_name && options.patient_column)
    throw Error(Exit::usage, "--patient-from-name and --patient-column contradict each other");
  if (layout != Layout::ddti && options.tirads_cut)
    throw Error(Exit::usage, "--tirads-cut needs --import ddti");
  if (options.tirads_cut) check_tirads_cut(*options.tirads_cut);
  if (layout != Layout::tn3k && options.published_folds)
    throw Error(Exit::usage, "--published-folds needs --import tn3k");
  if (layout != Layout::dicom &&
      (options.patient_key || options.keep_patient_id || options.blank_outside_regions))
    throw Error(Exit::usage,
                "--patient-key, --keep-patient-id and --blank-outside-regions need --import dicom");
  if (options.patient_key && options.keep_patient_id)
    throw Error(Exit::usage, "--patient-key and --keep-patient-id contradict each other");
  if (layout == Layout::none && options.prefix) throw Error(Exit::usage, "--prefix needs --import");
  if (layout == Layout::none && options.label_source)
    throw Error(Exit::usage, "--label-source needs --import");
  const PatientNames compiled(options.patient_from_name);
}

Imported import_all(Layout layout, const std::vector<std::string>& inputs, const ImportOptions& options) {
  check(layout, options);
  Imported all;
  IdSet ids;
  bool first = true;
  for (std::string input : inputs) {
    while (input.size() > 1 && input.ends_with('/')) input.pop_back();
    Imported one = import_one(layout, input, options);
    all.header = std::exchange(first, false) ? one.header : merged(all.header, one.header, input);
    for (Record& record : one.records) {
      if (options.prefix) put_before(*options.prefix, record, input);
      if (!ids.insert(record.id()))
        throw Error(Exit::bad_data, "{}: id '{}' occurs twice{}", input, printable(record.id(), 80),
                    inputs.size() > 1 ? " (--prefix tells data sets apart)" : "");
      all.records.push_back(std::move(record));
    }
    all.warnings.insert(all.warnings.end(), one.warnings.begin(), one.warnings.end());
    all.failures.insert(all.failures.end(), one.failures.begin(), one.failures.end());
  }
  return all;
}

}  // namespace tn
