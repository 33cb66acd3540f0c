// The model file of a run: the best weights so far, and at the end what was chosen with them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "libcore/net/api.hpp"
#include "libcore/net/checkpoint.hpp"
#include "libcore/net/validation.hpp"

namespace tn {

// FOLDER/model.safetensors from the job's document, where the training stands and what validation gave.
void save_best_model(const TrainJob& job, const TrainProgress& progress, const Validation& result,
                     const NamedTensors& weights, bool averaged);

// Loads the folder's model into the network, chooses temperature and thresholds on the cases
// (calibration.hpp) and writes them into the file, weights unchanged; a model that has them already is left
// alone. Returns what there is to say; nothing: stopped before the file was touched.
std::optional<std::vector<std::string>> calibrate_model(const std::string& folder, Network& network,
                                                        const CaseStore& cases, const Asking& asking);

}  // namespace tn
