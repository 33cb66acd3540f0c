#include "libcore/net/micro_batches.hpp"

#include <algorithm>

namespace tn {
namespace {

std::int64_t divided_upwards(std::int64_t a, std::int64_t b) {
  return (a + b - 1) / b;
}

}  // namespace

std::vector<std::int64_t> cut_batch(std::int64_t images, std::int64_t most) {
  const std::int64_t parts = divided_upwards(images, most);
  std::vector<std::int64_t> sizes;
  for (std::int64_t i = 0; i < parts; ++i) sizes.push_back(images / parts + (i < images % parts ? 1 : 0));
  return sizes;
}

std::int64_t largest_part(std::int64_t images, std::int64_t parts) {
  return divided_upwards(images, parts);
}

std::optional<std::int64_t> more_parts(std::int64_t images, std::int64_t parts, std::int64_t least) {
  const std::int64_t more = std::min(2 * parts, images / least);
  if (more <= parts || largest_part(images, more) == largest_part(images, parts)) return std::nullopt;
  return more;
}

}  // namespace tn
