#include "libcore/plot/overlays.hpp"

#include <cmath>

#include "libcore/base/error.hpp"
#include "libcore/base/file.hpp"
#include "libcore/base/interrupt.hpp"
#include "libcore/base/text.hpp"
#include "libcore/base/threads.hpp"
#include "libcore/image/ordered.hpp"
#include "libcore/image/overlay.hpp"
#include "libcore/plot/palette.hpp"
#include "libcore/plot/tile.hpp"

namespace tn {
namespace {

cv::Vec3b bgr(const Rgb& colour) {
  const auto byte = [](double value) { return static_cast<std::uint8_t>(std::lround(value * 255)); };
  return {byte(colour.blue), byte(colour.green), byte(colour.red)};
}

bool is_file(const std::string& output) {
  return to_lower(output).ends_with(".png");
}

std::string path_of(const std::string& id, const OverlayOptions& options) {
  return is_file(options.output) ? options.output : options.output + "/" + id + ".png";
}

// Writes the picture. What comes back is the record's id with `path`, or with `reason` where there is none.
Record drawn(const Record& record, const OverlayOptions& options) {
  const CasePicture picture = load_case(record, options.root, {options.max_pixels}, options.head);
  Record answer = Record::of(picture.id);
  if (picture.error) {
    if (picture.failed_here) answer.set("reason", printable(*picture.error, 2000));
    return answer;
  }
  const std::string path = path_of(picture.id, options);
  if (!is_file(options.output)) create_folders(folder_of(path));
  if (options.caption)
    write_whole(path, captioned(picture, options), options.force, Durability::rename_only);
  else
    save_png(path, overlay_of(picture, static_cast<int>(options.thickness), options.areas), options.force);
  answer.set("path", printable(path, 8192));
  if (options.head != ActivationHead::none && !picture.activation) answer.set_raw("unmapped", "true");
  return answer;
}

}  // namespace

void check(const OverlayOptions& options) {
  thread_count(options.jobs);
  if (options.thickness < 1 || options.thickness > 100)
    throw Error(Exit::usage, "outlines of {} px: 1 to 100 are possible", options.thickness);
  if (options.max_pixels < 1) throw Error(Exit::usage, "at most {} pixels", options.max_pixels);
  check_tints(options.areas, options.head);
  if (options.selection.limit && *options.selection.limit < 0)
    throw Error(Exit::usage, "a limit of {} records", *options.selection.limit);
}

cv::Mat3b overlay_of(const CasePicture& picture, int thickness, bool areas) {
  if (areas) return tinted(picture);
  std::vector<Outline> outlines;
  if (picture.drawn) outlines.push_back({*picture.drawn, bgr(kDrawn)});
  if (picture.predicted) outlines.push_back({*picture.predicted, bgr(kPredicted)});
  if (!picture.activation) return draw_contours(picture.image, outlines, thickness);
  std::vector<Outline> edges = outlines;
  for (Outline& edge : edges) edge.colour = bgr(kBlack);
  const cv::Mat3b map = glowing(picture.image, picture.activation->levels);
  return draw_contours(draw_contours(map, edges, thickness + 2), outlines, thickness);
}

std::string captioned(const CasePicture& picture, const OverlayOptions& options) {
  const cv::Mat3b image = overlay_of(picture, static_cast<int>(options.thickness), options.areas);
  const double caption = caption_height(options.head);
  Canvas canvas(PictureFormat::png, image.cols, image.rows + static_cast<int>(caption) + 4,
                theme_of(options.theme));
  const Box box{0, 0, static_cast<double>(image.cols), static_cast<double>(image.rows)};
  canvas.image(image, box);
  if (picture.spacing) draw_scale_bar(canvas, 1 / (*picture.spacing)[0], box);
  draw_caption(canvas, picture, {4, box.height, box.width - 8, caption});
  return canvas.finish();
}

OverlayOutcome draw_overlays(ManifestReader& reader, const OverlayOptions& options,
                             const OverlayReport& report) {
  Selector selector(options.selection);
  const auto next = [&]() -> std::optional<Record> {
    while (!selector.full()) {
      stop_if_interrupted();
      std::optional<Record> record = reader.next();
      if (!record) return record;
      if (selector.take(*record)) return record;
    }
    return std::nullopt;
  };
  const auto source = [&] {
    std::optional<Record> record = next();
    if (record && is_file(options.output) && next())  // known before anything is drawn
      throw Error(Exit::bad_data, "{}: more than one record, but {} is one file", reader.place(),
                  options.output);
    return record;
  };
  OverlayOutcome outcome;
  const auto sink = [&](const Record& answer) {
    const auto reason = answer.text("reason"), path = answer.text("path");
    ++(reason ? outcome.failed : path ? outcome.written : outcome.skipped);
    if (reason && options.fail_fast) throw Error(Exit::partial, "{}: {}", answer.id(), *reason);
    if (reason) report.failed(answer.id(), *reason);
    if (path) report.written(*path);
    if (answer.has("unmapped")) ++outcome.unmapped;
  };
  for_each_ordered(
      thread_count(options.jobs), source, [&](const Record& record) { return drawn(record, options); }, sink,
      [&] { reader.stop(); });
  if (selector.taken() == 0) throw Error(Exit::bad_data, "{}: no record to show", reader.name());
  return outcome;
}

}  // namespace tn
