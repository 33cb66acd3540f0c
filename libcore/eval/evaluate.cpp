#include "libcore/eval/evaluate.hpp"

#include <algorithm>
#include <deque>
#include <mutex>
#include <nlohmann/json.hpp>

#include "libcore/base/error.hpp"
#include "libcore/base/hash.hpp"
#include "libcore/base/interrupt.hpp"
#include "libcore/base/threads.hpp"
#include "libcore/eval/subgroups.hpp"
#include "libcore/image/ordered.hpp"

namespace tn {
namespace {

bool is_share(const nlohmann::json& value) {
  return value.is_number() && value.get<double>() >= 0 && value.get<double>() <= 1;
}

// Which records in flight had failed before they came: the reading end notes, the writing end takes.
class Arrivals {
 public:
  void note(bool failed) {
    const std::scoped_lock lock(mutex_);
    failed_.push_back(failed);
  }
  bool take() {
    const std::scoped_lock lock(mutex_);
    const bool failed = failed_.front();
    failed_.pop_front();
    return failed;
  }

 private:
  std::mutex mutex_;
  std::deque<bool> failed_;
};

// The records that are wanted, hashed as they come.
class Source {
 public:
  Source(ManifestReader& reader, const Selection& selection, Arrivals& arrivals)
      : reader_(reader), selector_(selection), arrivals_(arrivals) {}

  std::optional<Record> next() {
    while (!selector_.full()) {
      stop_if_interrupted("interrupted; no report was written");
      std::optional<Record> record = reader_.next();
      if (!record) return record;
      if (!selector_.take(*record)) continue;
      hash_.update(record->line());
      hash_.update("\n");
      arrivals_.note(record->failed());
      return record;
    }
    return std::nullopt;
  }
  std::string hash() { return hash_.hex(); }

 private:
  ManifestReader& reader_;
  Selector selector_;
  Arrivals& arrivals_;
  Sha256 hash_;
};

void note_model(std::vector<std::string>& models, const Record& record) {
  const auto model = value_text(record, "model");
  if (record.failed() || !model) return;
  if (std::ranges::find(models, *model) == models.end()) models.push_back(*model);
}

}  // namespace

void check(const EvalOptions& options) {
  if (options.threshold && !(*options.threshold >= 0 && *options.threshold <= 1))
    throw Error(Exit::usage, "threshold {} is not in [0,1]", *options.threshold);
  check(options.surface);
  check(options.intervals);
  thread_count(options.jobs);
  if (options.max_pixels < 1)
    throw Error(Exit::usage, "--max-pixels: {} is not a number from 1 up", options.max_pixels);
  if (options.selection.limit && *options.selection.limit < 0)
    throw Error(Exit::usage, "a limit of {} records", *options.selection.limit);
  std::vector<std::string> keys = options.by;
  std::ranges::sort(keys);
  if (const auto twice = std::ranges::adjacent_find(keys); twice != keys.end())
    throw Error(Exit::usage, "subgroups by '{}' are asked for twice", *twice);
}

ClassThreshold class_threshold(const std::optional<double>& given, const Header& header,
                               const std::string& place) {
  if (given) return {*given, ThresholdSource::option};
  const auto model = header.json("model");  // tn-infer's: what the model file says of itself
  if (!model || !model->is_object() || !model->contains("class_threshold")) return {};
  const nlohmann::json& threshold = (*model)["class_threshold"];
  if (!is_share(threshold))
    throw Error(Exit::bad_data, "{}: header: 'model.class_threshold' is not a number in [0,1]", place);
  return {threshold.get<double>(), ThresholdSource::model};
}

Evaluation evaluate(ManifestReader& reader, const EvalOptions& options, const CaseObserver& observer) {
  Evaluation result;
  result.header = reader.header();
  result.empty = options.empty;
  result.surface = options.surface;
  result.intervals = options.intervals;
  result.intervals.jobs = options.jobs;
  result.by = options.by;
  const ClassThreshold threshold = class_threshold(options.threshold, result.header, reader.name());
  result.threshold = threshold.value;
  result.threshold_source = threshold.source;
  const ScoreOptions score{options.root,    {options.max_pixels}, options.empty,
                           options.surface, result.threshold,     labels_of(result.header)};
  Arrivals arrivals;
  Source source(reader, options.selection, arrivals);
  KeyWatch by(options.by);
  for_each_ordered(
      thread_count(options.jobs), [&] { return source.next(); },
      [&](Record record) { return scored(std::move(record), score); },
      [&](const Record& record) {
        CaseScore one = case_of(record, score);
        one.failed_here = !arrivals.take() && record.failed();
        by.note(record);
        for (const std::string& key : options.by)
          one.groups.push_back(value_text(record, key).value_or("null"));
        note_model(result.models, record);
        if (one.failed_here && options.fail_fast)
          throw Error(Exit::partial, "{}: {}", one.id, one.error.value_or(""));
        observer(record, one);
        result.cases.push_back(std::move(one));
      },
      [&] { reader.stop(); });
  result.absent_by = by.absent();
  std::erase(result.absent_by, kNoduleSize);
  result.manifest_hash = source.hash();
  result.truncated = reader.truncated();
  return result;
}

}  // namespace tn
