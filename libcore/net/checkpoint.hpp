// Everything a training needs to go on as if it had not stopped.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "libcore/net/schedule.hpp"
#include "libcore/net/weights.hpp"

namespace tn {

// Where a training stands, besides its tensors.
struct TrainProgress {
  std::int64_t epoch = 1;       // the one in progress, from 1
  std::int64_t epoch_step = 0;  // steps done in it
  std::int64_t steps = 0;       // in all
  double seconds = 0;           // wall clock in all; 0 where no time limit asks for it
  double loss_sum = 0;          // over the epoch's steps
  double mask_loss_sum = 0;
  double class_loss_sum = 0;
  double learning_rate = 0;  // of the last step
  double rate_factor = 1;    // lowered by every rollback
  std::int64_t rollbacks = 0;
  std::int64_t skipped = 0;         // steps of the epoch left out for a loss that is not finite
  std::int64_t skipped_in_row = 0;  // up to now
  std::int64_t parts = 1;           // micro-batches a step
  Plateau plateau;
  double best = -1;  // of the quantity the best model is chosen by
  std::int64_t best_epoch = 0;
  bool done = false;
  friend bool operator==(const TrainProgress&, const TrainProgress&) = default;
};

std::string last_checkpoint(const std::string& folder);      // FOLDER/checkpoint-last.safetensors
std::string previous_checkpoint(const std::string& folder);  // FOLDER/checkpoint-previous.safetensors

// The file holds a checksum (SHA-256) of everything in it, so that damage is never gone on with. Equal states
// give equal bytes. Writes beside, syncs, keeps what was last as previous, renames: at every moment one of
// the two is whole. On file systems without hard links only the previous one is there for a moment.
void save_checkpoint(const std::string& folder, const NamedTensors& tensors, const TrainProgress& progress,
                     const nlohmann::json& fingerprint);

struct Resumed {
  TrainProgress progress;
  std::string warning;  // why the previous checkpoint was taken; empty: the last one was
};

// Copies the last checkpoint's tensors into `tensors` (names, shapes and types must agree) and returns where
// it stood; where the last one is missing or damaged, the previous one's, and a damaged one is renamed to
// checkpoint-damaged.safetensors. Throws Error(no_input) where there is none, Error(bad_data) where none is
// whole, Error(usage) that names the settings in which `fingerprint` differs.
Resumed load_checkpoint(const std::string& folder, const NamedTensors& tensors,
                        const nlohmann::json& fingerprint);

}  // namespace tn
