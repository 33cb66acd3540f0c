// The cases of a report as a table: one line each, for spreadsheets and R.
#pragma once

#include <string>

#include "libcore/eval/evaluate.hpp"

namespace tn {

// RFC 4180 with LF: id, patient, label, p_malignant, class_correct, every metric of a case, its counts, the
// --by keys, then status (scored, "mask missing" and so on, no truth, failed) and error. A number that is
// undefined is empty.
std::string cases_csv(const Evaluation& evaluation);

}  // namespace tn
