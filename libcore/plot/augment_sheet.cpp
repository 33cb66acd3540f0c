#include "libcore/plot/augment_sheet.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <opencv2/core.hpp>
#include <optional>

#include "libcore/base/error.hpp"
#include "libcore/base/interrupt.hpp"
#include "libcore/base/random.hpp"
#include "libcore/image/augment_draws.hpp"
#include "libcore/image/image_io.hpp"
#include "libcore/plot/palette.hpp"
#include "libcore/plot/tile.hpp"

namespace tn {
namespace {

constexpr double kGap = 8;
constexpr double kHead = 20;  // above each row: the record's id, and which epoch
constexpr TextStyle kWords{.size = 11};

struct Case {
  std::string id;
  cv::Mat1b image;
  std::optional<cv::Mat1b> mask;
};

Case load(const Record& record, const AugmentSheetOptions& options) {
  const auto frame = [&](const nlohmann::json& path) {
    return load_grey(resolve(options.root, path.get<std::string>()), {options.max_pixels});
  };
  const auto image = record.at("pre.image");
  if (!image || !image->is_string())
    throw Error(Exit::bad_data, "{}: no frame (tn-preprocess makes what a training sees)", record.id());
  Case one{record.id(), frame(*image), std::nullopt};
  const auto mask = record.at("pre.mask");
  if (mask && mask->is_string()) one.mask = frame(*mask);
  if (one.mask && one.mask->size() != one.image.size())
    throw Error(Exit::bad_data, "{}: frame and mask differ in size", one.id);
  return one;
}

std::vector<Record> records_of(ManifestReader& reader, const AugmentSheetOptions& options) {
  std::vector<Record> records;
  Selector selector(options.selection);
  while (!selector.full()) {
    std::optional<Record> record = reader.next();
    if (!record) break;
    if (!record->failed() && selector.take(*record)) records.push_back(std::move(*record));
  }
  if (records.empty()) throw Error(Exit::bad_data, "{}: no record to show", reader.name());
  return records;
}

void draw_picture(Canvas& canvas, const cv::Mat1b& image, const std::optional<cv::Mat1b>& mask,
                  const Box& box) {
  canvas.image(image, box);
  if (mask) draw_outline(canvas, *mask, box, {kDrawn, 1.5});
}

}  // namespace

void check(const AugmentSheetOptions& options) {
  check(options.augment);
  check(options.selection);
  if (options.selection.limit && *options.selection.limit < 1)
    throw Error(Exit::usage, "a limit of {} records", *options.selection.limit);
  if (options.epoch < 1) throw Error(Exit::usage, "epoch {}: the first is 1", options.epoch);
  if (options.epochs < 1 || options.epochs > 50)
    throw Error(Exit::usage, "{} epochs: 1 to 50 are possible", options.epochs);
  if (options.tile < 80 || options.tile > 2000)
    throw Error(Exit::usage, "tiles of {} px: 80 to 2000 are possible", options.tile);
  if (options.max_pixels < 1) throw Error(Exit::usage, "at most {} pixels", options.max_pixels);
}

std::string draw_augment_sheet(ManifestReader& reader, const AugmentSheetOptions& options,
                               PictureFormat format, const AugmentObserver& observer) {
  const std::vector<Record> records = records_of(reader, options);
  const auto tile = static_cast<double>(options.tile);
  const double width = kGap + static_cast<double>(options.epochs + 1) * (tile + kGap);
  const double height = kGap + static_cast<double>(records.size()) * (tile + kHead + kGap);
  if (std::max(width, height) > 30'000)
    throw Error(Exit::bad_data, "{} rows of {} px make too large a picture; --limit takes fewer",
                records.size(), options.tile);
  Canvas canvas(format, static_cast<int>(width), static_cast<int>(height));
  for (std::size_t row = 0; row < records.size(); ++row) {
    stop_if_interrupted("interrupted; no picture was written");
    const Case one = load(records[row], options);
    const double y = kGap + static_cast<double>(row) * (tile + kHead + kGap);
    canvas.text({kGap, y + 13}, shortened(canvas, one.id, kWords, tile), kWords);
    draw_picture(canvas, one.image, one.mask, {kGap, y + kHead, tile, tile});
    for (std::int64_t i = 0; i < options.epochs; ++i) {
      const std::int64_t epoch = options.epoch + i;
      Random random = augment_random(static_cast<std::uint64_t>(options.seed), one.id, epoch);
      const AugmentDraws draws = draw(options.augment, random);
      const Augmented seen = augmented(one.image, one.mask ? &*one.mask : nullptr, draws);
      const double x = kGap + static_cast<double>(i + 1) * (tile + kGap);
      canvas.text({x, y + 13}, fmt::format("epoch {}", epoch), kWords);
      draw_picture(canvas, seen.image, seen.mask, {x, y + kHead, tile, tile});
      observer(fmt::format("{}, epoch {}: {}", one.id, epoch, text_of(draws)));
    }
  }
  return canvas.finish();
}

}  // namespace tn
