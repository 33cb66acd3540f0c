// The lines of log.jsonl: what an epoch of training and its validation gave. Written by tn-train, read by
// tn-viz.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tn {

struct EpochLog {
  std::int64_t epoch = 0;  // from 1
  std::int64_t steps = 0;  // optimiser steps so far
  // Of the steps:
  double time = 0;                   // when they were done, seconds since 1970
  double seconds = 0;                // wall clock; where the run was interrupted, since it goes on
  double learning_rate = 0;          // at the last step
  double loss = 0;                   // mean over steps
  std::optional<double> mask_loss;   // Dice loss
  std::optional<double> class_loss;  // cross-entropy
  double images_per_second = 0;
  double waited = 0;         // share of the seconds spent waiting for data, in [0,1]
  std::int64_t skipped = 0;  // steps left out because their loss was not finite
  // Of the validation:
  bool validated = false;
  double val_seconds = 0;
  std::optional<double> val_loss;
  std::optional<double> val_dice;      // mean over images, on the network's grid
  std::optional<double> val_accuracy;  // of the class, threshold 0.5
  std::optional<double> val_auroc;
  bool best = false;  // the model file was replaced
  friend bool operator==(const EpochLog&, const EpochLog&) = default;
};

// Lines with their ends: {"event":"epoch",...} and {"event":"validation",...}.
std::string epoch_line(const EpochLog& log);
std::string validation_line(const EpochLog& log);

// Takes one of these lines: an epoch's becomes a new entry, a validation's completes the last one. Throws
// Error(bad_data) "PLACE: reason".
void take_log_line(std::vector<EpochLog>& logs, const std::string& line, const std::string& place);

std::string csv_header();  // with its line end
std::string to_csv_line(const EpochLog& log);

// The numbers of an entry for a chart: name and value, those that are known.
using Scalars = std::vector<std::pair<std::string, double>>;
Scalars epoch_scalars(const EpochLog& log);
Scalars validation_scalars(const EpochLog& log);

// Every epoch of a log.jsonl; "-": stdin. A last line without its end, which a training is just writing, is
// left out where it makes no sense yet. Throws Error(no_input | bad_data).
std::vector<EpochLog> load_training_log(const std::string& path);

}  // namespace tn
