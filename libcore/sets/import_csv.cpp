// A table with named columns: image, and any of id, mask, patient and label. Other columns become keys.
#include <algorithm>
#include <array>

#include "libcore/base/error.hpp"
#include "libcore/base/file.hpp"
#include "libcore/base/text.hpp"
#include "libcore/data/csv_table.hpp"
#include "libcore/data/json_text.hpp"
#include "libcore/sets/cases.hpp"
#include "libcore/sets/import.hpp"

namespace tn {
namespace {

// Keys that have a meaning or a type of their own: a column of free text cannot become one.
constexpr std::array<std::string_view, 24> kReserved{
    "tn",    "id",      "patient", "image",   "mask",        "label",      "size",      "pre",
    "pred",  "metrics", "model",   "regions", "p_malignant", "spacing_mm", "fold",      "status",
    "error", "split",   "visible", "shard",   "frame",       "group",      "duplicate", "source_class"};

struct Columns {
  std::optional<std::size_t> id, mask, patient, label;
  std::size_t image = 0;
  std::vector<std::size_t> more;
};

// A column named by an option must be there; one of the default name may be.
std::optional<std::size_t> column(const CsvTable& table, const std::optional<std::string>& named,
                                  const char* by_default) {
  return named ? std::optional(table.need(*named)) : table.find(by_default);
}

Columns find_columns(const CsvTable& table, const ImportOptions& options) {
  Columns columns;
  columns.id = column(table, options.id_column, "id");
  columns.mask = column(table, options.mask_column, "mask");
  columns.patient = column(table, options.patient_column, "patient");
  columns.label = column(table, options.label_column, "label");
  const auto image = column(table, options.image_column, "image");
  if (!image)
    throw Error(Exit::bad_data, "{}:1: no column 'image' (--image-column names another)", table.name);
  columns.image = *image;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    if (i == columns.image || i == columns.id || i == columns.mask || i == columns.patient ||
        i == columns.label)
      continue;
    const std::string& name = table.columns[i];
    if (name.empty() || std::find(kReserved.begin(), kReserved.end(), name) != kReserved.end())
      throw Error(Exit::bad_data, "{}:1: column '{}' cannot become a key of the manifest", table.name, name);
    columns.more.push_back(i);
  }
  return columns;
}

Case read_case(const CsvTable& table, const CsvRow& row, const Columns& columns,
               const ImportOptions& options) {
  const std::string folder = folder_of(table.name);
  const auto filled = [&](std::optional<std::size_t> at) -> std::optional<std::string> {
    if (!at || row.fields[*at].empty()) return std::nullopt;
    return row.fields[*at];
  };
  Case one;
  const std::string& image = row.fields[columns.image];
  if (image.empty()) throw Error(Exit::bad_data, "{}: no image", table.place(row));
  one.image = written_path(folder, image, options.root);
  one.id = columns.id ? row.fields[*columns.id] : image;
  one.patient = filled(columns.patient);
  if (const auto mask = filled(columns.mask)) one.masks = {written_path(folder, *mask, options.root)};
  if (const auto label = filled(columns.label)) one.label = read_label(*label, table.place(row));
  for (const std::size_t i : columns.more) {
    const auto value = filled(i);
    one.more.emplace_back(table.columns[i], value ? json_quoted(*value) : "null");
  }
  return one;
}

}  // namespace

Imported import_csv(const std::string& path, const ImportOptions& options) {
  const CsvTable table = read_csv(path);
  const Columns columns = find_columns(table, options);
  if (columns.patient && options.patient_from_name)
    throw Error(Exit::usage, "{}:1: has a column of patients; --patient-from-name contradicts it", path);
  Imported imported{label_header(options.label_source), {}, {}};
  PatientNames patients(options.patient_from_name);
  for (const CsvRow& row : table.rows) {
    Case one = read_case(table, row, columns, options);
    if (!columns.patient) one.patient = patients(stem_of(one.image));
    imported.records.push_back(to_record(one, table.place(row)));
  }
  patients.warn(imported.warnings);
  return imported;
}

}  // namespace tn
