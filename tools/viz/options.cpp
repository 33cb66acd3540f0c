#include "tools/viz/options.hpp"

#include <algorithm>
#include <utility>

#include "libcore/base/error.hpp"
#include "tools/select_watch.hpp"

namespace tn::viz {

std::vector<Condition> Options::conditions() const {
  std::vector<Condition> result;
  for (const std::string& text : select) result.push_back(parse_condition(text));
  return result;
}

void add_records(Flags& f, Options& o) {
  f.section("Input");
  f.repeated("select", o.select, "KEY=VALUE", "take only records whose KEY has this VALUE; also KEY!=VALUE");
  f.toggle("allow-truncated", o.read.allow_truncated, "take a manifest whose end record is missing");
}

void add_images(Flags& f, std::string& root, std::int64_t& max_pixels) {
  f.optional("root", root, "DIR", "folder that the records' paths start from");
  f.optional("max-pixels", max_pixels, "N", "refuse images with more pixels");
}

void add_picture(Flags& f, Options& o) {
  f.section("Output");
  f.required("output,o", o.output, "FILE", "the picture; .png, .svg or .pdf");
  f.once();
  f.toggle("force", o.force, "overwrite the picture");
  f.once();
}

void add_theme(Flags& f, ThemeName& theme) {
  f.choice("theme", theme, {{"light", ThemeName::light}, {"dark", ThemeName::dark}}, "NAME", "light or dark");
}

void add_names(Flags& f, Options& o) {
  f.repeated("name", o.names, "NAME", "name of an input, one for each, in their order; default: of its file");
}

void add_where(Flags& f, Options& o) {
  f.repeated("where", o.sheet.where, "KEY<NUMBER",
             "take only records whose KEY is below (<, <=) or above (>, >=)");
}

void add_cam(Flags& f, ActivationHead& head) {
  f.choice("cam", head,
           {{"none", ActivationHead::none},
            {"mask", ActivationHead::mask},
            {"class", ActivationHead::classes},
            {"plain", ActivationHead::plain}},
           "MAP", "lay this activation map of tn-infer over the image: none, mask, class or plain");
}

Command command(std::string name, std::string summary, Table flags, Body body) {
  return {std::move(name), std::move(summary), [=](int argc, char** argv) {
            Options o;
            return run_tool(argc, argv, flags(o), [&](const Invocation& call) { return body(o, call); });
          }};
}

std::vector<CaseRun> load_runs(const Options& o, const Log& log) {
  const std::vector<std::string> paths = o.all_inputs();
  if (paths.size() > 1 && std::ranges::find(paths, "-") != paths.end())
    throw Error(Exit::usage, "standard input cannot be one of several inputs");
  const std::vector<std::string> names = run_names(paths, o.names);
  Selection selection{o.conditions(), {}};
  const SelectWatch watch(selection, log);
  std::vector<CaseRun> runs;
  for (std::size_t i = 0; i < paths.size(); ++i)
    runs.push_back(load_case_run(paths[i], names[i], {o.read, selection}));
  return runs;
}

}  // namespace tn::viz
