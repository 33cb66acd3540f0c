// What each number of a report means: --explain-metrics prints it, and every report stores it.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "libcore/eval/surface.hpp"

namespace tn {

// Name and sentence, in the order in which they are printed.
using Definitions = std::vector<std::pair<std::string, std::string>>;
Definitions definitions(const SurfaceOptions& surface);

std::string explain_text(const SurfaceOptions& surface);  // the same for a reader, 100 columns wide

}  // namespace tn
