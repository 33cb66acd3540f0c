// tn-infer: images or a manifest, and a model -> masks and a manifest with predictions.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "libcore/base/file.hpp"
#include "libcore/base/hash.hpp"
#include "libcore/base/interrupt.hpp"
#include "libcore/base/text.hpp"
#include "libcore/base/threads.hpp"
#include "libcore/cli/progress.hpp"
#include "libcore/cli/run_tool.hpp"
#include "libcore/data/model_file.hpp"
#include "libcore/net/api.hpp"
#include "libcore/net/ensemble.hpp"
#include "libcore/net/infer.hpp"
#include "libcore/net/onnx_border.hpp"
#include "tools/device_flags.hpp"
#include "tools/select_watch.hpp"

namespace {

enum class Format { none, onnx };

struct Options {
  std::vector<std::string> inputs;
  std::vector<std::string> models;
  std::string manifest = "-";
  std::vector<std::string> select;
  tn::InferOptions infer;
  tn::PredictOptions predict;
  tn::DeviceWish device;
  tn::EnsembleOptions ensemble;
  tn::ReadOptions read;
  Format format = Format::none;
  bool any_size = false;
  bool null_separated = false;
  bool stdin_image = false;
  bool no_pg = false;
};

void add_input_flags(tn::Flags& f, Options& o) {
  f.section("Input and output");
  f.required("model,m", o.models, "FILE", "model file of tn-train; several answer together");
  f.optional("output,o", o.infer.emit.folder, "DIR",
             "folder for masks (DIR/ID.png) and what else --emit asks for");
  f.optional("manifest", o.manifest, "FILE", "where the records go; - is stdout");
  f.optional("root", o.infer.emit.root, "DIR", "folder that the records' paths start from");
  f.repeated("select", o.select, "KEY=VALUE", "take only records whose KEY has this VALUE; also KEY!=VALUE");
  f.optional("limit", o.infer.selection.limit, "N", "take at most N records");
  f.toggle("allow-truncated", o.read.allow_truncated, "take a manifest whose end record is missing");
  f.toggle("null,0", o.null_separated, "the input is a list of paths, each ended by a NUL byte");
  f.toggle("stdin-image", o.stdin_image, "the input is one image, read from stdin; its id is stdin");
  f.choice("id-from", o.read.id_from_name, {{"path", false}, {"name", true}}, "WHAT",
           "id of a plain path: the path, or the file's name alone");
  f.toggle("resume", o.infer.resume,
           "tell what the journal in DIR knows without doing it again; only what is missing is done");
  f.once();
  f.toggle("force", o.infer.emit.force, "overwrite masks and manifest");
  f.once();
  f.toggle("no-pg", o.no_pg, "leave this program out of the manifest's history");
}

void add_prediction_flags(tn::Flags& f, Options& o) {
  f.section("Prediction");
  f.custom(
      "emit", "WHAT[,WHAT]...",
      "what is told of the mask: files mask, prob, npy, labelme, seg; in the record rle, box, polygon; files "
      "cam: "
      "what in the image speaks for it; class: nothing (default: mask with --output)",
      [&o](const std::string& text) { o.infer.emit.outputs = tn::parse_outputs(text); },
      [&o] { return tn::outputs_text(o.infer.emit.outputs); });
  f.toggle("largest", o.infer.emit.cleaning.largest, "keep the largest piece of the mask alone");
  f.optional("min-area", o.infer.emit.cleaning.min_area, "N", "pieces of the mask with fewer pixels go");
  f.toggle("fill-holes", o.infer.emit.cleaning.fill_holes, "what a piece of the mask encloses belongs to it");
  f.optional("threshold", o.infer.threshold, "P",
             "probability from which a pixel is nodule; default: the model's");
  f.choice(
      "tta", o.ensemble.views,
      {{"none", tn::Views::one},
       {"mirror", tn::Views::mirror},
       {"flips", tn::Views::flips},
       {"scales", tn::Views::scales},
       {"all", tn::Views::all}},
      "VIEWS",
      "see each image in several ways and join the answers: mirror (2), flips (4), scales (3) or all (12)");
  f.choice("vote", o.ensemble.vote, {{"mean", tn::Vote::mean}, {"majority", tn::Vote::majority}}, "HOW",
           "how answers are joined: mean probability, or majority of those over their model's thresholds");
  f.optional(
      "window", o.infer.windows.size, "PX",
      "see a large image through windows of PX x PX of its pixels, resized each to what the model takes; "
      "0: as a whole");
  f.optional("overlap", o.infer.windows.overlap, "SHARE",
             "least share of a window that its neighbour sees too, 0 to 0.9");
  f.toggle("from-raw", o.infer.from_raw, "start from the original images, also for preprocessed records");
  f.optional("max-pixels", o.infer.max_pixels, "N", "refuse images with more pixels");
}

void add_export_flags(tn::Flags& f, Options& o) {
  f.section("Export");
  f.choice("export", o.format, {{"none", Format::none}, {"onnx", Format::onnx}}, "FORMAT",
           "write the model's network to the file --output instead of reading images: onnx");
  f.toggle("dynamic-size", o.any_size,
           "export: leave height and width free (not for masks of pspnet-r50 and segnet)");
}

void add_computing_flags(tn::Flags& f, Options& o) {
  f.section("Computing");
  f.optional("batch", o.infer.batch, "N", "images at a time; results wait until N are there");
  f.optional("jobs,j", o.predict.jobs, "N", "threads; 0: every core");
  f.unrecorded();
  f.from_environment("TN_JOBS");
  f.choice("precision", o.predict.precision,
           {{"auto", tn::Precision::automatic},
            {"float32", tn::Precision::float32},
            {"bfloat16", tn::Precision::bfloat16}},
           "TYPE", "float32, bfloat16, or auto: bfloat16 where the device multiplies in it");
  tn::add_device_flag(f, o.device);
  tn::add_tf32_flag(f, o.predict.tf32);
  f.toggle("cuda-graph", o.predict.graph,
           "on a GPU: record the network once for each number of frames, and repeat it with one call");
  f.toggle("deterministic", o.infer.one_by_one,
           "the network takes one frame at a time on one thread: the same bytes for any --batch and --jobs");
  f.toggle("fail-fast", o.infer.fail_fast, "stop at the first record that fails");
}

tn::Flags flags(Options& o) {
  tn::Flags f({"tn-infer",
               "Segments and classifies images: masks into a folder, one record a line on stdout.",
               "[OPTION]... -m MODEL [MANIFEST]"});
  f.operands(o.inputs, "manifest", 0, 1);
  add_input_flags(f, o);
  add_prediction_flags(f, o);
  add_export_flags(f, o);
  add_computing_flags(f, o);
  return f;
}

std::vector<tn::ModelSpec> specs_of(const std::vector<std::string>& models) {
  std::vector<tn::ModelSpec> specs;
  specs.reserve(models.size());
  for (const std::string& model : models)
    specs.push_back(tn::model_spec_from_json(tn::read_model_index(model).meta, model));
  return specs;
}

std::vector<tn::ModelName> names_of(const std::vector<std::string>& models,
                                    const std::vector<tn::ModelSpec>& specs) {
  std::vector<tn::ModelName> names;
  for (std::size_t i = 0; i < models.size(); ++i)
    names.push_back({tn::sha256_file(models[i]).substr(0, 16), specs[i].net.arch});
  return names;
}

// For the network alone.
tn::PredictOptions predict_options(const Options& o) {
  tn::PredictOptions predict = o.predict;
  if (o.infer.one_by_one) predict.jobs = 1;
  return predict;
}

// The one model as it is, or all of them, or all views, as one.
std::unique_ptr<tn::Predictor> load(const Options& o, const std::vector<tn::ModelSpec>& specs) {
  const tn::NetLayer& layer = tn::NetLayer::open(o.predict.device);
  const tn::PredictOptions predict = predict_options(o);
  if (!tn::joins(o.models.size(), o.ensemble)) return layer.load(o.models.front(), predict);
  std::vector<tn::EnsembleMember> members;
  for (std::size_t i = 0; i < o.models.size(); ++i)
    members.push_back({layer.load(o.models[i], predict), specs[i]});
  return std::make_unique<tn::Ensemble>(std::move(members), o.ensemble);
}

// Nothing where no activation map is asked for.
std::unique_ptr<tn::Explainer> load_explainer(const Options& o) {
  if (!tn::wants(o.infer.emit, tn::Output::cam)) return nullptr;
  return tn::NetLayer::open(o.predict.device).explainer(o.models.front(), predict_options(o));
}

// Nothing where there is no folder to keep it in.
std::unique_ptr<tn::InferJournal> open_journal(const Options& o, const std::string& answers) {
  const std::string& folder = o.infer.emit.folder;
  if (folder.empty()) return nullptr;
  return std::make_unique<tn::InferJournal>(folder, tn::settings_hash(answers, o.predict, o.infer),
                                            o.infer.resume);
}

// Before any work. What needs a GPU is refused where there is none.
void choose_device(Options& o, const tn::Invocation& call) {
  const tn::FoundDevice found = tn::open_device(o.device, o.predict.precision);
  if (!found.note.empty()) call.log.note(found.note);
  call.log.detail(fmt::format("device {}{}, {}", found.name,
                              found.hardware.empty() ? "" : " (" + found.hardware + ")",
                              tn::wants_bfloat16(o.predict.precision, found.name) ? "bfloat16" : "float32"));
  o.predict.device = found.name;
  o.predict.deterministic = o.infer.one_by_one;
  if (found.name != "cpu") return;
  o.predict.tf32 = o.predict.graph = false;  // of a configuration for a machine with a GPU
  if (call.has_typed("tf32"))
    throw tn::Error(tn::Exit::usage, "--tf32 has no effect: it needs a GPU (--device)");
  if (call.has_typed("cuda-graph"))
    throw tn::Error(tn::Exit::usage, "--cuda-graph has no effect: it needs a GPU (--device)");
}

// An unset variable of a script is no file.
void expect_named(const Options& o, const tn::Invocation& call) {
  const auto refuse = [](const char* what) {
    throw tn::Error(tn::Exit::usage, "{}: the name is empty", what);
  };
  if (call.has_typed("output") && o.infer.emit.folder.empty()) refuse("--output");
  if (o.manifest.empty()) refuse("--manifest");
  if (std::ranges::count(o.models, "") > 0) refuse("--model");
  if (std::ranges::count(o.inputs, "") > 0) refuse("the input");
}

// A vote takes place between answers that stand at their models' thresholds.
void check(const Options& o) {
  if (!tn::joins(o.models.size(), o.ensemble) && o.ensemble.vote == tn::Vote::majority)
    throw tn::Error(tn::Exit::usage, "--vote majority needs several models or --tta");
  if (o.infer.threshold && o.ensemble.vote == tn::Vote::majority)
    throw tn::Error(tn::Exit::usage, "--threshold and --vote majority contradict each other");
  if (tn::joins(o.models.size(), o.ensemble) && tn::wants(o.infer.emit, tn::Output::cam))
    throw tn::Error(tn::Exit::usage,
                    "--emit cam explains one model that sees an image once: one --model and no --tta");
  if (o.stdin_image && (!o.inputs.empty() || o.null_separated))
    throw tn::Error(tn::Exit::usage, "--stdin-image takes no manifest");
}

// What --emit names must be able to come.
void expect_outputs(const tn::EmitOptions& emit, const std::vector<tn::ModelSpec>& specs) {
  if (emit.outputs.empty()) return;
  const auto some = [&](bool tn::NetOptions::*head) {
    return std::ranges::any_of(specs, [&](const tn::ModelSpec& spec) { return spec.net.*head; });
  };
  if (tn::wants_mask(emit) && !some(&tn::NetOptions::mask_head))
    throw tn::Error(tn::Exit::usage, "--emit {}: {} draws no mask (--emit class leaves masks out)",
                    tn::outputs_text(emit.outputs), specs.front().net.arch);
  if (tn::wants(emit, tn::Output::classes) && !some(&tn::NetOptions::class_head))
    throw tn::Error(tn::Exit::usage, "--emit class: the model was trained without the class branch");
}

// A signal ends the wait: nothing has been made yet.
std::string read_stdin() {
  constexpr std::size_t kMost = std::size_t{1} << 30;
  std::string bytes;
  std::array<char, 65536> part{};
  for (std::size_t got = 1; got > 0 && bytes.size() <= kMost; bytes.append(part.data(), got))
    got = std::fread(part.data(), 1, part.size(), stdin);
  if (std::ferror(stdin) != 0) throw tn::Error(tn::Exit::io, "<stdin>: {}", std::strerror(errno));
  if (bytes.size() > kMost) throw tn::Error(tn::Exit::bad_data, "<stdin>: over 1 GiB: no image");
  return bytes;
}

// One model's network, as a file.
tn::Exit export_model(const Options& o, const tn::Invocation& call) {
  if (o.models.size() != 1 || !o.inputs.empty())
    throw tn::Error(tn::Exit::usage, "--export takes one model and no manifest");
  if (o.infer.emit.folder.empty()) throw tn::Error(tn::Exit::usage, "--export needs --output FILE");
  static constexpr std::array<std::string_view, 12> kTaken{
      "model", "output",  "export",   "dynamic-size", "force", "jobs",
      "quiet", "verbose", "progress", "no-progress",  "color", "config"};
  for (const std::string& option : call.typed)
    if (std::ranges::find(kTaken, option) == kTaken.end())
      throw tn::Error(tn::Exit::usage, "--{} has no effect with --export", option);
  const std::string document = tn::read_model_index(o.models.front()).meta.dump();
  const tn::Graph graph = tn::NetLayer::open().trace(o.models.front(), o.any_size);
  tn::TextOutput file(o.infer.emit.folder, o.infer.emit.force);
  file.write(tn::encode_onnx(graph, document));
  file.finish();
  const std::string size =
      o.any_size ? "any size" : fmt::format("{} x {} px", graph.input.shape[3], graph.input.shape[2]);
  call.log.note(fmt::format("{}: {} nodes for images of {}",
                            o.infer.emit.folder == "-" ? "<stdout>" : o.infer.emit.folder, graph.nodes.size(),
                            size));
  return tn::Exit::ok;
}

tn::Exit run(Options o, const tn::Invocation& call) {
  expect_named(o, call);
  if (o.format == Format::onnx) return export_model(o, call);
  if (o.any_size) throw tn::Error(tn::Exit::usage, "--dynamic-size has no effect without --export");
  check(o);
  for (const std::string& text : o.select) o.infer.selection.conditions.push_back(tn::parse_condition(text));
  const tn::SelectWatch watch(o.infer.selection, call.log);
  if (o.null_separated) o.read.separator = '\0';
  o.infer.jobs = o.predict.jobs;
  o.infer.emit.folder = tn::plain_path(o.infer.emit.folder);
  tn::check(o.infer);
  tn::let_idle_threads_sleep();
  choose_device(o, call);
  std::optional<std::string> image;
  if (o.stdin_image) image = read_stdin();
  const tn::InterruptScope interruptible;

  std::optional<tn::ManifestReader> reader;
  if (!image) reader.emplace(o.inputs.empty() ? "-" : o.inputs.front(), o.read);
  const std::vector<tn::ModelSpec> specs = specs_of(o.models);
  const tn::ModelSpec spec = tn::combined_spec(specs, o.models, o.ensemble.vote);
  expect_outputs(o.infer.emit, specs);
  tn::ManifestWriter writer(o.manifest, o.infer.emit.force);
  const std::vector<tn::ModelName> names = names_of(o.models, specs);
  const std::string hash = tn::answer_hash(names, o.ensemble);
  const auto journal = open_journal(o, hash);
  const auto predictor = load(o, specs);
  const auto explainer = load_explainer(o);

  tn::Header header = tn::predicted_header(reader ? reader->header() : tn::Header(), spec, names, o.ensemble);
  if (!o.no_pg) header.add_program(call.program, call.command_line);
  writer.header(header);
  writer.flush();
  tn::Progress progress(call.program, "images", 0, call.progress);
  const tn::InferReport report{
      [&](const tn::Record& record) { call.log.error(record.failure_line()); }, [&] { progress.advance(); },
      [&](std::int64_t frames) {
        call.log.warning(fmt::format("out of memory: from here on {} at a time",
                                     tn::counted(static_cast<std::size_t>(frames), "image")));
      }};
  const tn::InferEngine engine{*predictor, spec, hash, explainer.get(), journal.get()};
  const tn::InferOutcome outcome = image ? tn::infer_image(std::move(*image), writer, engine, o.infer, report)
                                         : tn::infer(*reader, writer, engine, o.infer, report);
  if (o.infer.resume)
    call.log.note(fmt::format("{} of {} records were in the journal", outcome.recalled, outcome.records));
  if (outcome.records == 0 && !outcome.interrupted && o.infer.selection.limit != 0) {
    if (!watch.any_record())
      call.log.warning("no records (did the command before it fail?)");
    else if (watch.absent().empty())  // else the watch tells of the key
      call.log.warning("--select: no record is taken");
  }
  if (outcome.failed == 0) return tn::Exit::ok;
  call.log.note(fmt::format("{} of {} records failed", outcome.failed, outcome.records));
  return tn::Exit::partial;
}

}  // namespace

int main(int argc, char** argv) {
  Options o;
  return tn::run_tool(argc, argv, flags(o), [&](const tn::Invocation& call) { return run(o, call); });
}
