// DDTI in two forms.
//
// As published: N.xml (a case with TI-RADS and polygons) beside its images N_1.jpg, N_2.jpg ...
// As a table: labels.csv (id,image,mask,patient,label,tirads,sex,age) beside images/ and masks/.
//
// With either, duplicates.csv (id,duplicate_of_group,case) may name images that are pictures of others again.
#include <array>
#include <map>
#include <nlohmann/json.hpp>
#include <pugixml.hpp>
#include <set>

#include "libcore/base/error.hpp"
#include "libcore/base/file.hpp"
#include "libcore/base/text.hpp"
#include "libcore/data/csv_table.hpp"
#include "libcore/data/json_text.hpp"
#include "libcore/sets/cases.hpp"
#include "libcore/sets/image_pairs.hpp"
#include "libcore/sets/import.hpp"
#include "libcore/sets/tirads.hpp"

namespace tn {
namespace {

constexpr std::array<std::string_view, 1> kXml{".xml"};

std::string text_or_null(const std::string& text) {
  return text.empty() ? "null" : json_quoted(text);
}
std::string number_or_text(const std::string& text) {
  const auto number = parse_int(text);
  return number ? std::to_string(*number) : text_or_null(text);
}

// What both forms come to; places[i] is where case i stands.
struct Cases {
  bool listed = false;  // in a table; else the cases are files
  std::vector<Case> cases;
  std::vector<std::string> places;
  std::vector<std::string> warnings;
};

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
      throw Error(Exit::bad_data, "{}: there is no image '{}'", table.place(row), printable(name, 80));
    return cases[found->second];
  };
  PatientGroups groups;
  std::set<std::string> copies;
  for (const CsvRow& row : table.rows) {
    Case& copy = find(row.fields[id], row);
    const Case& first = find(row.fields[original], row);
    if (copy.id == first.id)
      throw Error(Exit::bad_data, "{}: '{}' is a duplicate of itself", table.place(row),
                  printable(copy.id, 80));
    if (!copies.insert(copy.id).second)
      throw Error(Exit::bad_data, "{}: '{}' occurs twice", table.place(row), printable(copy.id, 80));
    copy.more.emplace_back("duplicate", json_quoted(first.id));
    if (copy.patient && first.patient) groups.join(*copy.patient, *first.patient);
  }
  for (Case& one : cases)
    if (one.patient) one.group = groups.leader(*one.patient);
}

// --- the table ---

Cases read_table(const std::string& folder, const ImportOptions& options) {
  const CsvTable table = read_csv(folder + "/labels.csv");
  const auto column = [&](const char* name) { return table.need(name); };
  const std::size_t id = column("id"), image = column("image"), mask = column("mask"),
                    patient = column("patient"), label = column("label"), tirads = column("tirads"),
                    sex = column("sex"), age = column("age");
  Cases all;
  all.listed = true;
  for (const CsvRow& row : table.rows) {
    Case one;
    one.id = row.fields[id];
    if (row.fields[image].empty()) throw Error(Exit::bad_data, "{}: no image", table.place(row));
    one.image = written_path(folder, row.fields[image], options.root);
    if (!row.fields[mask].empty()) one.masks = {written_path(folder, row.fields[mask], options.root)};
    if (!row.fields[patient].empty()) one.patient = row.fields[patient];
    one.label = options.tirads_cut ? label_by_tirads(row.fields[tirads], *options.tirads_cut)
                                   : read_label(row.fields[label], table.place(row));
    one.more = {{"tirads", text_or_null(row.fields[tirads])},
                {"sex", text_or_null(row.fields[sex])},
                {"age", number_or_text(row.fields[age])}};
    all.cases.push_back(std::move(one));
    all.places.push_back(table.place(row));
  }
  return all;
}

// --- XML ---

// [{"points":[{"x":1,"y":2}, ...], ...}, ...] -> {"polygon":[[1,2], ...]} for each nodule of three points or
// more; `short_ones` counts the others.
void add_polygons(const std::string& svg, const std::string& place, nlohmann::json& regions,
                  std::size_t& short_ones) {
  check_json(svg, place);
  const nlohmann::json shapes = nlohmann::json::parse(svg);
  if (!shapes.is_array()) throw Error(Exit::bad_data, "{}: svg is no list of shapes", place);
  for (const nlohmann::json& shape : shapes) {
    const auto points = shape.is_object() ? shape.find("points") : shape.end();
    if (points == shape.end() || !points->is_array())
      throw Error(Exit::bad_data, "{}: a shape has no list of points", place);
    nlohmann::json polygon = nlohmann::json::array();
    for (const nlohmann::json& point : *points) {
      const bool whole = point.is_object() && point.contains("x") && point.contains("y") &&
                         point["x"].is_number() && point["y"].is_number();
      if (!whole) throw Error(Exit::bad_data, "{}: a point has no x and y", place);
      polygon.push_back({point["x"], point["y"]});
    }
    if (polygon.size() < 3)
      ++short_ones;
    else
      regions.push_back({{"polygon", polygon}});
  }
}

// One N.xml: what holds for the case, and the outlines in each of its images.
struct XmlCase {
  std::string path;
  std::vector<std::pair<std::string, std::string>> facts;  // keys with JSON values
  std::string tirads;
  std::map<std::string, nlohmann::json> regions;  // by the number of the image, as it is written
};

XmlCase read_xml(const std::string& path, std::vector<std::string>& warnings) {
  const std::string bytes = read_regular_file(path);
  pugi::xml_document document;
  const pugi::xml_parse_result parsed = document.load_buffer(bytes.data(), bytes.size());
  if (!parsed)
    throw Error(Exit::bad_data, "{}: not XML: {} at byte {}", path, parsed.description(), parsed.offset);
  const pugi::xml_node node = document.child("case");
  if (!node) throw Error(Exit::bad_data, "{}: has no <case>: not a file of DDTI", path);
  const auto value = [&](const char* name) { return std::string(trim(node.child_value(name))); };
  XmlCase one;
  one.path = path;
  one.tirads = value("tirads");
  one.facts = {{"tirads", text_or_null(one.tirads)},
               {"sex", text_or_null(value("sex"))},
               {"age", number_or_text(value("age"))}};
  for (const char* name : {"composition", "echogenicity", "margins", "calcifications"})
    one.facts.emplace_back(name, text_or_null(value(name)));
  std::size_t short_ones = 0;
  for (const pugi::xml_node mark : node.children("mark")) {
    const std::string image(trim(mark.child_value("image")));
    const std::string svg(trim(mark.child_value("svg")));
    nlohmann::json& regions = one.regions.try_emplace(image, nlohmann::json::array()).first->second;
    if (!svg.empty()) add_polygons(svg, fmt::format("{}: image {}", path, image), regions, short_ones);
  }
  if (short_ones > 0)
    warnings.push_back(
        fmt::format("{}: {} of fewer than three points, left out", path, counted(short_ones, "outline")));
  return one;
}

// "12_3" -> "12" and "3".
std::optional<std::pair<std::string, std::string>> case_and_number(const std::string& stem) {
  const std::size_t at = stem.rfind('_');
  if (at == std::string::npos || at == 0 || !parse_int(std::string_view(stem).substr(at + 1)))
    return std::nullopt;
  return std::pair(stem.substr(0, at), stem.substr(at + 1));
}

Cases read_xml_folder(const std::string& folder, const ImportOptions& options) {
  Cases all;
  std::map<std::string, XmlCase> cases;
  for (const std::string& file : files_of(folder, kXml))
    cases.emplace(stem_of(file), read_xml(folder + "/" + file, all.warnings));
  for (const std::string& file : image_files(folder)) {
    const auto name = case_and_number(stem_of(file));
    const auto found = name ? cases.find(name->first) : cases.end();
    if (found == cases.end()) {
      all.warnings.push_back(fmt::format("{}/{}: belongs to no XML file, left out", folder, file));
      continue;
    }
    XmlCase& xml = found->second;
    Case one;
    one.id = stem_of(file);
    one.patient = name->first;
    one.image = written_path(folder, file, options.root);
    if (options.tirads_cut) one.label = label_by_tirads(xml.tirads, *options.tirads_cut);
    if (auto regions = xml.regions.extract(name->second); regions && !regions.mapped().empty())
      one.more.emplace_back("regions", regions.mapped().dump());
    one.more.insert(one.more.end(), xml.facts.begin(), xml.facts.end());
    all.cases.push_back(std::move(one));
    all.places.push_back(folder + "/" + file);
  }
  for (const auto& [name, xml] : cases)
    for (const auto& [image, regions] : xml.regions)
      all.warnings.push_back(
          fmt::format("{}: there is no image {}_{}", xml.path, name, printable(image, 80)));
  if (!options.tirads_cut && !all.cases.empty())
    all.warnings.push_back(folder + ": no labels: --tirads-cut makes them from TI-RADS");
  return all;
}

Cases read_cases(const std::string& folder, const ImportOptions& options) {
  if (path_exists(folder + "/labels.csv")) return read_table(folder, options);
  if (!is_folder(folder)) throw Error(Exit::no_input, "{}: no such folder", folder);
  Cases all = read_xml_folder(folder, options);
  if (all.cases.empty())
    throw Error(Exit::no_input, "{}: neither labels.csv nor images with XML files: not a layout of DDTI",
                folder);
  return all;
}

}  // namespace

Imported import_ddti(const std::string& folder, const ImportOptions& options) {
  Cases all = read_cases(folder, options);
  if (path_exists(folder + "/duplicates.csv")) mark_duplicates(all.cases, folder + "/duplicates.csv");
  Imported imported{label_header(options.label_source.value_or("TI-RADS")), {}, std::move(all.warnings)};
  if (options.tirads_cut) imported.header.set("tirads_cut", to_lower(*options.tirads_cut));
  for (std::size_t i = 0; i < all.cases.size(); ++i) {
    if (all.listed)
      imported.records.push_back(to_record(all.cases[i], all.places[i]));
    else
      add_file(imported, all.cases[i], all.places[i]);
  }
  return imported;
}

}  // namespace tn
