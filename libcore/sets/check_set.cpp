#include "libcore/sets/check_set.hpp"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <opencv2/core.hpp>
#include <set>
#include <utility>

#include "libcore/base/error.hpp"
#include "libcore/base/text.hpp"
#include "libcore/data/json_text.hpp"
#include "libcore/data/select.hpp"
#include "libcore/image/image_io.hpp"
#include "libcore/image/look_alike.hpp"
#include "libcore/image/mask.hpp"
#include "libcore/image/record_image.hpp"
#include "libcore/sets/duplicates.hpp"
#include "libcore/sets/measure.hpp"

namespace tn {
namespace {

using nlohmann::ordered_json;

constexpr int kLeastSide = 29;        // px; below it the network's deepest features vanish (METHOD 1)
constexpr int kMostAspect = 4;        // of the longer side to the shorter
constexpr double kMostBetween = 0.5;  // of a mask's pixels above 0: more of them grey is no mask

Finding finding(bool error, const std::string& code, const std::vector<std::string>& ids, ordered_json more,
                const std::string& message) {
  ordered_json line;
  line["severity"] = error ? "error" : "warning";
  line["code"] = code;
  line["ids"] = ids;
  for (const auto& [key, value] : more.items()) line[key] = value;
  line["msg"] = printable(message, 2000);
  return {error, line.dump()};
}

// Looks at one record's files; adds what it finds.
class Inspection {
 public:
  Inspection(const Record& record, const std::string& root) : record_(record), root_(root) {}

  // The image's fingerprint; nothing if it cannot be read.
  std::optional<Fingerprint> run(std::vector<Finding>& findings) {
    findings_ = &findings;
    if (record_.failed()) {
      add(false, "error-record", "an error record; its files were not looked at");
      return std::nullopt;
    }
    if (record_.is_null("label")) add(false, "unlabelled", "no label");
    cv::Mat1b image;
    if (!attempt("unreadable-image", [&] { image = load_image(record_, root_); })) return {};
    const ImageSize size{image.cols, image.rows};
    check_size(size);
    attempt("unreadable-mask", [&] { check_mask(size); });
    return fingerprint(image);
  }

 private:
  void add(bool error, const std::string& code, const std::string& message) {
    findings_->push_back(finding(error, code, {record_.id()}, {}, message));
  }
  template <typename Work>
  bool attempt(const char* code, const Work& work) {
    try {
      work();
      return true;
    } catch (const Error& error) {
      add(true, code, error.what());
      return false;
    }
  }

  void check_size(ImageSize size) {
    if (!record_.is_null("size")) {
      ImageSize recorded;
      if (attempt("size-mismatch", [&] { recorded = size_of(record_, root_); }) && recorded != size)
        add(true, "size-mismatch",
            fmt::format("the record says {} x {} px, the image has {} x {}", recorded.width, recorded.height,
                        size.width, size.height));
    }
    const auto [shorter, longer] = std::minmax(size.width, size.height);
    if (shorter < kLeastSide || longer > kMostAspect * shorter)
      add(false, "odd-size", fmt::format("an image of {} x {} px", size.width, size.height));
  }

  void check_mask(ImageSize size) {
    const std::optional<MaskSource> source = read_mask_source(record_, root_);
    if (!source) return;
    for (std::size_t i = 0; i < source->files.size(); ++i) {
      const cv::Mat1b grey = decode_grey(source->files[i], source->paths[i]);
      if (ImageSize{grey.cols, grey.rows} != size)
        return add(true, "size-mismatch",
                   fmt::format("{}: mask of {} x {} px, but the image has {} x {}", source->paths[i],
                               grey.cols, grey.rows, size.width, size.height));
      if (is_grey_picture(grey))
        add(true, "mask-values",
            source->paths[i] + ": most pixels above 0 are neither dark nor bright: no mask");
    }
    if (cv::countNonZero(decode_mask(*source, size)) == 0) add(false, "empty-mask", "the mask is empty");
  }

  // Whether most of what is not black lies between a tenth and nine tenths of the brightest.
  static bool is_grey_picture(const cv::Mat1b& grey) {
    double brightest = 0;
    cv::minMaxLoc(grey, nullptr, &brightest);
    const int above = cv::countNonZero(grey);
    const cv::Mat between = (grey > 0.1 * brightest) & (grey < 0.9 * brightest);
    return cv::countNonZero(between) > kMostBetween * above;
  }

  const Record& record_;
  const std::string& root_;
  std::vector<Finding>* findings_ = nullptr;
};

// "train", "fold 2", "train (fold 2)"; nothing for a record that was not shared out.
std::optional<std::string> part_of(const Record& record) {
  auto split = value_text(record, "split");
  const auto fold = value_text(record, "fold");
  if (split && fold) return fmt::format("{} (fold {})", *split, *fold);
  if (split) return split;
  if (fold) return fmt::format("fold {}", *fold);
  return std::nullopt;
}

using Parts = std::vector<std::optional<std::string>>;

std::string joined(const std::set<std::string>& words) {
  std::string text;
  std::size_t left = words.size();
  for (const std::string& word : words) {
    --left;
    text += word + (left > 1 ? ", " : left == 1 ? " and " : "");
  }
  return text;
}

void check_ids(const std::vector<Record>& records, std::vector<Finding>& findings) {
  std::map<std::string, std::size_t> count;
  for (const Record& record : records) ++count[record.id()];
  for (const auto& [id, n] : count)
    if (n > 1) findings.push_back(finding(true, "duplicate-id", {id}, {}, fmt::format("{} records", n)));
}

void check_groups(const std::vector<Record>& records, const Parts& parts, const std::string& key,
                  std::vector<Finding>& findings) {
  struct Members {
    std::vector<std::string> ids;
    std::set<std::string> parts;
  };
  std::map<std::string, Members> groups;
  for (std::size_t i = 0; i < records.size(); ++i) {
    const auto value = parts[i] ? value_text(records[i], key) : std::nullopt;
    if (!value) continue;
    groups[*value].ids.push_back(records[i].id());
    groups[*value].parts.insert(*parts[i]);
  }
  for (const auto& [value, members] : groups) {
    if (members.parts.size() < 2) continue;
    findings.push_back(finding(true, "group-crosses", members.ids,
                               {{"key", key}, {"value", value}, {"splits", members.parts}},
                               fmt::format("{} '{}' is in {}", key, value, joined(members.parts))));
  }
}

void check_pair(const std::vector<Record>& records, const Parts& parts, const LookAlike& pair,
                std::vector<Finding>& findings) {
  const Record& a = records[pair.first];
  const Record& b = records[pair.second];
  const ordered_json line = ordered_json::parse(duplicate_line(records, pair));
  ordered_json more;
  for (const auto& [key, value] : line.items())
    if (key != "pair") more[key] = value;
  const auto& part_a = parts[pair.first];
  const auto& part_b = parts[pair.second];
  const bool cross = part_a && part_b && part_a != part_b;
  if (cross) more["splits"] = std::set<std::string>{*part_a, *part_b};
  const std::string what = pair.doubtful ? "perhaps one picture" : "one picture";
  findings.push_back(finding(cross && !pair.doubtful, cross ? "duplicate-crosses" : "duplicate",
                             {a.id(), b.id()}, more,
                             cross ? fmt::format("{} in {} and {}", what, *part_a, *part_b) : what));
  const auto label_a = value_text(a, "label");
  const auto label_b = value_text(b, "label");
  if (!pair.doubtful && label_a && label_b && label_a != label_b)
    findings.push_back(finding(false, "labels-differ", {a.id(), b.id()}, {},
                               fmt::format("one picture, labelled {} and {}", *label_a, *label_b)));
}

}  // namespace

CheckedSet check_set(const std::vector<Record>& records, const std::optional<std::string>& key,
                     const std::string& root, int jobs, const Tick& tick) {
  CheckedSet checked;
  std::vector<std::vector<Finding>> of_record(records.size());
  std::vector<std::optional<Fingerprint>> prints(records.size());
  for_each_ticking(records.size(), jobs, tick,
                   [&](std::size_t i) { prints[i] = Inspection(records[i], root).run(of_record[i]); });
  for (std::vector<Finding>& found : of_record)
    checked.findings.insert(checked.findings.end(), found.begin(), found.end());
  check_ids(records, checked.findings);

  Parts parts;
  for (const Record& record : records) {
    parts.push_back(part_of(record));
    checked.split = checked.split || parts.back();
  }
  std::set<std::string> keys{"patient", "group"};
  if (key) keys.insert(*key);
  for (const std::string& one : keys) check_groups(records, parts, one, checked.findings);

  for (const LookAlike& pair : look_alikes_of(std::move(prints), jobs, tick).pairs)
    check_pair(records, parts, pair, checked.findings);
  return checked;
}

}  // namespace tn
