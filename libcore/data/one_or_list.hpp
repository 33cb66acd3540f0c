// Values that may be one or a list of them, such as a record's mask.
#pragma once

#include <nlohmann/json.hpp>

namespace tn {

// The list itself, or a list of the one value.
inline nlohmann::json as_list(const nlohmann::json& value) {
  return value.is_array() ? value : nlohmann::json::array({value});
}

}  // namespace tn
