#include "libcore/net/train_manifest.hpp"

#include <algorithm>
#include <utility>

#include "libcore/base/error.hpp"
#include "libcore/base/hash.hpp"
#include "libcore/base/version.hpp"
#include "libcore/net/model_spec.hpp"

namespace tn {
namespace {

nlohmann::json header_preprocessing(const Header& header, const std::string& name) {
  const auto pre = header.json("pre");
  if (!pre || !pre->is_object() || !pre->contains("options") || !pre->contains("hash"))
    throw Error(Exit::bad_data, "{}: not preprocessed (tn-preprocess makes the frames to train on)", name);
  return *pre;
}

std::optional<int> label_of(const Record& record, const nlohmann::json& labels, const std::string& place) {
  const auto label = record.text("label");
  if (!label) return std::nullopt;
  if (!labels.contains(*label) || !labels[*label].is_number_integer())
    throw Error(Exit::bad_data, "{}: unknown label '{}'", place, *label);
  const int number = labels[*label].get<int>();
  if (number != 0 && number != 1)
    throw Error(Exit::bad_data, "{}: label '{}' has number {}, expected 0 or 1", place, *label, number);
  return number;
}

TrainCase case_of(const Record& record, const std::string& hash, const nlohmann::json& labels,
                  const std::string& root, const std::string& place) {
  const auto pre = record.json("pre");
  if (!pre || !pre->is_object() || !pre->contains("image") || !(*pre)["image"].is_string())
    throw Error(Exit::bad_data, "{}: record is not preprocessed", place);
  if (pre->value("hash", nlohmann::json()) != hash)
    throw Error(Exit::bad_data, "{}: preprocessed otherwise than the manifest's header says", place);
  TrainCase one;
  one.id = record.id();
  one.image = resolve(root, (*pre)["image"].get<std::string>());
  if (pre->contains("mask") && (*pre)["mask"].is_string())
    one.mask = resolve(root, (*pre)["mask"].get<std::string>());
  one.label = label_of(record, labels, place);
  return one;
}

// Labelled training cases: benign, malignant.
std::array<std::int64_t, 2> count_classes(std::span<const TrainCase> cases) {
  std::array<std::int64_t, 2> counts{};
  for (const TrainCase& one : cases)
    if (one.label) ++counts[static_cast<std::size_t>(*one.label)];
  return counts;
}

void expect_lessons(const TrainingSet& set, Task task, const std::string& name) {
  if (set.train.empty()) throw Error(Exit::bad_data, "{}: no record has split 'train'", name);
  const auto has_mask = [](const TrainCase& one) { return one.mask.has_value(); };
  const auto has_label = [](const TrainCase& one) { return one.label.has_value(); };
  if (task != Task::classify && std::none_of(set.train.begin(), set.train.end(), has_mask))
    throw Error(Exit::bad_data, "{}: no training record has a mask", name);
  if (task != Task::segment && std::none_of(set.train.begin(), set.train.end(), has_label))
    throw Error(Exit::bad_data, "{}: no training record has a label (--task segment trains without)", name);
}

}  // namespace

TrainingSet load_training_set(const std::string& path, const std::string& root, const Selection& selection,
                              std::optional<std::int64_t> size, Task task, bool allow_truncated) {
  ReadOptions read;
  read.allow_truncated = allow_truncated;
  ManifestReader reader(path, read);
  TrainingSet set;
  if (!reader.header().json("pre") && !reader.next())
    throw Error(Exit::bad_data, "{}: no records (did the command before it fail?)", reader.name());
  const nlohmann::json pre = header_preprocessing(reader.header(), reader.name());
  set.preprocess = preprocess_from_json(pre["options"], reader.name());
  const std::string hash = preprocess_hash(set.preprocess);
  if (pre["hash"] != hash)
    throw Error(Exit::bad_data, "{}: preprocessed by another version of these tools", reader.name());
  if (size && *size != set.preprocess.size)
    throw Error(Exit::usage, "--size {}: the manifest's frames are {} px", *size, set.preprocess.size);
  set.labels = reader.header().json("labels").value_or(nlohmann::json{{"benign", 0}, {"malignant", 1}});
  for (const auto& [label, number] : {std::pair("benign", 0), std::pair("malignant", 1)})
    if (set.labels.contains(label) && set.labels[label] != number)
      throw Error(Exit::bad_data, "{}: label '{}' has number {}, expected {}", reader.name(), label,
                  set.labels[label].dump(), number);
  set.label_source = reader.header().text("label_source");

  std::vector<Record> used;
  while (auto record = reader.next()) {
    if (selection.limit && static_cast<std::int64_t>(used.size()) >= *selection.limit) {
      if (selection.watch != nullptr) selection.watch->note(*record);
      continue;
    }
    if (!chosen(*record, selection)) continue;
    const auto split = record->text("split");
    if (split != "train" && split != "val") continue;
    if (record->failed()) {
      ++set.errors;
      continue;
    }
    (split == "train" ? set.train : set.validation)
        .push_back(case_of(*record, hash, set.labels, root, reader.place()));
    used.push_back(std::move(*record));
  }
  expect_lessons(set, task, reader.name());
  set.hash = manifest_hash(used);
  return set;
}

std::string class_warning(std::span<const TrainCase> cases, const TrainOptions& options) {
  if (options.task == Task::segment) return "";
  if (options.task == Task::mtl && options.alpha == 0)
    return "the class head learns nothing (--alpha 0): what the model says of the class is arbitrary";
  const auto [benign, malignant] = count_classes(cases);
  if (benign > 0 && malignant > 0) return "";
  return fmt::format("the class head learns one answer: no training record is {}",
                     benign == 0 ? "benign" : "malignant");
}

std::array<double, 2> class_weights(const ClassWeights& weights, std::span<const TrainCase> cases) {
  if (!weights.balanced) return {weights.benign, weights.malignant};
  const auto counts = count_classes(cases);
  if (counts[0] == 0 || counts[1] == 0)
    throw Error(Exit::bad_data, "class weights cannot be balanced: no training record is {}",
                counts[0] == 0 ? "benign" : "malignant");
  const double half = static_cast<double>(counts[0] + counts[1]) / 2;
  return {half / static_cast<double>(counts[0]), half / static_cast<double>(counts[1])};
}

TrainJob make_train_job(const TrainingSet& set, const NetOptions& net, const TrainOptions& options,
                        const std::string& folder, bool resume, const std::string& command_line) {
  TrainJob job;
  job.net = net;
  job.options = options;
  job.size = set.preprocess.size;
  job.train = set.train;
  job.validation = set.validation;
  if (net.class_head) job.class_weights = class_weights(options.class_weights, job.train);
  job.folder = folder;
  job.resume = resume;
  ModelSpec spec;
  spec.net = net;
  spec.preprocess = set.preprocess;
  job.meta = to_json(spec, set.labels, set.label_source);
  job.meta["training"] = {{"options", to_json(options)},       {"manifest", set.hash},
                          {"train", set.train.size()},         {"val", set.validation.size()},
                          {"command_line", command_line},      {"version", std::string(version())},
                          {"class_weights", job.class_weights}};
  job.fingerprint = {{"arch", to_json(net)}, {"options", to_json(options)},
                     {"manifest", set.hash}, {"init", nullptr},
                     {"labels", set.labels}, {"pre", preprocess_hash(set.preprocess)}};
  job.fingerprint["options"].erase("tf32");  // a run may go on on a device that has none
  return job;
}

void begin_with(TrainJob& job, const std::string& path) {
  const std::string hash = sha256_file(path);
  job.init = path;
  job.meta["training"]["init"] = {{"file", path}, {"sha256", hash}};
  job.fingerprint["init"] = hash;
}

}  // namespace tn
