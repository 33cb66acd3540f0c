// What only the files can tell: image sizes, and how much of an image its nodule covers.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "libcore/data/record.hpp"
#include "libcore/image/image_io.hpp"
#include "libcore/sets/good_records.hpp"

namespace tn {

// The path of the record's image, to open. Throws Error(bad_data) if it has none.
std::string image_path(const Record& record, const std::string& root);

// The size of the image: from the record if it says so, else from the file. Throws Error.
ImageSize size_of(const Record& record, const std::string& root);

// Sets each record's `size` from its image's header where it has none, and makes sure that its mask files are
// there. A record whose files are missing or unreadable becomes an error record. Returns what went wrong, in
// order of the records.
std::vector<std::string> measure_images(std::vector<Record>& records, const std::string& root, int jobs,
                                        const Tick& tick);

struct NoduleShares {
  std::vector<std::optional<double>> share;  // of the image, in [0,1]; nothing: no mask, or an error record
  std::vector<std::string> failures;         // in order of the records
};

// Reads every mask. Records whose mask or image cannot be read become error records; those that are so
// already are left alone.
NoduleShares nodule_shares(std::vector<Record>& records, const std::string& root, int jobs, const Tick& tick);

}  // namespace tn
