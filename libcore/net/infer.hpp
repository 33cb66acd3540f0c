// A stream of records through a network: decoded ahead, answered in order, masks on the original grid.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "libcore/data/manifest.hpp"
#include "libcore/data/select.hpp"
#include "libcore/image/windows.hpp"
#include "libcore/net/api.hpp"
#include "libcore/net/emit.hpp"
#include "libcore/net/ensemble.hpp"
#include "libcore/net/infer_journal.hpp"
#include "libcore/net/model_spec.hpp"

namespace tn {

struct InferOptions {
  Selection selection;
  EmitOptions emit;                 // its root is also what paths of records resolve against
  std::optional<double> threshold;  // of the mask, in (0,1); nothing: the model's
  std::int64_t batch = 1;           // frames a forward pass; results wait until a batch is full
  std::int64_t max_pixels = 100'000'000;
  std::int64_t jobs = 0;  // threads that decode and write; 0: every core
  bool from_raw = false;  // preprocessed records too start from their original image
  bool fail_fast = false;
  bool resume = false;      // records that the journal knows are not answered again
  bool one_by_one = false;  // each frame goes through the network alone, whatever the batch
  WindowOptions windows;
};

void check(const InferOptions& options);  // throws Error(usage)

struct InferOutcome {
  std::int64_t records = 0;
  std::int64_t failed = 0;    // here; records that arrived with an error are not counted
  std::int64_t recalled = 0;  // told by the journal
  bool interrupted = false;
};

// Told of each record that failed here, in order, of each record done, and of memory that ended.
struct InferReport {
  std::function<void(const Record&)> failed;
  std::function<void()> done;
  std::function<void(std::int64_t frames)> fewer;  // memory ended: so many at a time from here on
};

// A model file that answers: its hash and its architecture.
struct ModelName {
  std::string hash;
  std::string arch;
};

// What the records' answers are known by: the one model's hash, or that of all the members'.
std::string answer_hash(const std::vector<ModelName>& models, const EnsembleOptions& options);

// The header for the records to come: "model" says which one, with its thresholds; of an ensemble, its
// members and how they were joined.
Header predicted_header(Header header, const ModelSpec& model, const std::vector<ModelName>& models,
                        const EnsembleOptions& options);

// 16 hexadecimal digits that name all that decides on the answers besides the images: what a journal's
// entries hold for. `answers`: answer_hash().
std::string settings_hash(const std::string& answers, const PredictOptions& predict,
                          const InferOptions& options);

// What answers, what is known of it, and where answers are kept. Borrowed.
struct InferEngine {
  Predictor& predictor;
  const ModelSpec& model;
  const std::string& hash;                // as the records name the answers
  Explainer* explainer = nullptr;         // needed to emit activation maps
  const InferJournal* journal = nullptr;  // nullptr: none is kept
};

// Reads, predicts, writes masks and records: one line out for one line in, in order, flushed as soon as it is
// known. A record that cannot be read becomes an error record in its place. Unless interrupted, brings the
// masks to the disk and finishes the writer. Throws Error(bad_data) for preprocessed records whose hash is
// not the model's; Error(cannot_create | io) for outputs.
InferOutcome infer(ManifestReader& reader, ManifestWriter& writer, const InferEngine& engine,
                   const InferOptions& options, const InferReport& report);

// The same for one image, whose bytes these are: the record has the id "stdin" and the bytes' SHA-256, and no
// path.
InferOutcome infer_image(std::string bytes, ManifestWriter& writer, const InferEngine& engine,
                         const InferOptions& options, const InferReport& report);

}  // namespace tn
