// The commands of tn-viz that have a file of their own.
#pragma once

#include <vector>

#include "libcore/cli/run_tool.hpp"

namespace tn::viz {

std::vector<Command> chart_commands();
Command compare_command();
Command report_command();

}  // namespace tn::viz
