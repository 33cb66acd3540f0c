// Pieces of an HTML page as text.
#pragma once

#include <string>
#include <string_view>

namespace tn {

std::string escaped(std::string_view text);  // for text and for values in double quotes
std::string base64(std::string_view bytes);

// An SVG document as part of a page: without its XML declaration, every id and reference to one led by
// `prefix`, so that several share a page; `words` say what it shows to those who do not see it.
std::string inline_svg(std::string svg, const std::string& prefix, std::string_view words);

}  // namespace tn
