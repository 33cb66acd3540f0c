// The version of the tools, as --version prints it and every output records it.
#pragma once

#include <string_view>

namespace tn {

std::string_view version();

}  // namespace tn
