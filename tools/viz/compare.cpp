// Models side by side.
#include "libcore/plot/compare_sheet.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "libcore/base/error.hpp"
#include "libcore/base/file.hpp"
#include "libcore/base/interrupt.hpp"
#include "libcore/cli/progress.hpp"
#include "tools/select_watch.hpp"
#include "tools/viz/commands.hpp"
#include "tools/viz/options.hpp"

namespace tn::viz {
namespace {

Flags flags(Options& o) {
  Flags f({"tn-viz compare", "Draws the same cases of several models: a column a model, a row a case.",
           "[OPTION]... -o FILE MANIFEST..."});
  f.operands(o.inputs, "manifest", 1, 20);
  add_records(f, o);
  add_where(f, o);
  add_images(f, o.sheet.root, o.sheet.max_pixels);
  add_picture(f, o);
  add_theme(f, o.sheet.theme);
  add_names(f, o);
  f.section("Layout");
  f.toggle("areas", o.sheet.areas, "tint areas in place of outlines: both, predicted alone, drawn alone");
  f.optional("tile", o.sheet.tile, "PX", "width of a tile");
  f.optional("sort", o.sheet.sort, "KEY[:desc]",
             "order of the rows, such as metrics.dice, by the first manifest; default: as they come");
  f.optional("limit", o.sheet.selection.limit, "N", "show the first N rows, after sorting");
  return f;
}

Exit compare(const Options& given, const Invocation& call) {
  Options o = given;
  o.sheet.selection.conditions = o.conditions();
  const SelectWatch watch(o.sheet.selection, call.log);
  check(o.sheet);
  if (std::ranges::count(o.inputs, "-") > 1)
    throw Error(Exit::usage, "standard input can be one of the manifests only");
  const PictureFormat format = picture_format(o.output);
  const InterruptScope interruptible;
  const CompareRows rows = load_compare(o.inputs, run_names(o.inputs, o.names), o.sheet, o.read);
  WholeFile file(o.output, o.force);
  const std::size_t cases = rows.of_models.front().size();
  Progress progress(call.program, "tiles", static_cast<std::int64_t>(cases * o.inputs.size()), call.progress);
  bool failed = false;
  file.write(draw_compare(rows, o.sheet, format, [&](const CasePicture& picture) {
    failed = failed || picture.failed_here;
    if (picture.failed_here) call.log.error(fmt::format("{}: {}", picture.id, *picture.error));
    progress.advance();
  }));
  file.commit();
  call.log.note(fmt::format("{}: {} cases, {} models", o.output, cases, o.inputs.size()));
  return failed ? Exit::partial : Exit::ok;
}

}  // namespace

Command compare_command() {
  return command("compare", "models side by side", flags, compare);
}

}  // namespace tn::viz
