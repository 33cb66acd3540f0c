// tn-preprocess: a manifest in, frames and masks of the network's size and their manifest out.
#include <fmt/format.h>

#include <opencv2/core/utility.hpp>
#include <string>
#include <vector>

#include "libcore/base/interrupt.hpp"
#include "libcore/cli/progress.hpp"
#include "libcore/cli/run_tool.hpp"
#include "libcore/image/preprocess_manifest.hpp"
#include "tools/select_watch.hpp"

namespace {

struct Options {
  std::vector<std::string> inputs;
  std::string manifest = "-";
  std::vector<std::string> select;
  tn::PreprocessManifestOptions pre;
  tn::ReadOptions read;
  bool null_separated = false;
  bool force = false;
  bool no_pg = false;
};

tn::Flags flags(Options& o) {
  tn::Flags f(
      {"tn-preprocess",
       "Brings images and masks to the network's size: PNG files in a folder, one record a line on stdout.",
       "[OPTION]... -o DIR [MANIFEST]"});
  f.operands(o.inputs, "manifest", 0, 1);
  f.section("Input and output");
  f.required("output,o", o.pre.store.folder, "DIR", "folder for frames and masks, named after their content");
  f.optional("manifest", o.manifest, "FILE", "where the records go; - is stdout");
  f.optional("root", o.pre.store.root, "DIR", "folder that the records' paths start from");
  f.repeated("select", o.select, "KEY=VALUE", "take only records whose KEY has this VALUE; also KEY!=VALUE");
  f.optional("limit", o.pre.selection.limit, "N", "take at most N records");
  f.toggle("allow-truncated", o.read.allow_truncated, "take a manifest whose end record is missing");
  f.toggle("null,0", o.null_separated, "the input is a list of paths, each ended by a NUL byte");
  f.choice("id-from", o.read.id_from_name, {{"path", false}, {"name", true}}, "WHAT",
           "id of a plain path: the path, or the file's name alone");
  f.toggle("dry-run", o.pre.store.dry_run, "print the records that would come, write no frame");
  f.toggle("force", o.force, "overwrite the manifest");
  f.once();
  f.toggle("no-pg", o.no_pg, "leave this program out of the manifest's history");
  f.section("Frames");
  f.optional("size", o.pre.frame.size, "PX", "side of the square frames, 32 to 4096");
  f.choice("fit", o.pre.frame.fit, {{"stretch", tn::Fit::stretch}, {"letterbox", tn::Fit::letterbox}}, "HOW",
           "fill the frame, or keep the image's shape and centre it on black");
  f.choice("enlarge", o.pre.frame.enlarge, {{"linear", tn::Enlarge::linear}, {"cubic", tn::Enlarge::cubic}},
           "HOW", "filter where an image grows; where it shrinks each pixel is the mean of what it covers");
  f.optional("compression", o.pre.store.compression, "LEVEL", "of the PNG files, 0 to 9");
  f.optional("max-pixels", o.pre.max_pixels, "N", "refuse images with more pixels");
  f.choice("fail-on", o.pre.fail_on,
           {{"none", tn::FailOn::none},
            {"truncated", tn::FailOn::truncated},
            {"error", tn::FailOn::error},
            {"warning", tn::FailOn::warning}},
           "WHAT", "damage from which a JPEG fails: none, truncated, error or warning; in a mask: error");
  f.section("Steps before resizing, in this order");
  f.toggle("remove-marks", o.pre.frame.remove_marks, "fill in calipers, tick marks and text");
  f.optional("crop-border", o.pre.frame.crop_border, "LEVEL",
             "cut off the rows and columns at the edges whose mean is below LEVEL, up to 255");
  f.choice("denoise", o.pre.frame.denoise,
           {{"none", tn::Denoise::none}, {"median", tn::Denoise::median}, {"speckle", tn::Denoise::speckle}},
           "FILTER", "none, median, or speckle (Lee's)");
  f.optional("denoise-size", o.pre.frame.denoise_size, "PX", "side of the filter's window, odd, 3 to 15");
  f.optional("clahe", o.pre.frame.clahe, "LIMIT",
             "equalise the histograms of tiles, contrast limited to LIMIT, 1 to 100");
  f.optional("clahe-tiles", o.pre.frame.clahe_tiles, "N", "tiles a side, 1 to 64");
  f.optional("normalize", o.pre.frame.normalize, "PERCENT",
             "stretch the levels to 0 to 255, leaving out PERCENT of the pixels at either end, 0 to 49");
  f.section("Computing");
  f.optional("jobs,j", o.pre.jobs, "N", "threads; 0: every core");
  f.unrecorded();
  f.from_environment("TN_JOBS");
  f.toggle("fail-fast", o.pre.fail_fast, "stop at the first record that fails");
  return f;
}

tn::Exit run(Options o, const tn::Invocation& call) {
  for (const std::string& text : o.select) o.pre.selection.conditions.push_back(tn::parse_condition(text));
  const tn::SelectWatch watch(o.pre.selection, call.log);
  if (o.null_separated) o.read.separator = '\0';
  tn::check(o.pre);
  cv::setNumThreads(1);  // the records are what runs in parallel
  const tn::InterruptScope interruptible;

  tn::ManifestReader reader(o.inputs.empty() ? "-" : o.inputs.front(), o.read);
  tn::Header header = tn::preprocessed_header(reader.header(), o.pre.frame, reader.name());
  if (!o.no_pg) header.add_program(call.program, call.command_line);
  tn::ManifestWriter writer(o.manifest, o.force);
  const tn::FrameStore store(o.pre.store);
  writer.header(header);
  writer.flush();
  tn::Progress progress(call.program, "images", 0, call.progress);
  std::int64_t cut = 0, damaged = 0;
  const auto observer = [&](const tn::Record& record, const std::string& failure) {
    if (!failure.empty()) call.log.error(failure);
    if (const auto damage = tn::value_text(record, "pre.damage")) {
      call.log.warning(fmt::format("{}: {}, taken all the same", record.id(), *damage));
      ++damaged;
    }
    cut += tn::value_text(record, "pre.mask_cut") ? 1 : 0;
    if (const auto frame = tn::value_text(record, "pre.image"))
      call.log.detail(fmt::format("{}: {}", record.id(), *frame));
    progress.advance();
  };
  const std::int64_t failed = tn::preprocess_manifest(reader, writer, store, o.pre, observer);
  if (reader.truncated()) call.log.warning(fmt::format("{}: was cut off", reader.name()));
  if (cut > 0) call.log.warning(fmt::format("masks that --crop-border cut (pre.mask_cut): {}", cut));
  if (damaged > 0) call.log.warning(fmt::format("damaged images that were taken (pre.damage): {}", damaged));
  if (failed > 0) call.log.note(fmt::format("{} of {} records failed", failed, writer.count()));
  return failed > 0 ? tn::Exit::partial : tn::Exit::ok;
}

}  // namespace

int main(int argc, char** argv) {
  Options o;
  return tn::run_tool(argc, argv, flags(o), [&](const tn::Invocation& call) { return run(o, call); });
}
