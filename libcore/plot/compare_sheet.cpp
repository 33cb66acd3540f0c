#include "libcore/plot/compare_sheet.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "libcore/base/error.hpp"
#include "libcore/base/interrupt.hpp"
#include "libcore/plot/palette.hpp"
#include "libcore/plot/tile.hpp"

namespace tn {
namespace {

constexpr double kGap = 10;
constexpr double kHead = 24;   // names of the columns
constexpr double kFoot = 24;   // legend
constexpr double kWords = 20;  // a line below a tile
constexpr TextStyle kBold{.size = 12, .bold = true};
constexpr TextStyle kPlain{.size = 11};

TextStyle centred(TextStyle style) {
  style.align = Align::centre;
  return style;
}

std::string words_of(const CasePicture& picture) {
  std::string words = picture.dice ? fmt::format("Dice {:.3f}", *picture.dice)
                                   : std::string(picture.predicted ? "" : "not predicted");
  if (picture.p_malignant)
    words += fmt::format("{}P {:.2f}{}", words.empty() ? "" : "   ", *picture.p_malignant,
                         picture.class_correct == false ? std::string(" ") + kWrongMark : "");
  return words;
}

void draw_cell(Canvas& canvas, const CasePicture& picture, const std::string& words, const Box& box,
               bool areas) {
  const Box room{box.x, box.y, box.width, box.height - kWords};
  if (picture.error) {
    canvas.fill(room, canvas.theme().rule);
    draw_error(canvas, *picture.error, room);
  } else {
    draw_case(canvas, picture, room, areas);
  }
  TextStyle style = centred(kPlain);
  if (picture.class_correct == false) style.colour = canvas.theme().warning;
  canvas.text({box.x + box.width / 2, box.y + box.height - 6}, shortened(canvas, words, kPlain, box.width),
              style);
}

// The drawn mask alone, under the case's id and label.
void draw_first_cell(Canvas& canvas, CasePicture picture, const Box& box) {
  picture.predicted.reset();
  picture.class_correct.reset();
  const std::string label = picture.label ? fmt::format(", {}", *picture.label) : std::string();
  draw_cell(canvas, picture, picture.id + label, box, false);
}

CasePicture picture_of(const std::optional<Record>& record, const SheetOptions& options) {
  if (record) return load_case(*record, options.root, {options.max_pixels});
  CasePicture missing;
  missing.error = "the model's records do not have this case";
  return missing;
}

}  // namespace

CompareRows load_compare(const std::vector<std::string>& paths, const std::vector<std::string>& names,
                         const SheetOptions& options, const ReadOptions& read) {
  CompareRows rows{names, {}};
  ManifestReader first(paths.front(), read);
  const std::vector<Record> chosen = sheet_records(first, options);
  rows.of_models.emplace_back(chosen.begin(), chosen.end());
  std::map<std::string, std::size_t> row_of;
  for (std::size_t i = 0; i < chosen.size(); ++i) row_of[chosen[i].id()] = i;
  for (std::size_t i = 1; i < paths.size(); ++i) {
    rows.of_models.emplace_back(chosen.size());
    ManifestReader reader(paths[i], read);
    while (std::optional<Record> record = reader.next()) {
      const auto row = row_of.find(record->id());
      if (row != row_of.end()) rows.of_models.back()[row->second] = std::move(*record);
    }
  }
  return rows;
}

std::string draw_compare(const CompareRows& rows, const SheetOptions& options, PictureFormat format,
                         const PictureObserver& observer) {
  const std::size_t models = rows.names.size(), cases = rows.of_models.front().size();
  const auto tile = static_cast<double>(options.tile);
  const double high = tile * 3 / 4 + kWords;
  const double width = kGap + static_cast<double>(models + 1) * (tile + kGap);
  const double height = kGap + kHead + static_cast<double>(cases) * (high + kGap) + kFoot;
  if (std::max(width, height) > 30'000)
    throw Error(Exit::bad_data, "{} rows of {} px make too large a picture; --limit takes fewer", cases,
                options.tile);
  Canvas canvas(format, static_cast<int>(width), static_cast<int>(height), theme_of(options.theme));
  const auto left = [&](std::size_t column) { return kGap + static_cast<double>(column) * (tile + kGap); };
  for (std::size_t i = 0; i <= models; ++i)
    canvas.text({left(i) + tile / 2, kGap + 14},
                shortened(canvas, i == 0 ? "drawn" : rows.names[i - 1], kBold, tile), centred(kBold));
  for (std::size_t row = 0; row < cases; ++row) {
    stop_if_interrupted("interrupted; no picture was written");
    const double y = kGap + kHead + static_cast<double>(row) * (high + kGap);
    for (std::size_t i = 0; i < models; ++i) {
      const CasePicture picture = picture_of(rows.of_models[i][row], options);
      if (i == 0) draw_first_cell(canvas, picture, {left(0), y, tile, high});
      draw_cell(canvas, picture, words_of(picture), {left(i + 1), y, tile, high}, options.areas);
      observer(picture);
    }
  }
  draw_mask_legend(canvas, {kGap, height - 10}, options.areas);
  return canvas.finish();
}

}  // namespace tn
