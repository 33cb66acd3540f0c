// What the commands of tn-viz share: their options and the rows of the table that several have.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "libcore/cli/flags.hpp"
#include "libcore/cli/run_tool.hpp"
#include "libcore/data/manifest.hpp"
#include "libcore/data/select.hpp"
#include "libcore/eval/bootstrap.hpp"
#include "libcore/plot/augment_sheet.hpp"
#include "libcore/plot/html_report.hpp"
#include "libcore/plot/overlays.hpp"
#include "libcore/plot/sheet.hpp"

namespace tn::viz {

struct Options {
  std::vector<std::string> inputs;
  std::vector<std::string> select;
  ReadOptions read;
  std::string output;
  bool force = false;
  ThemeName theme = ThemeName::light;
  std::vector<std::string> names;  // of the inputs, in legends
  OverlayOptions overlay;
  SheetOptions sheet;
  AugmentPreset preset = AugmentPreset::practical;
  AugmentSheetOptions augment;
  IntervalOptions band;
  std::int64_t seed = 0;  // of the band
  std::optional<double> threshold;
  std::string metric = "dice";
  std::vector<std::string> metrics{"dice.mean", "class.auroc"};
  std::string by = "label";
  bool violin = false;
  std::string x_label = "alpha";
  HtmlReportOptions report;

  std::string input() const { return inputs.empty() ? "-" : inputs.front(); }
  std::vector<std::string> all_inputs() const {
    return inputs.empty() ? std::vector<std::string>{"-"} : inputs;
  }
  std::vector<Condition> conditions() const;
};

void add_records(Flags& f, Options& o);  // which records of the inputs
void add_images(Flags& f, std::string& root, std::int64_t& max_pixels);
void add_picture(Flags& f, Options& o);  // the one picture that a command draws
void add_theme(Flags& f, ThemeName& theme);
void add_names(Flags& f, Options& o);
void add_where(Flags& f, Options& o);
void add_cam(Flags& f, ActivationHead& head);

using Table = Flags (*)(Options&);
using Body = Exit (*)(const Options&, const Invocation&);
Command command(std::string name, std::string summary, Table flags, Body body);

// Several inputs that are stdin make no sense: Error(usage).
std::vector<CaseRun> load_runs(const Options& o, const Log& log);

}  // namespace tn::viz
