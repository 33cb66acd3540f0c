#include "libcore/plot/curves.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "libcore/base/error.hpp"

namespace tn {
namespace {

constexpr int kWidth = 900;
constexpr int kPanelHeight = 270;

using Number = std::function<std::optional<double>(const EpochLog&)>;

// Nothing if no epoch has the number.
std::optional<Series> series_of(std::span<const EpochLog> epochs, const char* name, const Number& number,
                                bool dashed = false) {
  Series series{name, {}, dashed};
  bool any = false;
  for (const EpochLog& epoch : epochs) {
    const double value = number(epoch).value_or(std::numeric_limits<double>::quiet_NaN());
    any = any || std::isfinite(value);
    series.points.push_back({static_cast<double>(epoch.epoch), value});
  }
  return any ? std::optional(series) : std::nullopt;
}

struct Best {
  std::int64_t epoch;
  std::optional<double> dice;
};

std::optional<Best> best_of(std::span<const EpochLog> epochs) {
  std::optional<Best> best;
  for (const EpochLog& epoch : epochs)
    if (epoch.best) best = Best{epoch.epoch, epoch.val_dice};
  return best;
}

void add_panel(std::vector<Chart>& charts, const char* title, const char* y_label,
               std::vector<std::optional<Series>> lines, std::optional<Range> range) {
  Chart chart;
  chart.title = title;
  chart.x_label = "epoch";
  chart.y_label = y_label;
  chart.whole_x = true;
  chart.y_range = range;
  for (auto& line : lines)
    if (line) chart.series.push_back(std::move(*line));
  if (!chart.series.empty()) charts.push_back(std::move(chart));
}

}  // namespace

std::vector<Chart> training_charts(std::span<const EpochLog> epochs) {
  std::vector<Chart> charts;
  add_panel(charts, "Loss", "loss",
            {series_of(epochs, "training", [](const EpochLog& e) { return std::optional(e.loss); }),
             series_of(epochs, "validation", [](const EpochLog& e) { return e.val_loss; }),
             series_of(
                 epochs, "training, mask", [](const EpochLog& e) { return e.mask_loss; }, true),
             series_of(
                 epochs, "training, class", [](const EpochLog& e) { return e.class_loss; }, true)},
            std::nullopt);
  add_panel(charts, "Validation: Dice", "Dice, mean over images",
            {series_of(epochs, "Dice", [](const EpochLog& e) { return e.val_dice; })}, Range{0, 1});
  add_panel(charts, "Validation: class", "share",
            {series_of(epochs, "accuracy", [](const EpochLog& e) { return e.val_accuracy; }),
             series_of(
                 epochs, "AUROC", [](const EpochLog& e) { return e.val_auroc; }, true)},
            Range{0, 1});
  const auto best = best_of(epochs);
  if (!best) return charts;
  const std::string dice = best->dice ? fmt::format(", Dice {:.3f}", *best->dice) : "";
  for (Chart& chart : charts) {
    chart.marked_x = static_cast<double>(best->epoch);
    chart.mark_label = fmt::format("best: epoch {}{}", best->epoch, dice);
  }
  return charts;
}

std::vector<Chart> training_charts(std::span<const TrainingRun> runs) {
  if (runs.size() == 1) return training_charts(runs.front().epochs);
  std::vector<Chart> charts;
  const auto panel = [&](const char* title, const char* y_label, const Number& number,
                         std::optional<Range> range) {
    std::vector<std::optional<Series>> lines;
    for (std::size_t i = 0; i < runs.size(); ++i) {
      lines.push_back(series_of(runs[i].epochs, runs[i].name.c_str(), number));
      if (lines.back()) lines.back()->colour = i;  // a run has one colour in all panels
    }
    add_panel(charts, title, y_label, std::move(lines), range);
  };
  panel(
      "Training: loss", "loss", [](const EpochLog& e) { return std::optional(e.loss); }, std::nullopt);
  panel(
      "Validation: loss", "loss", [](const EpochLog& e) { return e.val_loss; }, std::nullopt);
  panel(
      "Validation: Dice", "Dice, mean over images", [](const EpochLog& e) { return e.val_dice; },
      Range{0, 1});
  panel(
      "Validation: AUROC", "AUROC", [](const EpochLog& e) { return e.val_auroc; }, Range{0, 1});
  for (Chart& chart : charts) chart.legend_below = true;
  return charts;
}

std::string draw_curves(std::span<const TrainingRun> runs, PictureFormat format, const Theme& theme) {
  for (const TrainingRun& run : runs) {
    if (run.epochs.empty()) throw Error(Exit::bad_data, "{}: the log has no epoch", run.path);
    if (training_charts(run.epochs).empty())
      throw Error(Exit::bad_data, "{}: the log has no finite number", run.path);
  }
  return draw_panels(training_charts(runs), kWidth, kPanelHeight, format, theme);
}

}  // namespace tn
