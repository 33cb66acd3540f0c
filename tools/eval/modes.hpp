// What tn-eval does, by what it is asked for. Each takes settled options.
#pragma once

#include "tools/eval/options.hpp"

namespace tn::evaluation {

Exit explain_metrics(const Options& options);
Exit evaluate_manifest(const Options& options, const Invocation& call);
Exit compare_runs(const Options& options, const Invocation& call);
Exit print_table(const Options& options, const Invocation& call);
Exit compare_readers(const Options& options, const Invocation& call);
Exit write_submission(const Options& options, const Invocation& call);

}  // namespace tn::evaluation
