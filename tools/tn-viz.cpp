// tn-viz: manifests and logs in, pictures out; one subcommand a kind of picture.
#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

#include "libcore/base/file.hpp"
#include "libcore/base/interrupt.hpp"
#include "libcore/cli/progress.hpp"
#include "libcore/cli/run_tool.hpp"
#include "libcore/plot/augment_sheet.hpp"
#include "libcore/plot/curves.hpp"
#include "libcore/plot/overlays.hpp"
#include "libcore/plot/sheet.hpp"
#include "tools/augment_flags.hpp"
#include "tools/select_watch.hpp"
#include "tools/viz/commands.hpp"
#include "tools/viz/options.hpp"

namespace {

using tn::viz::Options;

void add_input(tn::Flags& f, Options& o, std::string& root, std::int64_t& max_pixels) {
  f.operands(o.inputs, "manifest", 0, 1);
  tn::viz::add_records(f, o);
  tn::viz::add_images(f, root, max_pixels);
}

tn::Flags overlay_flags(Options& o) {
  tn::Flags f({"tn-viz overlay", "Draws the outlines of the drawn and the predicted mask on each image.",
               "[OPTION]... -o OUTPUT [MANIFEST]"});
  add_input(f, o, o.overlay.root, o.overlay.max_pixels);
  f.optional("limit", o.overlay.selection.limit, "N", "take at most N records");
  f.section("Output");
  f.required("output,o", o.overlay.output, "OUTPUT",
             "folder for DIR/ID.png; or, ending in .png, the file for the one record");
  f.optional("thickness", o.overlay.thickness, "PX", "width of the outlines");
  f.toggle("areas", o.overlay.areas, "tint areas in place of outlines: both, predicted alone, drawn alone");
  tn::viz::add_cam(f, o.overlay.head);
  f.toggle("caption", o.overlay.caption,
           "below the image id, Dice, label and probability; on it a scale bar where the spacing is known");
  tn::viz::add_theme(f, o.overlay.theme);
  f.toggle("force", o.overlay.force, "overwrite pictures");
  f.once();
  f.section("Computing");
  f.optional("jobs,j", o.overlay.jobs, "N", "threads; 0: every core");
  f.unrecorded();
  f.from_environment("TN_JOBS");
  f.toggle("fail-fast", o.overlay.fail_fast, "stop at the first record that fails");
  return f;
}

tn::Exit overlay(const Options& given, const tn::Invocation& call) {
  Options o = given;
  o.overlay.selection.conditions = o.conditions();
  const tn::SelectWatch watch(o.overlay.selection, call.log);
  tn::check(o.overlay);
  const tn::InterruptScope interruptible;
  tn::ManifestReader reader(o.input(), o.read);
  tn::Progress progress(call.program, "pictures", 0, call.progress);
  const tn::OverlayReport report{[&](const std::string& id, const std::string& reason) {
                                   call.log.error(fmt::format("{}: {}", id, reason));
                                 },
                                 [&](const std::string& path) {
                                   call.log.detail(path);
                                   progress.advance();
                                 }};
  const tn::OverlayOutcome outcome = tn::draw_overlays(reader, o.overlay, report);
  if (outcome.skipped > 0)
    call.log.warning(
        fmt::format("records that arrived with an error, without a picture: {}", outcome.skipped));
  if (outcome.unmapped > 0)
    call.log.warning(
        fmt::format("records of which the model gave no such map, drawn without it: {}", outcome.unmapped));
  call.log.note(fmt::format("{} pictures written", outcome.written));
  return outcome.failed > 0 ? tn::Exit::partial : tn::Exit::ok;
}

tn::Flags sheet_flags(Options& o) {
  tn::Flags f({"tn-viz sheet",
               "Draws many cases as tiles of one picture: outlines, Dice, probability, label.",
               "[OPTION]... -o FILE [MANIFEST]"});
  add_input(f, o, o.sheet.root, o.sheet.max_pixels);
  tn::viz::add_where(f, o);
  tn::viz::add_picture(f, o);
  tn::viz::add_theme(f, o.sheet.theme);
  f.section("Layout");
  f.toggle("areas", o.sheet.areas, "tint areas in place of outlines: both, predicted alone, drawn alone");
  tn::viz::add_cam(f, o.sheet.head);
  f.optional("columns", o.sheet.columns, "N", "tiles a row; 0: as the number of tiles asks for, 6 at most");
  f.optional("tile", o.sheet.tile, "PX", "width of a tile");
  f.optional("sort", o.sheet.sort, "KEY[:desc]",
             "order of the tiles, such as metrics.dice; default: as they come");
  f.optional("limit", o.sheet.selection.limit, "N", "show the first N tiles, after sorting");
  return f;
}

tn::Exit sheet(const Options& given, const tn::Invocation& call) {
  Options o = given;
  o.sheet.selection.conditions = o.conditions();
  const tn::SelectWatch watch(o.sheet.selection, call.log);
  tn::check(o.sheet);
  const tn::PictureFormat format = tn::picture_format(o.output);
  const tn::InterruptScope interruptible;
  tn::ManifestReader reader(o.input(), o.read);
  const std::vector<tn::Record> records = tn::sheet_records(reader, o.sheet);
  tn::WholeFile file(o.output, o.force);
  tn::Progress progress(call.program, "tiles", static_cast<std::int64_t>(records.size()), call.progress);
  bool failed = false;
  file.write(tn::draw_sheet(records, o.sheet, format, [&](const tn::CasePicture& picture) {
    failed = failed || picture.failed_here;
    if (picture.failed_here) call.log.error(fmt::format("{}: {}", picture.id, *picture.error));
    call.log.detail(fmt::format("tile of {}", picture.id));
    progress.advance();
  }));
  file.commit();
  call.log.note(fmt::format("{}: {} tiles", o.output, records.size()));
  return failed ? tn::Exit::partial : tn::Exit::ok;
}

tn::Flags augment_flags(Options& o) {
  tn::Flags f({"tn-viz augment",
               "Draws what a training sees: preprocessed frames, changed as in each of its epochs.",
               "[OPTION]... -o FILE [MANIFEST]"});
  add_input(f, o, o.augment.root, o.augment.max_pixels);
  f.optional("limit", o.augment.selection.limit, "N", "show the first N records");
  tn::viz::add_picture(f, o);
  f.section("Layout");
  f.optional("epoch", o.augment.epoch, "N", "first epoch that is shown, from 1");
  f.optional("epochs", o.augment.epochs, "N", "epochs that are shown, 1 to 50");
  f.optional("tile", o.augment.tile, "PX", "width of a tile");
  f.section("Augmentation: P, or P:LOW:HIGH with strengths");
  f.optional("seed", o.augment.seed, "N", "seed of the training");
  f.choice("augment", o.preset,
           {{"none", tn::AugmentPreset::none},
            {"paper", tn::AugmentPreset::paper},
            {"practical", tn::AugmentPreset::practical}},
           "NAME", "defaults of the following: none, paper or practical");
  tn::add_augment_flags(f, o.augment.augment);
  f.defaults_from([&o] { o.augment.augment = tn::augment_preset(o.preset); });
  return f;
}

tn::Exit augment(const Options& given, const tn::Invocation& call) {
  Options o = given;
  o.augment.selection.conditions = o.conditions();
  const tn::SelectWatch watch(o.augment.selection, call.log);
  tn::check(o.augment);
  const tn::PictureFormat format = tn::picture_format(o.output);
  const tn::InterruptScope interruptible;
  tn::ManifestReader reader(o.input(), o.read);
  tn::WholeFile file(o.output, o.force);
  tn::Progress progress(call.program, "tiles", 0, call.progress);
  std::int64_t tiles = 0;
  file.write(tn::draw_augment_sheet(reader, o.augment, format, [&](const std::string& what) {
    call.log.detail(what);
    progress.advance();
    ++tiles;
  }));
  file.commit();
  call.log.note(fmt::format("{}: {} tiles", o.output, tiles));
  return tn::Exit::ok;
}

tn::Flags curves_flags(Options& o) {
  tn::Flags f({"tn-viz curves", "Draws the curves of trainings from their log.jsonl, also while they run.",
               "[OPTION]... -o FILE [LOG]..."});
  f.operands(o.inputs, "log", 0, 6);
  tn::viz::add_picture(f, o);
  tn::viz::add_theme(f, o.theme);
  tn::viz::add_names(f, o);
  return f;
}

tn::Exit curves(const Options& o, const tn::Invocation& call) {
  const tn::PictureFormat format = tn::picture_format(o.output);
  const std::vector<std::string> paths = o.all_inputs(), names = tn::run_names(paths, o.names);
  std::vector<tn::TrainingRun> runs;
  std::size_t epochs = 0;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    runs.push_back({names[i], paths[i] == "-" ? "<stdin>" : paths[i], tn::load_training_log(paths[i])});
    epochs += runs.back().epochs.size();
  }
  tn::write_whole(o.output, tn::draw_curves(runs, format, tn::theme_of(o.theme)), o.force);
  call.log.note(fmt::format("{}: {} epochs", o.output, epochs));
  return tn::Exit::ok;
}

}  // namespace

int main(int argc, char** argv) {
  using tn::viz::command;
  const tn::About about{"tn-viz", "Draws pictures of manifests, predictions, trainings and evaluations.",
                        "COMMAND [OPTION]..."};
  std::vector<tn::Command> commands{command("overlay", "outlines on each image", overlay_flags, overlay),
                                    command("sheet", "many cases in one picture", sheet_flags, sheet),
                                    tn::viz::compare_command(),
                                    command("augment", "what a training sees", augment_flags, augment),
                                    command("curves", "curves of trainings", curves_flags, curves)};
  for (tn::Command& one : tn::viz::chart_commands()) commands.push_back(std::move(one));
  commands.push_back(tn::viz::report_command());
  return tn::run_commands(argc, argv, about, commands);
}
