// Training batches, always one ahead of the network.
#pragma once

#include <cstdint>
#include <future>

#include "libcore/net/loader.hpp"

namespace tn {

// A place in the sequence of all batches.
struct BatchPlace {
  std::int64_t epoch = 1;  // from 1
  std::int64_t step = 0;   // from 0
  friend bool operator==(const BatchPlace&, const BatchPlace&) = default;
};

// While the network works on a batch, the next one is decoded and augmented on threads of its own. What a
// batch holds depends on its place alone. Borrows the cases and the options; one thread at a time.
class BatchFeed {
 public:
  // Of each batch, the part of one of `processes` processes: a multiple of their number is in a batch.
  BatchFeed(const CaseStore& cases, const TrainOptions& options, std::int64_t batch, int jobs,
            int process = 0, int processes = 1);
  ~BatchFeed();  // waits for the batch in the making
  BatchFeed(const BatchFeed&) = delete;
  BatchFeed& operator=(const BatchFeed&) = delete;

  // The batch at `place`, at once if it follows the one taken before, and starts the one after it. Throws
  // Error of a case that can no longer be read.
  Batch take(BatchPlace place);

  std::int64_t epoch_steps() const { return epoch_steps_; }  // whole batches an epoch

 private:
  Batch make(BatchPlace place) const;
  BatchPlace after(BatchPlace place) const;

  const CaseStore& cases_;
  const TrainOptions& options_;
  std::int64_t batch_, epoch_steps_;
  int jobs_, process_, processes_;
  BatchPlace next_place_;
  std::future<Batch> next_;
};

}  // namespace tn
