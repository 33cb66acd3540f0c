// BUSI: {benign,malignant,normal}/NAME (N).png with NAME (N)_mask.png, and _mask_1, _mask_2 ... for further
// lesions.
#include <array>

#include "libcore/base/error.hpp"
#include "libcore/data/json_text.hpp"
#include "libcore/sets/cases.hpp"
#include "libcore/sets/image_pairs.hpp"
#include "libcore/sets/import.hpp"

namespace tn {

Imported import_busi(const std::string& folder, const ImportOptions& options) {
  constexpr std::array kClasses{"benign", "malignant", "normal"};
  const std::string inner = folder + "/Dataset_BUSI_with_GT";
  const std::string& top = is_folder(inner) ? inner : folder;
  if (!is_folder(top)) throw Error(Exit::no_input, "{}: no such folder", top);
  Imported imported{label_header(options.label_source), {}, {}};
  PatientNames patients(options.patient_from_name);
  for (const std::string name : kClasses) {
    const std::string here = fmt::format("{}/{}", top, name);
    if (!is_folder(here))
      throw Error(Exit::bad_data, "{}: no folder '{}': not the layout of BUSI", top, name);
    const ImagePairs found = pairs_beside(here);
    for (const ImagePair& pair : found.pairs) {
      Case one;
      one.id = pair.name;  // holds the class already
      one.patient = patients(pair.name);
      one.image = written_path(here, pair.image, options.root);
      for (const std::string& mask : pair.masks) one.masks.push_back(written_path(here, mask, options.root));
      if (name != "normal") one.label = name;
      one.more = {{"source_class", json_quoted(name)}};
      add_file(imported, one, one.image);
    }
    for (const std::string& orphan : found.orphans)
      imported.warnings.push_back(fmt::format("{}/{}: a mask without an image", here, orphan));
  }
  patients.warn(imported.warnings);
  return imported;
}

}  // namespace tn
