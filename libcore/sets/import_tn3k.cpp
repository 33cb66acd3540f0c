// TN3K: trainval-image/ and test-image/ with masks of the same names in trainval-mask/ and test-mask/; labels
// in label4trainval.csv and label4test.csv (name,label; no header); the publisher's folds in
// tn3k-trainval-foldK.json ({"train":[number, ...],"val":[number, ...]}).
#include <algorithm>
#include <array>
#include <map>
#include <nlohmann/json.hpp>

#include "libcore/base/error.hpp"
#include "libcore/base/file.hpp"
#include "libcore/base/text.hpp"
#include "libcore/data/csv_table.hpp"
#include "libcore/sets/cases.hpp"
#include "libcore/sets/image_pairs.hpp"
#include "libcore/sets/import.hpp"

namespace tn {
namespace {

constexpr std::array<std::string_view, 1> kJson{".json"};
constexpr std::string_view kFoldName = "tn3k-trainval-fold";

// Labels by the names of images; nothing where there is no table.
std::map<std::string, std::optional<std::string>> read_labels(const std::string& path,
                                                              std::vector<std::string>& warnings) {
  std::map<std::string, std::optional<std::string>> labels;
  if (!path_exists(path)) {
    warnings.push_back(path + ": is not there; these images have no labels");
    return labels;
  }
  const CsvTable table = read_csv(path, {"name", "label"});
  for (const CsvRow& row : table.rows) {
    const std::string name(trim(row.fields[0]));
    if (!labels.emplace(name, read_label(row.fields[1], table.place(row))).second)
      throw Error(Exit::bad_data, "{}: '{}' occurs twice", table.place(row), printable(name, 80));
  }
  return labels;
}

// One half of the data set: "trainval" or "test".
void add_half(const std::string& folder, const std::string& half, const ImportOptions& options,
              Imported& imported) {
  const std::string images = fmt::format("{}/{}-image", folder, half);
  const std::string table = fmt::format("{}/label4{}.csv", folder, half);
  auto labels = read_labels(table, imported.warnings);
  const bool labelled = !labels.empty();
  std::size_t without = 0;
  for (const std::string& file : image_files(images)) {
    Case one;
    one.id = half + "/" + stem_of(file);  // numbers start anew in each half
    one.image = written_path(folder, half + "-image/" + file, options.root);
    one.masks = {written_path(folder, half + "-mask/" + file, options.root)};
    if (const auto found = labels.find(file); found != labels.end()) {
      one.label = found->second;
      labels.erase(found);
    } else {
      ++without;
    }
    add_file(imported, one, one.image);
  }
  if (labelled && without > 0)
    imported.warnings.push_back(
        fmt::format("{}: lacks {}, which therefore have no label", table, counted(without, "image")));
  for (const auto& [name, label] : labels)
    imported.warnings.push_back(fmt::format("{}: '{}' is not in {}-image", table, printable(name, 80), half));
}

enum class Part { train, val };

// One of the publisher's folds: which half of it each number belongs to.
using Fold = std::map<std::int64_t, Part>;

void read_part(const nlohmann::json& fold, const char* name, Part part, const std::string& path,
               Fold& parts) {
  const auto numbers = fold.is_object() ? fold.find(name) : fold.end();
  if (numbers == fold.end() || !numbers->is_array())
    throw Error(Exit::bad_data, "{}: has no list '{}'", path, name);
  for (const nlohmann::json& number : *numbers) {
    if (!number.is_number_integer())
      throw Error(Exit::bad_data, "{}: {}: {} is no whole number", path, name, printable(number.dump(), 80));
    if (!parts.emplace(number.get<std::int64_t>(), part).second)
      throw Error(Exit::bad_data, "{}: number {} occurs twice", path, number.dump());
  }
}

Fold read_fold(const std::string& path) {
  const std::string text = read_file(path);
  check_json(text, path);
  const nlohmann::json fold = nlohmann::json::parse(text);
  Fold parts;
  read_part(fold, "train", Part::train, path, parts);
  read_part(fold, "val", Part::val, path, parts);
  return parts;
}

std::map<std::int64_t, Fold> read_folds(const std::string& folder) {
  std::map<std::int64_t, Fold> folds;
  for (const std::string& file : files_of(folder, kJson)) {
    const std::string stem = stem_of(file);
    if (!stem.starts_with(kFoldName)) continue;
    if (const auto number = parse_int(std::string_view(stem).substr(kFoldName.size())))
      folds[*number] = read_fold(folder + "/" + file);
  }
  if (folds.empty())
    throw Error(Exit::no_input, "{}: no published folds ({}0.json and so on)", folder, kFoldName);
  return folds;
}

// `fold` is the one whose val the image is in; with a chosen fold, `split` is train or val by it.
void mark_folds(const std::string& folder, const ImportOptions& options, Imported& imported) {
  const std::map<std::int64_t, Fold> folds = read_folds(folder);
  if (options.fold && !folds.contains(*options.fold))
    throw Error(Exit::no_input, "{}/{}{}.json: is not there", folder, kFoldName, *options.fold);
  std::map<std::int64_t, Record*> by_number;
  for (Record& record : imported.records) {
    const auto number = parse_int(record.id().substr(record.id().find('/') + 1));
    if (record.id().starts_with("test/")) {
      record.set("split", "test");
    } else if (number) {
      by_number[*number] = &record;
    }
  }
  for (const auto& [fold, parts] : folds)
    for (const auto& [number, part] : parts) {
      const std::string place = fmt::format("{}/{}{}.json", folder, kFoldName, fold);
      const auto found = by_number.find(number);
      if (found == by_number.end())
        throw Error(Exit::bad_data, "{}: number {} has no image in trainval-image", place, number);
      Record& record = *found->second;
      if (part == Part::val && record.has("fold"))
        throw Error(Exit::bad_data, "{}: number {} is val in another fold too", place, number);
      if (part == Part::val) record.set("fold", fold);
      if (options.fold == fold) record.set("split", part == Part::val ? "val" : "train");
    }
  if (!options.fold) return;
  const auto without = std::count_if(imported.records.begin(), imported.records.end(),
                                     [](const Record& record) { return !record.has("split"); });
  if (without > 0)
    imported.warnings.push_back(fmt::format("{}/{}{}.json: lacks {}, which therefore have no split", folder,
                                            kFoldName, *options.fold,
                                            counted(static_cast<std::size_t>(without), "image")));
}

}  // namespace

Imported import_tn3k(const std::string& folder, const ImportOptions& options) {
  Imported imported{label_header(options.label_source), {}, {}};
  add_half(folder, "trainval", options, imported);
  add_half(folder, "test", options, imported);
  if (options.published_folds) mark_folds(folder, options, imported);
  return imported;
}

}  // namespace tn
