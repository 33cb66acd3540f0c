// DDTI as a table: labels.csv (id,image,mask,patient,label,tirads,sex,age) beside images/ and masks/, and
// duplicates.csv (id,duplicate_of_group,case), which names images that are pictures of others again.
#include <map>
#include <set>

#include "libcore/base/error.hpp"
#include "libcore/base/file.hpp"
#include "libcore/base/text.hpp"
#include "libcore/data/csv_table.hpp"
#include "libcore/data/json_text.hpp"
#include "libcore/sets/cases.hpp"
#include "libcore/sets/import.hpp"

namespace tn {
namespace {

std::string text_or_null(const std::string& text) {
  return text.empty() ? "null" : json_quoted(text);
}
std::string number_or_text(const std::string& text) {
  const auto number = parse_int(text);
  return number ? std::to_string(*number) : text_or_null(text);
}

// Patients that share a picture, under the name of the first of them.
class PatientGroups {
 public:
  void join(const std::string& a, const std::string& b) {
    const std::string first = std::min(leader(a), leader(b));
    const std::string second = std::max(leader(a), leader(b));
    if (first != second) leader_[second] = first;
  }
  std::string leader(const std::string& patient) const {
    std::string at = patient;
    for (auto found = leader_.find(at); found != leader_.end(); found = leader_.find(at)) at = found->second;
    return at;
  }

 private:
  std::map<std::string, std::string> leader_;
};

void mark_duplicates(std::vector<Case>& cases, const std::string& path) {
  std::map<std::string, std::size_t> number;
  for (std::size_t i = 0; i < cases.size(); ++i) number[cases[i].id] = i;
  const CsvTable table = read_csv(path);
  const std::size_t id = table.need("id");
  const std::size_t original = table.need("duplicate_of_group");
  const auto find = [&](const std::string& name, const CsvRow& row) -> Case& {
    const auto found = number.find(name);
    if (found == number.end())
      throw Error(Exit::bad_data, "{}: id '{}' is not in labels.csv", table.place(row), printable(name, 80));
    return cases[found->second];
  };
  PatientGroups groups;
  for (const CsvRow& row : table.rows) {
    Case& copy = find(row.fields[id], row);
    const Case& first = find(row.fields[original], row);
    copy.more.emplace_back("duplicate", json_quoted(first.id));
    if (copy.patient && first.patient) groups.join(*copy.patient, *first.patient);
  }
  for (Case& one : cases)
    if (one.patient) one.group = groups.leader(*one.patient);
}

}  // namespace

Imported import_ddti(const std::string& folder, const ImportOptions& options) {
  const CsvTable table = read_csv(folder + "/labels.csv");
  const auto column = [&](const char* name) { return table.need(name); };
  const std::size_t id = column("id"), image = column("image"), mask = column("mask"),
                    patient = column("patient"), label = column("label"), tirads = column("tirads"),
                    sex = column("sex"), age = column("age");
  std::vector<Case> cases;
  for (const CsvRow& row : table.rows) {
    Case one;
    one.id = row.fields[id];
    if (row.fields[image].empty()) throw Error(Exit::bad_data, "{}: no image", table.place(row));
    one.image = written_path(folder, row.fields[image], options.root);
    if (!row.fields[mask].empty()) one.masks = {written_path(folder, row.fields[mask], options.root)};
    if (!row.fields[patient].empty()) one.patient = row.fields[patient];
    one.label = read_label(row.fields[label], table.place(row));
    one.more = {{"tirads", text_or_null(row.fields[tirads])},
                {"sex", text_or_null(row.fields[sex])},
                {"age", number_or_text(row.fields[age])}};
    cases.push_back(std::move(one));
  }
  if (path_exists(folder + "/duplicates.csv")) mark_duplicates(cases, folder + "/duplicates.csv");
  Imported imported{label_header(options.label_source.value_or("TI-RADS")), {}, {}};
  for (std::size_t i = 0; i < cases.size(); ++i)
    imported.records.push_back(to_record(cases[i], table.place(table.rows[i])));
  return imported;
}

}  // namespace tn
