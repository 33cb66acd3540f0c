// Files that lie within the program: nothing is looked for when it runs.
#pragma once

#include <string_view>

namespace tn {

std::string_view regular_font();  // DejaVu Sans, TrueType
std::string_view bold_font();
std::string_view report_style();   // CSS of an HTML report
std::string_view report_script();  // its JavaScript

}  // namespace tn
