// Whether a model lies within the spread of the readers.
#pragma once

#include <string>
#include <vector>

#include "libcore/eval/agreement.hpp"

namespace tn {

// Dice, IoU and the metrics of place and distance, all of which take two masks as equals. pairs: those of the
// readers and those of the model, of the same cases in the same order. A metric that no case has in every
// pair has no row. Better or worse: the interval of the change excludes no change.
ModelSpread spread_of(const std::vector<AgreementPair>& pairs, const std::string& model, const Units& units,
                      const EvalOptions& options);

}  // namespace tn
