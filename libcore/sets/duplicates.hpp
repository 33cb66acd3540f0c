// Records whose images are one picture: listed, kept in one group, or dropped but for one.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "libcore/data/record.hpp"
#include "libcore/image/look_alike.hpp"
#include "libcore/sets/good_records.hpp"

namespace tn {

// find_look_alikes() among records of which some have no fingerprint; pairs are numbered by record.
LookAlikes look_alikes_of(std::vector<std::optional<Fingerprint>> prints, int jobs, const Tick& tick);

struct Duplicates {
  LookAlikes found;                   // numbers are those of the records
  std::vector<std::string> failures;  // images that could not be read, in order of the records
};

// Reads every image, keeps a fingerprint of about 12 kB of each and compares these. Records whose image
// cannot be read become error records, which are left out. `tick` is called twice a record.
Duplicates find_duplicates(std::vector<Record>& records, const std::string& root, int jobs, const Tick& tick);

// {"pair":["a","b"],"kind":"exact|near|mirrored","score":0.987,"doubtful":false}; "flip" too where mirrored.
std::string duplicate_line(const std::vector<Record>& records, const LookAlike& pair);

// Gives every record a `group`. Records that share a value of `key` (none: their own `group`, if they have
// one) or a picture, directly or over others, get the same: the first of their values in order of bytes, else
// the id of the first. Doubtful pairs count. Returns how many records have no value. Throws Error(bad_data)
// if a key is given and no record has it.
std::size_t group_duplicates(std::vector<Record>& records, const std::vector<LookAlike>& pairs,
                             const std::optional<std::string>& key);

struct Dropped {
  std::string id;
  std::string kept;  // the record that has the same picture
};

// Leaves one record of each picture: the first of those that have most of mask and label. Doubtful pairs do
// not count.
std::vector<Dropped> drop_duplicates(std::vector<Record>& records, const std::vector<LookAlike>& pairs);

}  // namespace tn
