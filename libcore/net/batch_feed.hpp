// Training batches, always one ahead of the network.
#pragma once

#include <cstdint>
#include <future>
#include <optional>

#include "libcore/net/loader.hpp"
#include "libcore/net/transfer.hpp"

namespace tn {

// A place in the sequence of all batches.
struct BatchPlace {
  std::int64_t epoch = 1;  // from 1
  std::int64_t step = 0;   // from 0
  friend bool operator==(const BatchPlace&, const BatchPlace&) = default;
};

// While the network works on a batch, the next one is decoded, augmented and sent to the device on threads of
// its own. What a batch holds depends on its place alone. Borrows the cases and the options; one thread at a
// time.
class BatchFeed {
 public:
  // Of each batch, the part of one of `processes` processes: a multiple of their number is in a batch.
  BatchFeed(const CaseStore& cases, const TrainOptions& options, std::int64_t batch, int jobs,
            int process = 0, int processes = 1, at::Device device = at::kCPU);
  ~BatchFeed();  // waits for the batch in the making
  BatchFeed(const BatchFeed&) = delete;
  BatchFeed& operator=(const BatchFeed&) = delete;

  // The batch at `place`, at once if it follows the one taken before, and starts the one after it. Throws
  // Error of a case that can no longer be read.
  Batch take(BatchPlace place);

  std::int64_t epoch_steps() const { return epoch_steps_; }  // whole batches an epoch

 private:
  struct Made {
    Batch batch;                       // on the processor
    std::optional<Shipment> shipment;  // its tensors; nothing where the device had no memory left for them
  };
  Made make(BatchPlace place) const;
  Shipment ship(const Batch& batch) const;
  BatchPlace after(BatchPlace place) const;

  const CaseStore& cases_;
  const TrainOptions& options_;
  std::int64_t batch_, epoch_steps_;
  int jobs_, process_, processes_;
  at::Device device_;
  std::optional<c10::Stream> beside_;
  BatchPlace next_place_;
  std::future<Made> next_;
};

}  // namespace tn
