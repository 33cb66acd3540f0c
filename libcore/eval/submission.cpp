#include "libcore/eval/submission.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>

#include "libcore/base/error.hpp"
#include "libcore/base/interrupt.hpp"
#include "libcore/base/text.hpp"
#include "libcore/image/mask.hpp"

namespace tn {
namespace {

constexpr std::size_t kNamed = 5;  // missing numbers that a message names

// The number in the last part of an id: "a/test_12.PNG" -> 12.
std::int64_t number_of(const std::string& id) {
  std::string name = id.substr(id.find_last_of('/') + 1);
  name = name.substr(0, name.find('.'));
  if (to_lower(name).starts_with("test_")) name = name.substr(5);
  const auto number = parse_int(name);
  if (!number || *number < 1)
    throw Error(Exit::bad_data, "{}: no number of a test image: test_N or N is one", id);
  return *number;
}

struct Answer {
  std::string id;
  std::string png;
  bool malignant = false;
};

Answer answer_of(const Record& record, const EvalOptions& options, double threshold) {
  if (record.failed()) throw Error(Exit::bad_data, "{}: the record failed before", record.id());
  const auto prediction = prediction_of(record);
  if (!prediction) throw Error(Exit::bad_data, "{}: no predicted mask", record.id());
  const auto p = record.number("p_malignant");
  if (!p || !(*p >= 0 && *p <= 1)) throw Error(Exit::bad_data, "{}: no p_malignant in [0,1]", record.id());
  const auto image = record.text("image");
  if (!image) throw Error(Exit::bad_data, "{}: no image that says how large the mask must be", record.id());
  const DecodeLimits limits{options.max_pixels};
  const ImageSize size = image_size(resolve(options.root, *image), limits);
  const cv::Mat1b mask = load_mask(*prediction, options.root, size, limits).value();
  return {record.id(), encode_png(mask, 9), *p >= threshold};
}

void check_complete(const std::map<std::int64_t, Answer>& answers, std::int64_t cases) {
  std::vector<std::int64_t> missing;
  for (std::int64_t number = 1; number <= cases; ++number)
    if (!answers.contains(number)) missing.push_back(number);
  if (missing.empty()) return;
  const std::size_t count = missing.size();
  missing.resize(std::min(count, kNamed));
  throw Error(Exit::bad_data, "{} of {} test images are not there: {}{}", count, cases,
              fmt::join(missing, ", "), count > kNamed ? ", ..." : "");
}

}  // namespace

std::vector<ZipEntry> tn_scui_submission(ManifestReader& reader, const EvalOptions& options,
                                         std::int64_t cases) {
  const double threshold = class_threshold(options.threshold, reader.header(), reader.name()).value;
  std::map<std::int64_t, Answer> answers;
  Selector selector(options.selection);
  while (!selector.full()) {
    stop_if_interrupted("interrupted; no submission was written");
    const std::optional<Record> record = reader.next();
    if (!record) break;
    if (!selector.take(*record)) continue;
    const std::int64_t number = number_of(record->id());
    if (number > cases) throw Error(Exit::bad_data, "{}: the test set has {} images", record->id(), cases);
    const auto [place, is_new] = answers.try_emplace(number);
    if (!is_new)
      throw Error(Exit::bad_data, "{} and {} are test image {}", place->second.id, record->id(), number);
    place->second = answer_of(*record, options, threshold);
  }
  check_complete(answers, cases);
  std::vector<ZipEntry> entries;
  std::string table = "ID,CATE\n";
  for (auto& [number, answer] : answers) {
    const std::string name = fmt::format("test_{}.PNG", number);
    entries.emplace_back(name, std::move(answer.png));
    table += fmt::format("{},{}\n", name, answer.malignant ? 1 : 0);
  }
  entries.emplace_back("submission.csv", table);
  return entries;
}

}  // namespace tn
