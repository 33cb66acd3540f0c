// DICOM: a file, or a folder with all that is below it. A record a frame. Of what a file says of a person, a
// hash of the PatientID leaves it, or the id itself on demand; nothing else.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>

#include "libcore/base/error.hpp"
#include "libcore/base/file.hpp"
#include "libcore/base/hash.hpp"
#include "libcore/base/text.hpp"
#include "libcore/data/json_text.hpp"
#include "libcore/image/dicom_file.hpp"
#include "libcore/sets/cases.hpp"
#include "libcore/sets/image_pairs.hpp"
#include "libcore/sets/import.hpp"

namespace tn {
namespace {

namespace fs = std::filesystem;

// Only the first bytes are read: a folder may hold large files of other kinds.
bool is_dicom_file(const std::string& path) {
  if (!is_regular_file(path)) return false;
  std::string start(132, '\0');
  std::ifstream file(path, std::ios::binary);
  return file.read(start.data(), static_cast<std::streamsize>(start.size())) && is_dicom(start);
}

// Paths below the folder of its DICOM files, sorted by bytes. Hidden ones are passed over, others counted.
struct Found {
  std::vector<std::string> files;
  std::size_t others = 0;
};

Found find_files(const std::string& folder) {
  Found found;
  std::error_code code;
  fs::recursive_directory_iterator entries(folder, code);
  for (; !code && entries != fs::recursive_directory_iterator(); entries.increment(code)) {
    const bool hidden = entries->path().filename().string().starts_with('.');
    std::error_code ignored;
    if (entries->is_directory(ignored)) {
      if (hidden) entries.disable_recursion_pending();
      continue;
    }
    if (hidden || entries->path().filename() == "DICOMDIR") continue;
    if (is_dicom_file(entries->path().string()))
      found.files.push_back(entries->path().lexically_relative(folder).string());
    else
      ++found.others;
  }
  if (code) throw Error(Exit::no_input, "{}: {}", folder, code.message());
  std::sort(found.files.begin(), found.files.end());
  return found;
}

// "a/b.dcm" -> "a/b"; other suffixes stay: names are often UIDs, whose parts are set apart by dots.
std::string id_of(const std::string& path) {
  const std::string suffix = to_lower(fs::path(path).extension().string());
  if (suffix != ".dcm" && suffix != ".dicom") return path;
  return path.substr(0, path.size() - suffix.size());
}

// What is told of all files together, naming the first.
class Notice {
 public:
  explicit Notice(std::string text) : text_(std::move(text)) {}
  void add(const std::string& path) {
    if (count_++ == 0) first_ = path;
  }
  void tell(std::vector<std::string>& warnings) const {
    if (count_ == 1) warnings.push_back(fmt::format("{}: {}", first_, text_));
    if (count_ > 1) warnings.push_back(fmt::format("{} and {} more: {}", first_, count_ - 1, text_));
  }

 private:
  std::string text_;
  std::string first_;
  std::size_t count_ = 0;
};

std::string spacing_json(const std::array<double, 2>& mm) {
  return fmt::format("[{},{}]", shortest(mm[0]), shortest(mm[1]));
}

class DicomImporter {
 public:
  explicit DicomImporter(const ImportOptions& options) : options_(options) {
    if (options.patient_key) key_ = read_file(*options.patient_key);
    if (key_ && key_->empty())
      throw Error(Exit::bad_data, "{}: is empty: not a key to hash patients with", *options.patient_key);
    imported_.header = label_header(options.label_source);
  }

  // `id` is the record's, or stands before the frames' numbers.
  void add(const std::string& folder, const std::string& name, const std::string& id) {
    const std::string path = folder.empty() ? name : folder + "/" + name;
    Case one;
    one.id = id;
    one.image = written_path(folder, name, options_.root);
    try {
      const std::string bytes = read_regular_file(path);
      add_frames(read_dicom(bytes, path), path, one);
    } catch (const Error& error) {
      fail(one, path, error);
    }
  }

  Imported finish() {
    unnamed_.tell(imported_.warnings);
    burned_in_.tell(imported_.warnings);
    contradicting_.tell(imported_.warnings);
    return std::move(imported_);
  }

  std::vector<std::string>& warnings() { return imported_.warnings; }

 private:
  // An error record; of a name that cannot stand in one, its failure alone.
  void fail(const Case& one, const std::string& path, const Error& error) {
    const std::size_t before = imported_.records.size();
    add_file(imported_, one, path);
    if (imported_.records.size() == before) return;
    imported_.records.back().fail("tn-split", error.kind(), error.what());
    imported_.failures.emplace_back(error.what());
  }

  std::optional<std::string> patient_of(const DicomFile& file, const std::string& path) {
    if (file.patient_id.empty()) return std::nullopt;
    if (key_) return hmac_sha256_hex(*key_, file.patient_id).substr(0, 16);
    if (options_.keep_patient_id && is_utf8(file.patient_id)) return file.patient_id;
    if (options_.keep_patient_id)
      throw Error(Exit::bad_data, "{}: PatientID is not UTF-8 (--patient-key makes a hash of it)", path);
    unnamed_.add(path);
    return std::nullopt;
  }

  static std::string visible_json(const DicomFile& file, const std::string& path) {
    if (file.regions.empty())
      throw Error(Exit::bad_data, "{}: names no ultrasound region, outside which it could be blanked", path);
    std::string list;
    for (const UltrasoundRegion& region : file.regions)
      list += fmt::format("{}[{},{},{},{}]", list.empty() ? "" : ",", region.box.x, region.box.y,
                          region.box.width, region.box.height);
    return "[" + list + "]";
  }

  void add_frames(const DicomFile& file, const std::string& path, Case one) {
    one.patient = patient_of(file, path);
    one.group = one.patient.value_or(one.id);
    if (file.burned_in) burned_in_.add(path);
    const DicomSpacing spacing = spacing_of(file);
    if (spacing.contradicting) contradicting_.add(path);
    if (spacing.mm) one.more.emplace_back("spacing_mm", spacing_json(*spacing.mm));
    if (options_.blank_outside_regions) one.more.emplace_back("visible", visible_json(file, path));
    one.more.emplace_back("size", fmt::format("[{},{}]", file.size.width, file.size.height));
    if (file.frames == 1) {
      imported_.records.push_back(to_record(one, path));
      return;
    }
    const std::string clip = one.id;
    const std::size_t digits = std::to_string(file.frames - 1).size();
    one.more.emplace_back();
    for (std::int64_t frame = 0; frame < file.frames; ++frame) {
      one.id = fmt::format("{}/{:0{}}", clip, frame, digits);
      one.more.back() = {"frame", std::to_string(frame)};
      imported_.records.push_back(to_record(one, path));
    }
  }

  const ImportOptions& options_;
  std::optional<std::string> key_;
  Imported imported_;
  Notice unnamed_{"the patient is left out (--patient-key makes a keyed hash of PatientID)"};
  Notice burned_in_{"names may be seen in the picture (BurnedInAnnotation is YES)"};
  Notice contradicting_{"ultrasound regions of different spacing; theirs is not used"};
};

}  // namespace

Imported import_dicom(const std::string& input, const ImportOptions& options) {
  DicomImporter importer(options);
  if (!is_folder(input)) {
    if (!path_exists(input)) throw Error(Exit::no_input, "{}: No such file or directory", input);
    if (!is_dicom_file(input)) throw Error(Exit::bad_data, "{}: is no DICOM file", input);
    importer.add("", input, id_of(fs::path(input).filename().string()));
    return importer.finish();
  }
  const Found found = find_files(input);
  if (found.files.empty()) throw Error(Exit::bad_data, "{}: no DICOM file below this folder", input);
  if (found.others > 0)
    importer.warnings().push_back(
        fmt::format("{}: {} of another kind, left out", input, counted(found.others, "file")));
  for (const std::string& file : found.files) importer.add(input, file, id_of(file));
  return importer.finish();
}

}  // namespace tn
