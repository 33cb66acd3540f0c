// A zip archive that appears whole or not at all.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace tn {

// Name and bytes.
using ZipEntry = std::pair<std::string, std::string>;

// The archive's bytes, entries in order and packed; without dates, so that equal entries give equal bytes.
// Throws Error(io) if libzip fails.
std::string zip_bytes(const std::vector<ZipEntry>& entries);

}  // namespace tn
