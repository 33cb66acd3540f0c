#include "libcore/eval/case_score.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "libcore/base/error.hpp"
#include "libcore/data/select.hpp"
#include "libcore/image/mask.hpp"

namespace tn {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kStage = "tn-eval";

// The grid on which a case is compared: the original image's.
ImageSize grid_of(const Record& record, const ScoreOptions& options) {
  if (const auto size = record.json("size")) {
    const auto side = [&](std::size_t i) {
      const bool number = size->is_array() && size->size() == 2 && (*size)[i].is_number_integer();
      const std::int64_t pixels = number ? (*size)[i].get<std::int64_t>() : 0;
      if (pixels < 1 || pixels > options.limits.max_pixels)
        throw Error(Exit::bad_data, "size {} is no width and height in pixels", size->dump());
      return static_cast<int>(pixels);
    };
    return {side(0), side(1)};
  }
  const auto image = record.text("image");
  if (!image) throw Error(Exit::bad_data, "neither 'size' nor 'image' says how large the masks must be");
  return image_size(resolve(options.root, *image), options.limits);
}

// Of a pixel: 1 unless distances are in mm.
Spacing spacing_for(const Record& record, const ScoreOptions& options) {
  if (!options.surface.millimetres) return {1, 1};
  const std::optional<Spacing> spacing = spacing_of(record);
  if (!spacing) throw Error(Exit::bad_data, "no 'spacing_mm', and distances are in mm");
  return *spacing;
}

bool has_mask(const Record& record) {
  return !record.is_null("mask") || !record.is_null("regions");
}

std::optional<bool> malignant_of(const std::string& label, const ScoreOptions& options) {
  const auto found = options.labels.find(label);
  if (found == options.labels.end() || found->second < 0 || found->second > 1) return std::nullopt;
  return found->second == 1;
}

void score_mask(CaseScore& score, const Record& record, const ScoreOptions& options) {
  if (!has_mask(record)) return;
  const auto prediction = prediction_of(record);
  score.mask_missing = !prediction;
  if (!prediction) return;
  const ImageSize grid = grid_of(record, options);
  const cv::Mat1b drawn = load_mask(record, options.root, grid, options.limits).value();
  const cv::Mat1b predicted = load_mask(*prediction, options.root, grid, options.limits).value();
  score.counts = overlap(predicted, drawn);
  score.geometry =
      geometry(predicted, drawn, *score.counts, spacing_for(record, options), options.surface, options.empty);
}

void score_class(CaseScore& score, const Record& record, const ScoreOptions& options) {
  score.p_malignant = record.number("p_malignant");
  if (score.p_malignant && !(*score.p_malignant >= 0 && *score.p_malignant <= 1))
    throw Error(Exit::bad_data, "p_malignant {} is not in [0,1]", *score.p_malignant);
  score.label = record.text("label");
  if (!score.label) return;
  score.malignant = malignant_of(*score.label, options);
  if (!score.malignant)
    throw Error(Exit::bad_data, "label '{}' is none of the header's labels with number 0 or 1", *score.label);
  score.class_missing = !score.p_malignant;
}

// Errors of a record's own keys begin with its id, which an error record says anyhow.
std::string without_id(std::string_view message, const std::string& id) {
  const std::string lead = id + ": ";
  return std::string(message.starts_with(lead) ? message.substr(lead.size()) : message);
}

std::string error_of(const Record& record) {
  const auto message = record.at("error.msg");
  return message && message->is_string() ? message->get<std::string>() : "no reason given";
}

void put_geometry(Json& json, Json& reasons, const CaseScore& score, const ScoreOptions& options) {
  const std::vector<GeometryMetric> metrics = geometry_metrics(options.surface);
  for (std::size_t i = 0; i < metrics.size(); ++i) {
    const std::optional<double>& value = score.geometry->values.at(i);
    json[metrics[i].name] = value ? Json(*value) : Json(nullptr);
    if (!value) reasons[metrics[i].name] = why_no_geometry(*score.counts, options.empty);
  }
  json["regions_drawn"] = score.geometry->regions_drawn;
  json["regions_detected"] = score.geometry->regions_detected;
}

std::int64_t count_of(const nlohmann::json& metrics, const char* key) {
  const auto found = metrics.find(key);
  return found != metrics.end() && found->is_number_integer() ? found->get<std::int64_t>() : 0;
}

Geometry geometry_of(const nlohmann::json& metrics, const ScoreOptions& options) {
  Geometry geometry;
  for (const GeometryMetric& metric : geometry_metrics(options.surface)) {
    const auto found = metrics.find(metric.name);
    const bool number = found != metrics.end() && found->is_number();
    geometry.values.push_back(number ? std::optional(found->get<double>()) : std::nullopt);
  }
  geometry.regions_drawn = count_of(metrics, "regions_drawn");
  geometry.regions_detected = count_of(metrics, "regions_detected");
  return geometry;
}

void read_metrics(CaseScore& score, const nlohmann::json& metrics, const ScoreOptions& options) {
  if (metrics.contains("tp")) {
    score.counts = Overlap{count_of(metrics, "tp"), count_of(metrics, "fp"), count_of(metrics, "fn"),
                           count_of(metrics, "tn")};
    score.geometry = geometry_of(metrics, options);
  }
  const nlohmann::json missing = metrics.value("missing", nlohmann::json::array());
  score.mask_missing = std::find(missing.begin(), missing.end(), "mask") != missing.end();
  score.class_missing = std::find(missing.begin(), missing.end(), "class") != missing.end();
}

}  // namespace

std::optional<Record> prediction_of(const Record& record) {
  const auto pred = record.json("pred");
  if (!pred || !pred->is_object()) return std::nullopt;
  Record prediction = Record::of(record.id());
  for (const char* key : {"mask", "regions"})
    if (pred->contains(key)) prediction.set_json(key, (*pred)[key]);
  if (!has_mask(prediction)) return std::nullopt;
  return prediction;
}

CaseScore score_case(const Record& record, const ScoreOptions& options) {
  CaseScore score;
  score.id = record.id();
  score.patient = value_text(record, "patient");
  score_mask(score, record, options);
  score_class(score, record, options);
  return score;
}

Json metrics_json(const CaseScore& score, const ScoreOptions& options) {
  Json json = Json::object(), reasons = Json::object();
  const auto put = [&](const OverlapMetric& metric) {
    const auto value = value_of(metric, *score.counts, options.empty);
    json[std::string(metric.name)] = value ? Json(*value) : Json(nullptr);
    if (!value) reasons[std::string(metric.name)] = why_undefined(metric, *score.counts, options.empty);
  };
  if (score.counts) {
    for (const OverlapMetric& metric : overlap_metrics()) put(metric);
    put(class_mean_metric());
    put_geometry(json, reasons, score, options);
    json["tp"] = score.counts->tp;
    json["fp"] = score.counts->fp;
    json["fn"] = score.counts->fn;
    json["tn"] = score.counts->tn;
  }
  if (score.malignant && score.p_malignant)
    json["class_correct"] = (*score.p_malignant >= options.threshold) == *score.malignant;
  if (score.mask_missing) json["missing"].push_back("mask");
  if (score.class_missing) json["missing"].push_back("class");
  if (!reasons.empty()) json["reasons"] = reasons;
  return json;
}

Record scored(Record record, const ScoreOptions& options) {
  if (record.failed()) return record;
  try {
    record.set_raw("metrics", metrics_json(score_case(record, options), options).dump());
  } catch (const Error& error) {
    record.erase("metrics");
    record.fail(kStage, error.kind(), without_id(error.what(), record.id()));
  }
  return record;
}

CaseScore case_of(const Record& record, const ScoreOptions& options) {
  CaseScore score;
  score.id = record.id();
  score.patient = value_text(record, "patient");
  score.label = value_text(record, "label");
  if (score.label) score.malignant = malignant_of(*score.label, options);
  if (record.failed()) {
    score.error = error_of(record);
    return score;
  }
  score.p_malignant = record.number("p_malignant");
  read_metrics(score, record.json("metrics").value_or(nlohmann::json::object()), options);
  return score;
}

std::map<std::string, int> labels_of(const Header& header) {
  const auto labels = header.json("labels");
  if (!labels) return ScoreOptions().labels;
  std::map<std::string, int> numbers;
  for (const auto& [name, number] : labels->items()) numbers[name] = number.get<int>();
  return numbers;
}

}  // namespace tn
