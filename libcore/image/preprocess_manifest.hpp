// A stream of records through preprocessing: in parallel, in order, in bounded memory.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "libcore/data/manifest.hpp"
#include "libcore/data/select.hpp"
#include "libcore/image/preprocess_record.hpp"

namespace tn {

struct PreprocessManifestOptions {
  PreprocessOptions frame;
  FrameStoreOptions store;  // its root holds for the records' paths too
  Selection selection;
  std::int64_t jobs = 0;  // threads; 0: every core
  std::int64_t max_pixels = 100'000'000;
  FailOn fail_on = FailOn::error;
  bool fail_fast = false;
};

void check(const PreprocessManifestOptions& options);  // throws Error(usage)

// The header for the records to come: "pre":{"options","hash"}. Throws Error(bad_data) "NAME: reason" if the
// header tells of other preprocessing.
Header preprocessed_header(Header header, const PreprocessOptions& options, const std::string& name);

// Called for each record in order: its line of failure if it failed here, else an empty text.
using PreprocessObserver = std::function<void(const Record& record, const std::string& failure)>;

// One line out for one line in, flushed as soon as it is known; the same bytes for any jobs. Finishes the
// writer, after the frames are safe on the disk, unless a signal came or `fail_fast` stopped: then the output
// ends without its end record. Returns the number of records that failed here. Throws Error(bad_data) for a
// broken manifest, after all records before the fault; Error(cannot_create | io) for outputs; Error(partial)
// with the failure for `fail_fast`.
std::int64_t preprocess_manifest(ManifestReader& reader, ManifestWriter& writer, const FrameStore& store,
                                 const PreprocessManifestOptions& options,
                                 const PreprocessObserver& observer);

}  // namespace tn
