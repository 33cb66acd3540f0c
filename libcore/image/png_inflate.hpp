// The slow part of reading a PNG, done by a faster library.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tn {

// The same PNG with its pixels inflated and stored as they are, for libpng to read without zlib's work: every
// chunk's checksum and that of the pixels were looked at. Nothing for what libpng has to judge or read bit by
// bit itself: a damaged or interlaced file, or one of more than 64 MB of pixels.
std::optional<std::string> inflated_png(std::string_view png);

}  // namespace tn
