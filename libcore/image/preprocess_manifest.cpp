#include "libcore/image/preprocess_manifest.hpp"

#include <algorithm>
#include <deque>
#include <exception>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "libcore/base/error.hpp"
#include "libcore/base/interrupt.hpp"
#include "libcore/base/threads.hpp"
#include "libcore/image/ordered.hpp"

namespace tn {
namespace {

constexpr std::int64_t kMostJobs = 1 << 16;  // more than any machine's cores; fits an int

// The records that go in, and which of them had failed before. Ends early on a signal, and at the first fault
// of the manifest, which it keeps: what was read before it is still written.
class Source {
 public:
  Source(ManifestReader& reader, const Selection& selection) : reader_(reader), selector_(selection) {}

  std::optional<Record> next() {
    try {
      std::optional<Record> record = read();
      if (record) {
        const std::lock_guard guard(lock_);
        arrived_failed_.push_back(record->failed());
      }
      return record;
    } catch (const Error&) {
      fault_ = std::current_exception();
      return std::nullopt;
    }
  }

  // Of the records in order, once each: whether it came with an error.
  bool arrived_failed() {
    const std::lock_guard guard(lock_);
    const bool failed = arrived_failed_.front();
    arrived_failed_.pop_front();
    return failed;
  }

  void rethrow() const {
    if (fault_) std::rethrow_exception(fault_);
  }

 private:
  std::optional<Record> read() {
    while (interrupt_signal() == 0 && !selector_.full()) {
      std::optional<Record> record = reader_.next();
      if (!record) return std::nullopt;
      if (selector_.take(*record)) return record;
    }
    return std::nullopt;
  }

  ManifestReader& reader_;
  Selector selector_;
  std::mutex lock_;
  std::deque<bool> arrived_failed_;  // of the records alive
  std::exception_ptr fault_;
};

}  // namespace

void check(const PreprocessManifestOptions& options) {
  check(options.frame);
  check(options.store);
  thread_count(options.jobs);
  if (options.max_pixels < 1)
    throw Error(Exit::usage, "--max-pixels: {} is not a number from 1 up", options.max_pixels);
  if (options.selection.limit && *options.selection.limit < 0)
    throw Error(Exit::usage, "a limit of {} records", *options.selection.limit);
}

Header preprocessed_header(Header header, const PreprocessOptions& options, const std::string& name) {
  const std::string hash = preprocess_hash(options);
  const auto before = header.json("pre");
  const nlohmann::json there =
      before && before->is_object() ? before->value("hash", nlohmann::json()) : nlohmann::json();
  if (before && !before->is_null() && there != hash)
    throw Error(Exit::bad_data,
                "{}: is preprocessed with {} already, not with {} (start from the manifest before that)",
                name, there.is_string() ? there.get<std::string>() : there.dump(), hash);
  header.set_json("pre", {{"hash", hash}, {"options", to_json(options)}});
  return header;
}

std::int64_t preprocess_manifest(ManifestReader& reader, ManifestWriter& writer, const FrameStore& store,
                                 const PreprocessManifestOptions& options,
                                 const PreprocessObserver& observer) {
  const PreprocessRecordOptions record_options{
      options.frame, {options.max_pixels, options.fail_on}, options.store.root};
  Source source(reader, options.selection);
  std::int64_t failed = 0;
  for_each_ordered(
      static_cast<int>(std::min(options.jobs, kMostJobs)), [&] { return source.next(); },
      [&](Record record) { return preprocess_record(std::move(record), record_options, store); },
      [&](const Record& record) {
        const bool failed_here = !source.arrived_failed() && record.failed();
        writer.write(record);
        writer.flush();
        if (failed_here && options.fail_fast) throw Error::of(Exit::partial, record.failure_line());
        failed += failed_here ? 1 : 0;
        observer(record, failed_here ? record.failure_line() : "");
      },
      [&] { reader.stop(); });
  if (interrupt_signal() != 0) return failed;
  source.rethrow();
  store.sync();
  writer.finish();
  return failed;
}

}  // namespace tn
