// Words as a shell and as an INI file read them back.
#pragma once

#include <string>

namespace tn {

std::string shell_quoted(const std::string& word);

// A value of an INI file as Boost reads it back: a '#' would begin a comment, blanks at the ends would be
// lost. Such a value stands in quotes with JSON's escapes for '"', '\\', '#' and controls; other bytes stay.
std::string ini_quoted(const std::string& value);

// The value of the setting `name` again. Throws Error(usage).
std::string ini_unquoted(const std::string& name, const std::string& value);

}  // namespace tn
