// All records of the inputs, for what needs a view of the whole.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "libcore/cli/run_tool.hpp"
#include "libcore/data/manifest.hpp"
#include "libcore/data/merged_reader.hpp"
#include "tools/split/options.hpp"

namespace tn::split {

struct Gathered {
  Manifest manifest;
  std::vector<std::string> failures;  // records that failed here
};

std::int64_t count(const Gathered& all);

// The manifests and lists of the inputs, one record after the other.
MergedReader open(const Options& options);
void warn_truncated(const MergedReader& reader, const Log& log);

Gathered gather(const Options& options, const Invocation& call, int jobs);

// Writes the failures to stderr; partial if there are any.
Exit tell_failures(const Invocation& call, const Gathered& all);

}  // namespace tn::split
