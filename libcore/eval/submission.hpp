// Predictions in the form in which the TN-SCUI 2020 challenge takes them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "libcore/eval/evaluate.hpp"
#include "libcore/eval/zip_file.hpp"

namespace tn {

inline constexpr std::int64_t kTnScuiCases = 910;  // of the challenge's test set

// Entries of the archive: test_1.PNG ... test_N.PNG in the order of their numbers, {0,255} at the size of the
// image, and submission.csv with ID,CATE (0 benign, 1 malignant), all in one folder. The number of a record
// is that of its id's last part: "test_7", "test/7.PNG". Throws Error(bad_data) that names the first record
// which fails, lacks a number, a mask or a probability, repeats a number or has one above `cases`, whose mask
// has another size than its image, or the numbers that are not there.
std::vector<ZipEntry> tn_scui_submission(ManifestReader& reader, const EvalOptions& options,
                                         std::int64_t cases);

}  // namespace tn
