// A preprocessed manifest as a training job.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>

#include "libcore/data/manifest.hpp"
#include "libcore/data/select.hpp"
#include "libcore/net/api.hpp"

namespace tn {

// Cases of the splits "train" and "val"; every other split, "test" above all, is left alone. Error records
// are skipped and counted. The manifest's own size holds. Throws Error(bad_data) "PLACE: reason": not
// preprocessed, mixed preprocessing, no training record, nothing to learn the task from; Error(usage) for
// another `size` than its own.
struct TrainingSet {
  std::vector<TrainCase> train;
  std::vector<TrainCase> validation;
  PreprocessOptions preprocess;
  nlohmann::json labels;  // of the header: name -> number
  std::optional<std::string> label_source;
  std::string hash;         // manifest_hash of the records used
  std::int64_t errors = 0;  // records that arrived with an error
};
TrainingSet load_training_set(const std::string& path, const std::string& root, const Selection& selection,
                              std::optional<std::int64_t> size, Task task, bool allow_truncated);

// Why the class head will not learn to tell the classes apart, in one line: it has cases of one class alone,
// or its loss counts for nothing. Empty: it may, or there is none.
std::string class_warning(std::span<const TrainCase> cases, const TrainOptions& options);

// The factors of the class loss. Throws Error(bad_data) where they are to be balanced and a class has no
// case.
std::array<double, 2> class_weights(const ClassWeights& weights, std::span<const TrainCase> cases);

// The job for a run folder: model document with provenance, and everything that a resume must find unchanged.
TrainJob make_train_job(const TrainingSet& set, const NetOptions& net, const TrainOptions& options,
                        const std::string& folder, bool resume, const std::string& command_line);

// Lets the job begin with the weights of a safetensors file, whose hash the model document and the
// fingerprint keep: a resume needs the same file named, and does not take its weights again. Throws
// Error(no_input).
void begin_with(TrainJob& job, const std::string& path);

}  // namespace tn
