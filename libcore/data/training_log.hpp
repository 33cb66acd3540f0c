// One line of log.jsonl: what an epoch of training gave. Written by tn-train, read by tn-viz.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tn {

struct EpochLog {
  std::int64_t epoch = 0;            // from 1
  std::int64_t steps = 0;            // optimiser steps so far
  double seconds = 0;                // wall clock of this epoch
  double learning_rate = 0;          // at its last step
  double loss = 0;                   // mean over steps
  std::optional<double> mask_loss;   // Dice loss
  std::optional<double> class_loss;  // cross-entropy
  std::optional<double> val_loss;
  std::optional<double> val_dice;      // mean over images, on the network's grid
  std::optional<double> val_accuracy;  // of the class, threshold 0.5
  std::optional<double> val_auroc;
  double images_per_second = 0;
  double waited = 0;  // share of the epoch spent waiting for data, in [0,1]
  bool best = false;  // the model file was replaced
  friend bool operator==(const EpochLog&, const EpochLog&) = default;
};

std::string to_json_line(const EpochLog& log);                                    // with its line end
EpochLog epoch_log_from_json(const std::string& line, const std::string& place);  // throws Error(bad_data)

std::string csv_header();  // with its line end
std::string to_csv_line(const EpochLog& log);

// Every epoch of a log.jsonl; "-": stdin. Throws Error(no_input | bad_data).
std::vector<EpochLog> load_training_log(const std::string& path);

}  // namespace tn
