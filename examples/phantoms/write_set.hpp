// A data set of phantoms on disk, in one of the layouts that tn-split imports.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "examples/phantoms/phantom.hpp"

namespace tn {

enum class SetLayout {
  csv,     // images/NAME.png, masks/NAME.png and labels.csv (id,image,mask,patient,label)
  folders  // benign|malignant/NAME.png beside NAME_mask.png; NAME is PATIENT_K
};

struct SetOptions {
  PhantomOptions phantom;
  std::int64_t patients = 100;  // 1 to 9999 - first + 1
  std::int64_t first = 1;       // number of the first patient
  SetLayout layout = SetLayout::csv;
};

void check(const SetOptions& options);  // throws Error(usage)

// Writes the set below `folder`, up to `jobs` pictures at a time: the same bytes for any number. Calls
// `written` after each picture, in order. Returns how many there are. Throws Error; an existing file is
// refused unless `force`.
std::int64_t write_set(const SetOptions& options, const std::string& folder, int jobs, bool force,
                       const std::function<void()>& written);

}  // namespace tn
