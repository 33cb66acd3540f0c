#include "libcore/sets/cases.hpp"

#include <algorithm>
#include <filesystem>
#include <regex>

#include "libcore/base/error.hpp"
#include "libcore/base/text.hpp"
#include "libcore/data/json_text.hpp"

namespace tn {
namespace {

namespace fs = std::filesystem;

std::string quoted_or_null(const std::optional<std::string>& text) {
  return text ? json_quoted(*text) : "null";
}

std::string masks_json(const std::vector<std::string>& masks) {
  if (masks.empty()) return "null";
  if (masks.size() == 1) return json_quoted(masks.front());
  std::string list;
  for (const std::string& mask : masks) list += (list.empty() ? "" : ",") + json_quoted(mask);
  return "[" + list + "]";
}

bool climbs(const fs::path& path) {
  return std::find(path.begin(), path.end(), "..") != path.end();
}

// "a/./b/" -> "a/b".
fs::path plain_folder(const fs::path& folder) {
  const fs::path plain = folder.lexically_normal();
  return plain.has_filename() ? plain : plain.parent_path();
}

// Without links: ".." after a link leads elsewhere than the text says.
fs::path real_place(const fs::path& folder) {
  std::error_code code;
  fs::path real = fs::weakly_canonical(folder, code);
  if (code) throw Error(Exit::no_input, "{}: {}", folder.string(), code.message());
  return real;
}

}  // namespace

Record to_record(const Case& one, const std::string& place) {
  check_id(one.id, place);
  if (!is_utf8(one.image))
    throw Error(Exit::bad_data, "{}: path '{}' is not UTF-8", place, printable(one.image));
  std::string line = "{\"id\":" + json_quoted(one.id);
  if (one.patient) line += ",\"patient\":" + json_quoted(*one.patient);
  if (one.group) line += ",\"group\":" + json_quoted(*one.group);
  line += ",\"image\":" + json_quoted(one.image);
  line += ",\"mask\":" + masks_json(one.masks);
  line += ",\"label\":" + quoted_or_null(one.label);
  for (const auto& [key, value] : one.more) line += "," + json_quoted(key) + ":" + value;
  return Record::parse(line + "}", place);
}

void add_file(Imported& imported, const Case& one, const std::string& file) {
  try {
    imported.records.push_back(to_record(one, file));
  } catch (const Error& error) {
    if (error.exit_code() != Exit::bad_data) throw;
    imported.failures.push_back(fmt::format("{}; it is left out", error.what()));
  }
}

Header label_header(const std::optional<std::string>& source) {
  Header header;
  header.set_raw("labels", R"({"benign":0,"malignant":1})");
  if (source) header.set("label_source", *source);
  return header;
}

std::optional<std::string> read_label(const std::string& text, const std::string& place) {
  const std::string word = to_lower(trim(text));
  if (word.empty() || word == "null" || word == "na") return std::nullopt;
  if (word == "benign" || word == "0") return "benign";
  if (word == "malignant" || word == "1") return "malignant";
  throw Error(Exit::bad_data, "{}: label '{}' is none of benign, malignant, 0, 1, or empty", place,
              printable(text, 80));
}

std::string written_path(const std::string& folder, const std::string& name, const std::string& root) {
  std::string given = (fs::path(folder) / name).string();
  given.erase(std::unique(given.begin(), given.end(), [](char a, char b) { return a == '/' && b == '/'; }),
              given.end());
  while (given.starts_with("./")) given.erase(0, 2);
  const fs::path path(given);
  if (root.empty() && path.is_relative()) return given;
  const fs::path to = fs::absolute(path);
  const fs::path from = fs::absolute(root.empty() ? "." : root);
  if (!climbs(to) && !climbs(from)) {
    const fs::path below = to.lexically_normal().lexically_relative(plain_folder(from));
    if (!climbs(below)) return below.string();
  }
  return (real_place(to.parent_path()) / to.filename()).lexically_proximate(real_place(from)).string();
}

std::string stem_of(const std::string& path) {
  return fs::path(path).stem().string();
}

struct PatientNames::Pattern {
  std::regex regex;
  std::string text;
};

PatientNames::PatientNames(const std::optional<std::string>& pattern) {
  if (!pattern) return;
  try {
    pattern_ = std::make_unique<Pattern>(Pattern{std::regex(*pattern), *pattern});
  } catch (const std::regex_error&) {
    throw Error(Exit::usage, "--patient-from-name: '{}' is not a regular expression", printable(*pattern));
  }
  if (pattern_->regex.mark_count() == 0)
    throw Error(Exit::usage, "--patient-from-name: '{}' has no group in parentheses", printable(*pattern));
}
PatientNames::~PatientNames() = default;

std::optional<std::string> PatientNames::operator()(const std::string& stem) {
  if (!pattern_) return std::nullopt;
  std::smatch found;
  if (std::regex_search(stem, found, pattern_->regex) && found[1].length() > 0) return found[1].str();
  ++without_;
  return std::nullopt;
}

void PatientNames::warn(std::vector<std::string>& warnings) const {
  if (without_ > 0)
    warnings.push_back(
        fmt::format("{} without a patient by '{}'", counted(without_, "name"), printable(pattern_->text)));
}

}  // namespace tn
