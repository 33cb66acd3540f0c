// --stats: how many records of what kind, how large their images and nodules are.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "libcore/data/record.hpp"
#include "libcore/sets/good_records.hpp"

namespace tn {

// Five numbers of a sample; the quartiles are interpolated between neighbours.
struct Spread {
  std::size_t count = 0;
  double least = 0, lower = 0, median = 0, upper = 0, most = 0;
};
Spread spread_of(std::vector<double> values);  // of nothing: all 0

struct SetDescription {
  std::size_t records = 0;
  std::size_t errors = 0;    // error records, those that failed here included
  std::size_t patients = 0;  // values of `patient`
  // Split ("train", "fold 2", "train (fold 2)", "none") and label ("none" too) -> records.
  std::map<std::string, std::map<std::string, std::size_t>> labels;
  std::map<std::string, std::size_t> patients_in;  // split -> values of `patient`
  Spread width_px, height_px;                      // of images whose size is known
  std::size_t without_mask = 0;                    // error records are in none of the three
  std::size_t empty_masks = 0;
  std::size_t masks = 0;  // with a nodule
  Spread nodule_px;       // area of a nodule
  Spread nodule_share;    // and as a share of its image
  std::map<std::string, Spread> share_by_label;
  std::vector<std::string> failures;  // images and masks that could not be read, in order of the records
};

// Reads the header of every image whose record does not say its size, and every mask; records whose files
// cannot be read become error records.
SetDescription describe(std::vector<Record>& records, const std::string& root, int jobs, const Tick& tick);

std::string description_text(const SetDescription& set);  // for readers
std::string description_json(const SetDescription& set);  // one object, one line

}  // namespace tn
