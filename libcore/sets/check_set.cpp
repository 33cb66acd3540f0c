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
#include "libcore/sets/joined.hpp"
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

// "kind", "score" and the like of a pair.
ordered_json told_of(const std::vector<Record>& records, const LookAlike& pair) {
  ordered_json more;
  const ordered_json line = ordered_json::parse(duplicate_line(records, pair));
  for (const auto& [key, value] : line.items())
    if (key != "pair") more[key] = value;
  return more;
}

Finding labels_differ(const std::vector<std::string>& ids, const std::set<std::string>& labels) {
  return finding(false, "labels-differ", ids, {}, fmt::format("one picture, labelled {}", joined(labels)));
}

void check_pair(const std::vector<Record>& records, const Parts& parts, const LookAlike& pair,
                std::vector<Finding>& findings) {
  const Record& a = records[pair.first];
  const Record& b = records[pair.second];
  ordered_json more = told_of(records, pair);
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
    findings.push_back(labels_differ({a.id(), b.id()}, {*label_a, *label_b}));
}

// Records that are one picture, and the pairs that say so. Not every two of them are a pair: of very many
// with the same pixels each is listed with the first alone.
struct PictureSet {
  std::vector<LookAlike> pairs;
  std::set<std::size_t> records;
};

std::map<std::size_t, PictureSet> picture_sets(std::size_t records, const std::vector<LookAlike>& pairs) {
  Joined joined(records);
  for (const LookAlike& pair : pairs)
    if (!pair.doubtful) joined.join(pair.first, pair.second);
  std::map<std::size_t, PictureSet> sets;  // by their first records
  for (const LookAlike& pair : pairs) {
    if (pair.doubtful) continue;
    PictureSet& set = sets[joined.leader(pair.first)];
    set.pairs.push_back(pair);
    set.records.insert({pair.first, pair.second});
  }
  return sets;
}

// What a set's values of one kind come to.
struct Values {
  std::vector<std::string> ids;  // of the records that have one
  std::set<std::string> values;
  bool told = false;  // a pair of two values is there, and a finding of its own
};

template <typename ValueOf>
Values values_of(const std::vector<Record>& records, const PictureSet& set, const ValueOf& value_of) {
  Values all;
  for (const std::size_t i : set.records) {
    const auto value = value_of(i);
    if (!value) continue;
    all.ids.push_back(records[i].id());
    all.values.insert(*value);
  }
  for (const LookAlike& pair : set.pairs) {
    const auto [a, b] = std::pair(value_of(pair.first), value_of(pair.second));
    all.told = all.told || (a && b && a != b);
  }
  return all;
}

// What none of the set's pairs tells: a picture on both sides of a split, or with two labels.
void check_picture(const std::vector<Record>& records, const Parts& parts, const PictureSet& set,
                   std::vector<Finding>& findings) {
  const Values in = values_of(records, set, [&](std::size_t i) { return parts[i]; });
  if (in.values.size() > 1 && !in.told) {
    const auto least = std::min_element(set.pairs.begin(), set.pairs.end(),
                                        [](const auto& a, const auto& b) { return a.score < b.score; });
    ordered_json more = told_of(records, *least);
    more["splits"] = in.values;
    findings.push_back(
        finding(true, "duplicate-crosses", in.ids, more, "one picture in " + joined(in.values)));
  }
  const Values labels =
      values_of(records, set, [&](std::size_t i) { return value_text(records[i], "label"); });
  if (labels.values.size() > 1 && !labels.told) findings.push_back(labels_differ(labels.ids, labels.values));
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

  const std::vector<LookAlike> pairs = look_alikes_of(std::move(prints), jobs, tick).pairs;
  for (const LookAlike& pair : pairs) check_pair(records, parts, pair, checked.findings);
  for (const auto& [first, set] : picture_sets(records.size(), pairs))
    check_picture(records, parts, set, checked.findings);
  return checked;
}

}  // namespace tn
