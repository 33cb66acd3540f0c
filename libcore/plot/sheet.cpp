#include "libcore/plot/sheet.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <tuple>

#include "libcore/base/error.hpp"
#include "libcore/base/interrupt.hpp"
#include "libcore/plot/palette.hpp"
#include "libcore/plot/tile.hpp"

namespace tn {
namespace {

constexpr int kGap = 12;
constexpr int kLegendHeight = 22;
constexpr int kSecondLine = 18;  // of the legend, for an activation map
constexpr TextStyle kWords{.size = 11};

struct SortKey {
  std::string path;
  bool descending = false;
};

SortKey sort_key(const std::string& text) {
  SortKey key{text, text.ends_with(":desc")};
  if (key.descending) key.path.resize(text.size() - 5);
  if (text.ends_with(":asc")) key.path.resize(text.size() - 4);
  if (key.path.empty()) throw Error(Exit::usage, "--sort: '{}' is neither KEY nor KEY:desc", text);
  return key;
}

// Numbers before everything else; nothing behind all.
bool before(const std::optional<nlohmann::json>& a, const std::optional<nlohmann::json>& b, bool descending) {
  if (!a || !b) return a && !b;
  if (a->is_number() != b->is_number()) return a->is_number();
  const auto& [low, high] = descending ? std::tie(*b, *a) : std::tie(*a, *b);
  if (low.is_number()) return low.get<double>() < high.get<double>();
  return (low.is_string() ? low.get<std::string>() : low.dump()) <
         (high.is_string() ? high.get<std::string>() : high.dump());
}

struct Grid {
  int columns, rows;
  int tile_width, tile_height;  // caption included
  int legend;                   // height
  int width() const { return columns * tile_width + (columns + 1) * kGap; }
  int height() const { return rows * tile_height + (rows + 1) * kGap + legend; }
  Box tile(std::size_t i) const {
    const int column = static_cast<int>(i) % columns, row = static_cast<int>(i) / columns;
    return {static_cast<double>(kGap + column * (tile_width + kGap)),
            static_cast<double>(kGap + row * (tile_height + kGap)), static_cast<double>(tile_width),
            static_cast<double>(tile_height)};
  }
};

Grid grid_of(std::size_t tiles, const SheetOptions& options) {
  const auto count = static_cast<std::int64_t>(tiles);
  const auto square = static_cast<std::int64_t>(std::ceil(std::sqrt(static_cast<double>(count))));
  const std::int64_t columns =
      std::min(count, options.columns > 0 ? options.columns : std::min<std::int64_t>(square, 6));
  const std::int64_t rows = (count + columns - 1) / columns;
  const std::int64_t height = options.tile * 3 / 4 + static_cast<std::int64_t>(caption_height(options.head));
  if (std::max(columns * (options.tile + kGap), rows * (height + kGap)) > 30'000)
    throw Error(Exit::bad_data,
                "{} tiles of {} px, {} a row, make too large a picture; take fewer or smaller ones", count,
                options.tile, columns);
  return {static_cast<int>(columns), static_cast<int>(rows), static_cast<int>(options.tile),
          static_cast<int>(height), kLegendHeight + (options.head == ActivationHead::none ? 0 : kSecondLine)};
}

void draw_legend(Canvas& canvas, const Grid& grid, std::size_t cases, bool any_wrong,
                 const SheetOptions& options) {
  const double y = grid.height() - grid.legend + 12;
  double x = draw_mask_legend(canvas, {kGap, y}, options.areas);
  if (any_wrong) {
    const std::string wrong = fmt::format("{} class wrong", kWrongMark);
    TextStyle style = kWords;
    style.colour = canvas.theme().warning;
    canvas.text({x, y}, wrong, style);
    x += canvas.text_width(wrong, kWords) + 16;
  }
  TextStyle right = kWords;
  right.align = Align::right;
  const std::string count = fmt::format("{} {}", cases, cases == 1 ? "case" : "cases");
  if (x + canvas.text_width(count, kWords) < grid.width() - kGap)
    canvas.text({static_cast<double>(grid.width() - kGap), y}, count, right);
  if (options.head == ActivationHead::none) return;
  draw_activation_bar(canvas, {kGap, y + kSecondLine - 9, 40, 10});
  canvas.text({kGap + 46, y + kSecondLine},
              shortened(canvas, activation_title(options.head), kWords, grid.width() - 2 * kGap - 46),
              kWords);
}

}  // namespace

void check(const SheetOptions& options) {
  if (options.columns < 0) throw Error(Exit::usage, "{} columns", options.columns);
  if (options.tile < 80 || options.tile > 2000)
    throw Error(Exit::usage, "tiles of {} px: 80 to 2000 are possible", options.tile);
  if (options.sort) sort_key(*options.sort);
  parse_bounds(options.where);
  if (options.selection.limit && *options.selection.limit < 1)
    throw Error(Exit::usage, "a limit of {} tiles", *options.selection.limit);
  if (options.max_pixels < 1) throw Error(Exit::usage, "at most {} pixels", options.max_pixels);
  check_tints(options.areas, options.head);
}

std::vector<Record> sorted(std::vector<Record> records, const std::string& sort) {
  const SortKey key = sort_key(sort);
  std::vector<std::pair<std::optional<nlohmann::json>, std::size_t>> order;
  for (std::size_t i = 0; i < records.size(); ++i) order.emplace_back(records[i].at(key.path), i);
  if (std::ranges::none_of(order, [](const auto& one) { return one.first.has_value(); }))
    throw Error(Exit::bad_data, "cannot sort: no record has '{}'", key.path);
  std::ranges::stable_sort(
      order, [&](const auto& a, const auto& b) { return before(a.first, b.first, key.descending); });
  std::vector<Record> result;
  result.reserve(order.size());
  for (const auto& one : order) result.push_back(std::move(records[one.second]));
  return result;
}

std::vector<Record> sheet_records(ManifestReader& reader, const SheetOptions& options) {
  std::vector<Record> records;
  const std::vector<Bound> bounds = parse_bounds(options.where);
  const auto limit = static_cast<std::size_t>(options.selection.limit.value_or(INT64_MAX));
  while (std::optional<Record> record = reader.next()) {
    if (!chosen(*record, options.selection) || !within(*record, bounds)) continue;
    records.push_back(std::move(*record));
    if (!options.sort && records.size() == limit) break;
  }
  if (records.empty()) throw Error(Exit::bad_data, "{}: no record to show", reader.name());
  if (options.sort) records = sorted(std::move(records), *options.sort);
  if (records.size() > limit) records.resize(limit);
  return records;
}

std::string draw_sheet(std::span<const Record> records, const SheetOptions& options, PictureFormat format,
                       const PictureObserver& observer) {
  const Grid grid = grid_of(records.size(), options);
  Canvas canvas(format, grid.width(), grid.height(), theme_of(options.theme));
  bool any_wrong = false;
  for (std::size_t i = 0; i < records.size(); ++i) {
    stop_if_interrupted("interrupted; no picture was written");
    const CasePicture picture = load_case(records[i], options.root, {options.max_pixels}, options.head);
    draw_tile(canvas, picture, grid.tile(i), options.areas);
    any_wrong = any_wrong || picture.class_correct == false;
    observer(picture);
  }
  draw_legend(canvas, grid, records.size(), any_wrong, options);
  return canvas.finish();
}

}  // namespace tn
