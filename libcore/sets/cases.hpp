// What importers share: one case of a data set, and how it becomes a record.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "libcore/data/manifest.hpp"
#include "libcore/sets/import.hpp"

namespace tn {

struct Case {
  std::string id;
  std::optional<std::string> patient;
  std::optional<std::string> group;
  std::string image;               // as it is written
  std::vector<std::string> masks;  // as they are written; none: null
  std::optional<std::string> label;
  std::vector<std::pair<std::string, std::string>> more;  // further keys with JSON values
};

// `place` ("file:line" or a file) is named if the id or a text cannot stand in a manifest.
Record to_record(const Case& one, const std::string& place);

// The same into `imported`. A file whose name cannot stand in a manifest is left out, as a failure: it is one
// of many.
void add_file(Imported& imported, const Case& one, const std::string& file);

// {"benign":0,"malignant":1} and the label source, if there is one.
Header label_header(const std::optional<std::string>& source);

// "benign", "malignant", "0", "1", in any case; empty, "null" and "na" are no label. Throws Error(bad_data).
std::optional<std::string> read_label(const std::string& text, const std::string& place);

// The path of FOLDER/NAME as a manifest holds it: relative to `root` or the current folder if one of the two
// is absolute and the other is not given so; as it is otherwise, but for repeated slashes. FOLDER may be
// empty. Where the relative path climbs, links on the way are followed first. Throws Error(no_input) if they
// cannot be.
std::string written_path(const std::string& folder, const std::string& name, const std::string& root);

// "a/b.tar.gz" -> "b.tar".
std::string stem_of(const std::string& path);

// Reads patients off names; counts the names that have none.
class PatientNames {
 public:
  explicit PatientNames(const std::optional<std::string>& pattern);  // throws Error(usage)
  ~PatientNames();
  std::optional<std::string> operator()(const std::string& stem);
  void warn(std::vector<std::string>& warnings) const;  // adds a line if any name had no patient

 private:
  struct Pattern;
  std::unique_ptr<Pattern> pattern_;  // none: no patients are read
  std::size_t without_ = 0;
};

}  // namespace tn
