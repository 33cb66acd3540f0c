// How a batch is cut into parts that memory has room for.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace tn {

// Sizes of as few parts of `images` as have at most `most` each. They differ by one at most, the larger ones
// first, so that no rest is left that is too small to learn from.
std::vector<std::int64_t> cut_batch(std::int64_t images, std::int64_t most);

// Images of the largest of so many parts.
std::int64_t largest_part(std::int64_t images, std::int64_t parts);

// Up to twice as many parts, none of fewer than `least` images; nothing where that makes no part smaller.
std::optional<std::int64_t> more_parts(std::int64_t images, std::int64_t parts, std::int64_t least);

}  // namespace tn
