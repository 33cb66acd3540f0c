// Models side by side: a row a case, first its image with the drawn mask, then a column a model.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "libcore/plot/canvas.hpp"
#include "libcore/plot/case_run.hpp"
#include "libcore/plot/sheet.hpp"

namespace tn {

// The rows' records of each model: the first manifest's as it is chosen and ordered, the others by id,
// nothing where one lacks the case.
struct CompareRows {
  std::vector<std::string> names;                             // of the models
  std::vector<std::vector<std::optional<Record>>> of_models;  // rows of each
};

// The options' selection, bounds and order are of the first manifest. Throws Error(no_input | bad_data).
CompareRows load_compare(const std::vector<std::string>& paths, const std::vector<std::string>& names,
                         const SheetOptions& options, const ReadOptions& read);

// Throws Error(bad_data) for a picture that would be too large.
std::string draw_compare(const CompareRows& rows, const SheetOptions& options, PictureFormat format,
                         const PictureObserver& observer);

}  // namespace tn
