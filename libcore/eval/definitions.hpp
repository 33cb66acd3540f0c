// What each number of a report means: --explain-metrics prints it, and every report stores it.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tn {

// Name and sentence, in the order in which they are printed.
using Definitions = std::vector<std::pair<std::string, std::string>>;
Definitions definitions();

std::string explain_text();  // the same for a reader, 100 columns wide

}  // namespace tn
