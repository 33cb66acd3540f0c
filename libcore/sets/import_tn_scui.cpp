// TN-SCUI 2020: train.csv (ID,CATE; lines end with a bare CR) beside image/ and mask/, which hold N.PNG each.
#include <set>

#include "libcore/base/error.hpp"
#include "libcore/base/text.hpp"
#include "libcore/data/csv_table.hpp"
#include "libcore/sets/cases.hpp"
#include "libcore/sets/image_pairs.hpp"
#include "libcore/sets/import.hpp"

namespace tn {

Imported import_tn_scui(const std::string& folder, const ImportOptions& options) {
  const std::string inner = folder + "/TNSCUI2020_train";
  const std::string& top = is_folder(inner) ? inner : folder;
  const CsvTable table = read_csv(top + "/train.csv");
  const std::size_t id = table.need("ID");
  const std::size_t category = table.need("CATE");
  Imported imported{label_header(options.label_source), {}, {}};
  std::set<std::string> listed;
  for (const CsvRow& row : table.rows) {
    const std::string& name = row.fields[id];
    if (name.empty()) throw Error(Exit::bad_data, "{}: no image", table.place(row));
    if (name.find('/') != std::string::npos)
      throw Error(Exit::bad_data, "{}: ID '{}' is no file name", table.place(row), printable(name, 80));
    Case one;
    one.id = stem_of(name);
    one.image = written_path(top, "image/" + name, options.root);
    one.masks = {written_path(top, "mask/" + name, options.root)};
    one.label = read_label(row.fields[category], table.place(row));
    imported.records.push_back(to_record(one, table.place(row)));
    listed.insert(name);
  }
  for (const std::string& file : image_files(top + "/image"))
    if (!listed.contains(file))
      imported.warnings.push_back(fmt::format("{}/image/{}: is not in train.csv", top, file));
  return imported;
}

}  // namespace tn
