// What tn-split writes: a manifest, or something said of it. Each opens the output, does its work and closes
// it.
#pragma once

#include "libcore/cli/run_tool.hpp"
#include "tools/split/options.hpp"

namespace tn::split {

Exit pass_on(const Options& options, const Invocation& call);  // record after record, in constant memory
Exit write_manifest(const Options& options, const Invocation& call, int jobs);
Exit report_duplicates(const Options& options, const Invocation& call, int jobs);
Exit check_set(const Options& options, const Invocation& call, int jobs);
Exit print_stats(const Options& options, const Invocation& call, int jobs);

}  // namespace tn::split
