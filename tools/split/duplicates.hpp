// Duplicates found, told of, and joined or dropped.
#pragma once

#include "tools/split/gather.hpp"

namespace tn::split {

void merge_or_drop_duplicates(const Options& options, const Invocation& call, int jobs, Gathered& all);

}  // namespace tn::split
