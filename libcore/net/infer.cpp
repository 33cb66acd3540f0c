#include "libcore/net/infer.hpp"

#include <fmt/format.h>
#include <tbb/concurrent_queue.h>
#include <tbb/parallel_for.h>
#include <tbb/partitioner.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <exception>
#include <functional>
#include <iterator>
#include <nlohmann/json.hpp>
#include <span>
#include <thread>
#include <utility>
#include <vector>

#include "libcore/base/error.hpp"
#include "libcore/base/file.hpp"
#include "libcore/base/hash.hpp"
#include "libcore/base/interrupt.hpp"
#include "libcore/base/threads.hpp"
#include "libcore/base/version.hpp"
#include "libcore/net/infer_record.hpp"

namespace tn {
namespace {

const char* vote_name(Vote vote) {
  return vote == Vote::mean ? "mean" : "majority";
}

const char* views_name(Views views) {
  constexpr std::array<const char*, 5> kNames{"none", "mirror", "flips", "scales", "all"};
  return kNames.at(static_cast<std::size_t>(views));
}

// Where items come from.
struct Source {
  std::function<std::optional<InferItem>()> next;  // nothing: the end
  std::function<void()> stop;                      // from any thread: next() waits no longer
};

// Records are read by a thread of their own, which mostly waits. Everything else goes in turns, so that never
// more than `jobs` threads work: the network on a batch, with all of them; then, each on its own thread,
// writing what it answered and decoding what comes after the next batch.
class Stream {
 public:
  Stream(Source source, ManifestWriter& writer, const InferContext& context, const InferReport& report)
      : source_(std::move(source)),
        writer_(writer),
        context_(context),
        options_(context.options),
        report_(report),
        arena_(thread_count(options_.jobs)),
        most_(options_.one_by_one ? 1 : static_cast<std::size_t>(options_.batch)) {
    read_.set_capacity(2 * options_.batch + 2);
  }

  InferOutcome run() {
    std::exception_ptr error;
    {
      const std::jthread reading([this] {
        read_error_ = error_of([this] { read(); });  // what was read before it is still answered
        read_.push(std::nullopt);
      });
      error = error_of([this] { answer(); });
      stop_ = stop_ || error;
      if (!read_ended_) source_.stop();
      while (!read_ended_) take_one();
    }
    if (!error && !stop_) error = read_error_;
    if (error) std::rethrow_exception(error);
    outcome_.interrupted = interrupt_signal() != 0;
    if (outcome_.interrupted || stop_) return outcome_;
    if (files_written_) sync_files(options_.emit.folder);
    writer_.finish();
    return outcome_;
  }

 private:
  template <typename Work>
  static std::exception_ptr error_of(const Work& work) {
    try {
      work();
      return nullptr;
    } catch (...) {
      return std::current_exception();
    }
  }

  void read() {
    while (!stop_ && interrupt_signal() == 0) {
      std::optional<InferItem> item = source_.next();
      if (!item) return;
      read_.push(std::move(*item));
    }
  }

  std::optional<InferItem> take_one() {
    std::optional<InferItem> item;
    read_.pop(item);
    read_ended_ = !item;
    return item;
  }

  // Up to `room` records that were read; waits for the first of them if `wait`.
  std::vector<InferItem> take(std::size_t room, bool wait) {
    std::vector<InferItem> items;
    while (!read_ended_ && items.size() < room && (!read_.empty() || (wait && items.empty())))
      if (std::optional<InferItem> item = take_one()) items.push_back(std::move(*item));
    return items;
  }

  // Records decoded before their turn: two batches.
  std::size_t ahead() const { return static_cast<std::size_t>(2 * options_.batch); }

  void answer() {
    std::vector<InferItem> decoded, answered;  // in order: first the answered, then the decoded ones
    while (!read_ended_ || !decoded.empty() || !answered.empty()) {
      std::vector<InferItem> fresh = take(ahead() - std::min(ahead(), decoded.size()),
                                          answered.empty() && batch_end(decoded) == decoded.begin());
      each_on_a_thread(answered, fresh);
      for (const InferItem& item : answered) {
        emit(item);
        if (stop_) return;
      }
      if (interrupt_signal() != 0) return;
      std::ranges::move(fresh, std::back_inserter(decoded));
      const auto end = batch_end(decoded);
      answered.assign(std::move_iterator(decoded.begin()), std::move_iterator(end));
      decoded.erase(decoded.begin(), end);
      predict(answered);
    }
  }

  void each_on_a_thread(std::vector<InferItem>& answered, std::vector<InferItem>& fresh) {
    const auto work = [&](std::size_t i) {
      if (i < answered.size()) return finish(answered[i], context_);
      prepare(fresh[i - answered.size()], context_);
    };
    arena_.execute([&] {
      tbb::parallel_for(std::size_t{0}, answered.size() + fresh.size(), work, tbb::simple_partitioner());
    });
  }

  // Where the records end that can be answered now: a whole batch, what is left when no more will come or no
  // more may be held, or records without a frame that stand behind none that waits. A batch depends on the
  // sequence of the records alone, not on when they come.
  std::vector<InferItem>::iterator batch_end(std::vector<InferItem>& decoded) const {
    std::int64_t frames = 0;
    auto first = decoded.begin();  // of those that wait
    for (auto item = decoded.begin(); item != decoded.end(); ++item) {
      frames += static_cast<std::int64_t>(item->frames.size());
      const auto next = std::next(item);
      if (frames == 0) first = next;
      if (frames >= options_.batch || static_cast<std::size_t>(next - first) == ahead()) return next;
    }
    return read_ended_ ? decoded.end() : first;
  }

  void predict(std::vector<InferItem>& items) {
    std::vector<cv::Mat1b> frames;
    for (const InferItem& item : items)
      for (const Frame& frame : item.frames) frames.push_back(frame.image);
    std::vector<NetOutput> outputs = outputs_of(frames);
    auto next = std::make_move_iterator(outputs.begin());
    for (InferItem& item : items) {
      const auto count = static_cast<std::ptrdiff_t>(item.frames.size());
      item.outputs.assign(next, next + count);
      next += count;
      if (count > 0 && wants(options_.emit, Output::cam))
        item.maps = std::move(context_.engine.explainer
                                  ->explain(std::array{item.frames.front().image}, mask_threshold(context_))
                                  .front());
    }
  }

  // Never more frames at a time than a batch has: an image may be many windows. Half as many from where
  // memory ends.
  std::vector<NetOutput> outputs_of(std::span<const cv::Mat1b> frames) {
    std::vector<NetOutput> outputs;
    while (outputs.size() < frames.size()) {
      const auto part = frames.subspan(outputs.size(), std::min(most_, frames.size() - outputs.size()));
      try {
        std::ranges::move(context_.engine.predictor.predict(part), std::back_inserter(outputs));
      } catch (const Error& error) {
        if (error.exit_code() != Exit::try_again || part.size() == 1) throw;
        most_ = part.size() / 2;
        report_.fewer(static_cast<std::int64_t>(most_));
      }
    }
    return outputs;
  }

  void emit(const InferItem& item) {
    writer_.write(item.record);
    writer_.flush();
    if (item.wrote || item.recalled) files_written_ = true;  // or by a run that did not get so far
    ++outcome_.records;
    outcome_.recalled += item.recalled ? 1 : 0;
    if (item.failed_here) {
      ++outcome_.failed;
      report_.failed(item.record);
      if (options_.fail_fast) stop_ = true;
    }
    report_.done();
  }

  Source source_;
  ManifestWriter& writer_;
  const InferContext& context_;
  const InferOptions& options_;
  const InferReport& report_;
  tbb::task_arena arena_;
  tbb::concurrent_bounded_queue<std::optional<InferItem>> read_;  // nothing: the end
  std::atomic<bool> stop_ = false;
  bool read_ended_ = false;
  bool files_written_ = false;
  std::size_t most_;  // frames at a time
  std::exception_ptr read_error_;
  InferOutcome outcome_;
};

}  // namespace

void check(const InferOptions& options) {
  check(options.emit);
  check(options.windows);
  if (options.resume && options.emit.folder.empty())
    throw Error(Exit::usage, "--resume needs the folder: --output");
  if (options.windows.size > 0 && wants(options.emit, Output::cam))
    throw Error(Exit::usage, "--emit cam looks at the whole image: not with --window");
  if (options.threshold && !(*options.threshold > 0 && *options.threshold < 1))
    throw Error(Exit::usage, "--threshold: {} is not between 0 and 1", *options.threshold);
  if (options.batch < 1 || options.batch > 65536)
    throw Error(Exit::usage, "--batch: {} is not in 1 to 65536", options.batch);
  if (options.max_pixels < 1)
    throw Error(Exit::usage, "--max-pixels: {} is not a number from 1 up", options.max_pixels);
  thread_count(options.jobs);
  if (options.selection.limit && *options.selection.limit < 0)
    throw Error(Exit::usage, "a limit of {} records", *options.selection.limit);
}

std::string answer_hash(const std::vector<ModelName>& models, const EnsembleOptions& options) {
  if (!joins(models.size(), options)) return models.front().hash;
  std::string text = fmt::format("{} {}", vote_name(options.vote), views_name(options.views));
  for (const ModelName& model : models) text += " " + model.hash;
  return sha256_hex(text).substr(0, 16);
}

Header predicted_header(Header header, const ModelSpec& model, const std::vector<ModelName>& models,
                        const EnsembleOptions& options) {
  nlohmann::json entry{{"sha256", answer_hash(models, options)},
                       {"arch", models.front().arch},
                       {"mask_threshold", model.mask_threshold},
                       {"class_threshold", model.class_threshold}};
  if (options.views != Views::one) entry["tta"] = views_name(options.views);
  if (models.size() > 1 || options.vote == Vote::majority) {
    entry.erase("arch");
    entry["vote"] = vote_name(options.vote);
    for (const ModelName& member : models)
      entry["members"].push_back({{"sha256", member.hash}, {"arch", member.arch}});
  }
  header.set_json("model", entry);
  return header;
}

std::string settings_hash(const std::string& answers, const PredictOptions& predict,
                          const InferOptions& options) {
  const EmitOptions& emit = options.emit;
  std::vector<Output> outputs = emit.outputs;
  if (outputs.empty() && !emit.folder.empty()) outputs = {Output::mask};
  std::ranges::sort(outputs);  // who asks in another order asks for the same
  const nlohmann::json settings{version(),
                                answers,
                                wants_bfloat16(predict.precision, predict.device),
                                predict.device.substr(0, predict.device.find(':')),
                                predict.tf32,
                                options.one_by_one,
                                options.threshold.value_or(-1),
                                options.from_raw,
                                options.windows.size,
                                options.windows.overlap,
                                outputs_text(outputs),
                                emit.cleaning.largest,
                                emit.cleaning.min_area,
                                emit.cleaning.fill_holes,
                                emit.folder,
                                emit.root};
  return sha256_hex(settings.dump()).substr(0, 16);
}

InferOutcome infer(ManifestReader& reader, ManifestWriter& writer, const InferEngine& engine,
                   const InferOptions& options, const InferReport& report) {
  const InferContext context{engine, options};
  Selector selector(options.selection);
  const auto next = [&]() -> std::optional<InferItem> {
    while (!selector.full()) {
      std::optional<Record> record = reader.next();
      if (!record) break;
      if (!selector.take(*record)) continue;
      expect_same_preprocessing(*record, context, reader.place());
      return InferItem{std::move(*record)};
    }
    return std::nullopt;
  };
  return Stream({next, [&] { reader.stop(); }}, writer, context, report).run();
}

InferOutcome infer_image(std::string bytes, ManifestWriter& writer, const InferEngine& engine,
                         const InferOptions& options, const InferReport& report) {
  std::optional<InferItem> image = InferItem{Record::of("stdin")};
  image->record.set("sha256", sha256_hex(bytes));
  image->image = std::move(bytes);
  const auto next = [&] { return std::exchange(image, std::nullopt); };
  return Stream({next, [] {}}, writer, {engine, options}, report).run();
}

}  // namespace tn
