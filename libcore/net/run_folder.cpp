#include "libcore/net/run_folder.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <array>

#include "libcore/base/error.hpp"
#include "libcore/base/file.hpp"
#include "libcore/base/text.hpp"

namespace tn {
namespace {

constexpr std::array kRunFiles = {"model.safetensors",
                                  "checkpoint-last.safetensors",
                                  "checkpoint-last.safetensors.next",
                                  "checkpoint-previous.safetensors",
                                  "checkpoint-damaged.safetensors",
                                  "log.jsonl",
                                  "log.csv",
                                  "config.ini"};

}  // namespace

void expect_free_run_folder(const std::string& folder, bool resume, bool force) {
  if (resume && !path_exists(folder + "/checkpoint-last.safetensors") &&
      !path_exists(folder + "/checkpoint-previous.safetensors"))
    throw Error(Exit::no_input, "{}: no checkpoint to resume from", folder);
  if (resume || force) return;
  for (const char* file : kRunFiles)
    if (path_exists(folder + "/" + file))
      throw Error(Exit::cannot_create, "{}/{}: exists (--resume goes on with the run, --force begins anew)",
                  folder, file);
}

void begin_run_folder(const std::string& folder, const std::string& config_text) {
  create_folders(folder);
  for (const char* file : kRunFiles) ::unlink((folder + "/" + file).c_str());
  write_whole(folder + "/config.ini", config_text, /*force=*/true);
}

std::string epoch_summary(const EpochLog& log) {
  std::string text = fmt::format("epoch {}: loss {:.4f}", log.epoch, log.loss);
  if (log.val_dice) text += fmt::format(", validation Dice {:.4f}", *log.val_dice);
  if (log.val_accuracy) text += fmt::format(", accuracy {:.3f}", *log.val_accuracy);
  if (log.val_auroc) text += fmt::format(", AUROC {:.3f}", *log.val_auroc);
  text += fmt::format(", {:.3g} images/s", log.images_per_second);
  return log.best ? text + ", best" : text;
}

double parse_duration(const std::string& text) {
  double unit = 1;
  std::string_view number = text;
  if (!text.empty()) {
    if (text.back() == 'm') unit = 60;
    if (text.back() == 'h') unit = 3600;
    if (text.back() == 's' || unit > 1) number.remove_suffix(1);
  }
  const auto value = parse_double(number);
  if (!value || *value <= 0)
    throw Error(Exit::usage, "'{}' is not a time such as 90s, 45m or 2h", printable(text));
  return *value * unit;
}

}  // namespace tn
