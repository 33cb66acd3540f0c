// Data sets in layouts of their own -> records. One file a layout; none reads a pixel.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "libcore/data/manifest.hpp"

namespace tn {

enum class Layout { none, tn_scui, tn3k, ddti, busi, folders, csv, dicom };

struct ImportOptions {
  std::string root;                      // paths are written relative to it; empty: the current folder
  std::optional<std::string> id_column;  // csv: names of columns; by default id, image, mask, patient, label
  std::optional<std::string> image_column;
  std::optional<std::string> mask_column;
  std::optional<std::string> patient_column;
  std::optional<std::string> label_column;
  std::optional<std::string> patient_from_name;  // regular expression; its first group, found in a file's
                                                 // name without suffix, is the patient (busi, folders, csv)
  std::optional<std::string> prefix;             // before ids, patients and groups
  std::optional<std::string> label_source;       // what the labels rest on; ddti: "TI-RADS"
  std::optional<std::string> tirads_cut;         // ddti: malignant from this category of TI-RADS up
  bool published_folds = false;                  // tn3k: `fold` and `split` as the publisher has them
  std::optional<std::int64_t> fold;              // of these, the one that is val
  std::optional<std::string> patient_key;        // dicom: file of the key that PatientID is hashed with
  bool keep_patient_id = false;                  // dicom: PatientID as it is
  bool blank_outside_regions = false;            // dicom: `visible` from the ultrasound regions
};

// Throws Error(usage): an option that the layout has no use for, a bad regular expression.
void check(Layout layout, const ImportOptions& options);

struct Imported {
  Header header;                        // labels, label_source, tirads_cut
  std::vector<Record> records;          // in the order of the table, else of the file names' bytes
  std::vector<std::string> warnings;    // files that belong to no record, names without a patient
  std::vector<std::string> failures{};  // of records that became error records already, of files left out
};

// The layouts are described in tn-split(1). Throws Error(no_input | bad_data) that names the file, line and
// reason.
Imported import_tn_scui(const std::string& folder, const ImportOptions& options);
Imported import_tn3k(const std::string& folder, const ImportOptions& options);
Imported import_ddti(const std::string& folder, const ImportOptions& options);
Imported import_busi(const std::string& folder, const ImportOptions& options);
Imported import_folders(const std::string& folder, const ImportOptions& options);
Imported import_csv(const std::string& path, const ImportOptions& options);
Imported import_dicom(const std::string& input, const ImportOptions& options);

// Several inputs of one layout, one after another. Throws Error(bad_data) for an id that occurs twice.
Imported import_all(Layout layout, const std::vector<std::string>& inputs, const ImportOptions& options);

}  // namespace tn
