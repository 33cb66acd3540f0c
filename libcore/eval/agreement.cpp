#include "libcore/eval/agreement.hpp"

#include <nlohmann/json.hpp>
#include <unordered_map>

#include "libcore/base/error.hpp"
#include "libcore/base/threads.hpp"
#include "libcore/data/select.hpp"
#include "libcore/eval/spread.hpp"
#include "libcore/image/ordered.hpp"

namespace tn {
namespace {

struct Found {
  const Opinions* opinions = nullptr;
  std::unordered_map<std::string, const Record*> of_id;
  std::map<std::string, int> labels;
  double threshold = 0.5;

  const Record* find(const std::string& id) const {
    const auto it = of_id.find(id);
    return it == of_id.end() ? nullptr : it->second;
  }
};

Found find_records(const Opinions& one, const EvalOptions& options) {
  Found found;
  found.opinions = &one;
  for (const Record& record : one.manifest.records) found.of_id[record.id()] = &record;
  found.labels = labels_of(one.manifest.header);
  if (one.model) found.threshold = class_threshold(options.threshold, one.manifest.header, one.name).value;
  return found;
}

// The record that has the opinion's mask as its own; nothing where it has none.
std::optional<Record> mask_of(const Found& from, const Record& record) {
  if (from.opinions->model) return prediction_of(record);
  if (record.is_null("mask") && record.is_null("regions")) return std::nullopt;
  return record;
}

std::optional<bool> class_of(const Found& from, const Record& record) {
  if (from.opinions->model) {
    const auto p = record.number("p_malignant");
    return p ? std::optional(*p >= from.threshold) : std::nullopt;
  }
  const auto label = record.text("label");
  if (!label) return std::nullopt;
  const auto number = from.labels.find(*label);
  if (number == from.labels.end() || number->second < 0 || number->second > 1)
    throw Error(Exit::bad_data, "{}: {}: label '{}' is none of the header's labels with number 0 or 1",
                from.opinions->name, record.id(), *label);
  return number->second == 1;
}

void copy_keys(Record& into, const Record& from, std::initializer_list<const char*> keys) {
  for (const char* key : keys)
    if (!from.is_null(key)) into.set_raw(key, *from.raw(key));
}

// a's mask as drawn and b's as predicted, on the grid of `shape`.
Record paired(const Record& shape, const Record& a, const Record& b) {
  Record pair = Record::of(shape.id());
  copy_keys(pair, shape, {"image", "frame", "size", "spacing_mm"});
  copy_keys(pair, a, {"mask", "regions"});
  Record prediction = Record::of(shape.id());
  copy_keys(prediction, b, {"mask", "regions"});
  pair.set_raw("pred", prediction.line());
  return pair;
}

CaseScore compare(const Record& shape, const Found& a, const Found& b, const ScoreOptions& score) {
  CaseScore one;
  one.id = shape.id();
  const Record *of_a = a.find(one.id), *of_b = b.find(one.id);
  if ((of_a && of_a->failed()) || (of_b && of_b->failed())) {
    one.error = "the record failed before";
  } else {
    const auto mask_a = of_a ? mask_of(a, *of_a) : std::nullopt;
    const auto mask_b = of_b ? mask_of(b, *of_b) : std::nullopt;
    one.mask_missing = mask_a.has_value() != mask_b.has_value();
    try {
      if (mask_a && mask_b) one = score_case(paired(shape, *mask_a, *mask_b), score);
    } catch (const Error& error) {
      one.error = error.what();
      one.failed_here = true;
    }
  }
  one.patient = value_text(shape, "patient");
  return one;
}

ClassAgreement compare_classes(const std::vector<std::string>& ids, const Found& a, const Found& b) {
  ClassAgreement result;
  for (const std::string& id : ids) {
    const Record *of_a = a.find(id), *of_b = b.find(id);
    if (!of_a || !of_b || of_a->failed() || of_b->failed()) continue;
    const auto first = class_of(a, *of_a), second = class_of(b, *of_b);
    if (!first || !second) continue;
    ++(*first    ? *second ? result.counts.tp : result.counts.fn
       : *second ? result.counts.fp
                 : result.counts.tn);
  }
  result.share = accuracy(result.counts);
  result.kappa = kappa(result.counts);
  return result;
}

// Of every case the record that says its size, image, spacing and patient.
std::vector<const Record*> shapes(const std::vector<Opinions>& opinions) {
  std::vector<const Record*> result;
  std::unordered_map<std::string, bool> seen;
  for (const Opinions& one : opinions)
    for (const Record& record : one.manifest.records)
      if (seen.try_emplace(record.id()).second) result.push_back(&record);
  return result;
}

AgreementPair make_pair(const std::vector<const Record*>& shapes, const std::vector<std::string>& ids,
                        const Found& a, const Found& b, const EvalOptions& options) {
  AgreementPair pair;
  pair.a = a.opinions->name;
  pair.b = b.opinions->name;
  pair.with_model = b.opinions->model;
  const ScoreOptions score{options.root, {options.max_pixels}, options.empty, options.surface, 0.5, {}};
  pair.cases.resize(shapes.size());
  for_each_index(shapes.size(), thread_count(options.jobs),
                 [&](std::size_t i) { pair.cases[i] = compare(*shapes[i], a, b, score); });
  pair.summary = summarize(pair.cases, options.empty, 0.5, options.surface);
  IntervalOptions intervals_options = options.intervals;
  intervals_options.jobs = options.jobs;
  pair.intervals = intervals(pair.cases, options.empty, 0.5, options.surface, intervals_options);
  pair.classes = compare_classes(ids, a, b);
  return pair;
}

}  // namespace

std::optional<double> kappa(const ClassCounts& counts) {
  const auto n = static_cast<double>(counts.tp + counts.fp + counts.fn + counts.tn);
  if (n == 0) return std::nullopt;
  const auto share = [&](std::int64_t a, std::int64_t b) { return static_cast<double>(a + b) / n; };
  const double a = share(counts.tp, counts.fn), b = share(counts.tp, counts.fp);
  const double by_chance = a * b + (1 - a) * (1 - b);
  if (by_chance >= 1) return std::nullopt;
  return (share(counts.tp, counts.tn) - by_chance) / (1 - by_chance);
}

Agreement agreement(const std::vector<Opinions>& opinions, const EvalOptions& options) {
  if (options.empty == EmptyRule::drop)
    throw Error(Exit::usage,
                "the rule drop looks at one of two masks alone: readers are compared with score or nan");
  Agreement result;
  std::vector<Found> readers, models;
  for (const Opinions& one : opinions) {
    result.names.push_back(one.name);
    result.hashes.push_back(manifest_hash(one.manifest.records));
    (one.model ? models : readers).push_back(find_records(one, options));
  }
  const std::vector<const Record*> records = shapes(opinions);
  for (const Record* record : records) result.ids.push_back(record->id());
  for (std::size_t i = 0; i < readers.size(); ++i)
    for (std::size_t j = i + 1; j < readers.size(); ++j)
      result.pairs.push_back(make_pair(records, result.ids, readers[i], readers[j], options));
  for (const Found& model : models)
    for (const Found& reader : readers)
      result.pairs.push_back(make_pair(records, result.ids, reader, model, options));
  bool any = false;
  for (const AgreementPair& pair : result.pairs)
    any = any || pair.summary.counts.mask_scored > 0 || pair.classes.share;
  if (!any) throw Error(Exit::bad_data, "no case has a mask or a class of two readers");
  const Units units = units_of(result.pairs.front().cases);
  result.unit = units.name;
  result.units = units.count;
  for (const Found& model : models)
    result.spreads.push_back(spread_of(result.pairs, model.opinions->name, units, options));
  return result;
}

}  // namespace tn
