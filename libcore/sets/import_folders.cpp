// Images and masks paired by name, with or without a folder a class.
//
//   DIR/images/NAME.png  DIR/masks/NAME.png            id NAME, no label
//   DIR/NAME.png         DIR/NAME_mask.png             id NAME, no label
//   DIR/benign/..., DIR/malignant/..., each like DIR   id benign/NAME, label by folder; DIR/normal/...: no
//   label
#include <array>

#include "libcore/base/error.hpp"
#include "libcore/data/json_text.hpp"
#include "libcore/sets/cases.hpp"
#include "libcore/sets/image_pairs.hpp"
#include "libcore/sets/import.hpp"

namespace tn {
namespace {

constexpr std::array kClasses{"benign", "malignant", "normal"};

// One folder of pairs; `below` is "" or "benign/".
void add_folder(const std::string& folder, const std::string& below, const ImportOptions& options,
                PatientNames& patients, Imported& imported) {
  const std::string here = below.empty() ? folder : folder + "/" + below.substr(0, below.size() - 1);
  const ImagePairs found = is_folder(here + "/images") ? pairs_in_two_folders(here) : pairs_beside(here);
  for (const ImagePair& pair : found.pairs) {
    Case one;
    one.id = below + pair.name;
    one.patient = patients(pair.name);
    one.image = written_path(folder, below + pair.image, options.root);
    for (const std::string& mask : pair.masks)
      one.masks.push_back(written_path(folder, below + mask, options.root));
    if (!below.empty()) {
      const std::string name = below.substr(0, below.size() - 1);
      if (name != "normal") one.label = name;
      one.more = {{"source_class", json_quoted(name)}};
    }
    add_file(imported, one, one.image);
  }
  for (const std::string& orphan : found.orphans)
    imported.warnings.push_back(fmt::format("{}/{}: a mask without an image", here, orphan));
}

}  // namespace

Imported import_folders(const std::string& folder, const ImportOptions& options) {
  if (!is_folder(folder)) throw Error(Exit::no_input, "{}: no such folder", folder);
  Imported imported{label_header(options.label_source), {}, {}};
  PatientNames patients(options.patient_from_name);
  bool classes = false;
  for (const std::string name : kClasses) {
    if (!is_folder(fmt::format("{}/{}", folder, name))) continue;
    classes = true;
    add_folder(folder, name + "/", options, patients, imported);
  }
  if (classes && is_folder(folder + "/images"))
    throw Error(Exit::bad_data, "{}: has both images/ and a folder a class", folder);
  if (!classes) add_folder(folder, "", options, patients, imported);
  if (imported.records.empty() && imported.failures.empty())
    throw Error(Exit::bad_data,
                "{}: no images, neither in images/ nor in benign/ and malignant/ nor beside masks", folder);
  patients.warn(imported.warnings);
  return imported;
}

}  // namespace tn
