// Operating points and decision curve as JSON and Markdown.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "libcore/eval/operating.hpp"

namespace tn {

nlohmann::ordered_json operating_json(const Operating& operating);
std::string operating_markdown(const Operating& operating);

}  // namespace tn
