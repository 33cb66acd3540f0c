#include "libcore/net/run_folder.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <map>

#include "libcore/base/error.hpp"
#include "libcore/base/file.hpp"
#include "libcore/base/text.hpp"
#include "libcore/data/run_log.hpp"

namespace tn {
namespace {

constexpr const char* kModel = "model.safetensors";
constexpr const char* kLast = "checkpoint-last.safetensors";
constexpr const char* kPrevious = "checkpoint-previous.safetensors";
constexpr std::array kRunFiles = {kModel,
                                  kLast,
                                  "checkpoint-last.safetensors.next",
                                  kPrevious,
                                  "checkpoint-damaged.safetensors",
                                  "log.jsonl",
                                  "log.csv",
                                  kEventFile,
                                  "environment.jsonl",
                                  "config.ini"};

}  // namespace

bool goes_on(const std::string& folder, Resume resume, bool force) {
  const auto holds = [&](const char* file) { return path_exists(folder + "/" + file); };
  const bool checkpoint = holds(kLast) || holds(kPrevious);
  if (resume == Resume::always && !checkpoint)
    throw Error(Exit::no_input, "{}: no checkpoint to resume from", folder);
  if (resume != Resume::never && checkpoint) return true;
  if (force) return false;
  if (resume == Resume::automatic && holds(kModel))
    throw Error(Exit::cannot_create, "{}/{}: is there, but no checkpoint to go on from (--force begins anew)",
                folder, kModel);
  for (const char* file : kRunFiles)
    if (holds(file) && resume == Resume::never)
      throw Error(Exit::cannot_create, "{}/{}: exists (--resume goes on with the run, --force begins anew)",
                  folder, file);
  return false;
}

RunLock::RunLock(const std::string& folder) {
  create_folders(folder);
  handle_ = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (handle_ < 0 || ::flock(handle_, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK) return;
  ::close(handle_);
  throw Error(Exit::cannot_create, "{}: another process works on this run", folder);
}

RunLock::~RunLock() {
  if (handle_ >= 0) ::close(handle_);
}

void begin_run_folder(const std::string& folder, const std::string& config_text) {
  create_folders(folder);
  for (const char* file : kRunFiles) ::unlink((folder + "/" + file).c_str());
  write_whole(folder + "/config.ini", config_text, /*force=*/true);
}

void sweep_run_folder(const std::string& folder) {
  std::error_code code;
  for (const auto& entry : std::filesystem::directory_iterator(folder, code)) {
    const std::string name = entry.path().filename().string();
    const auto is_beside = [&](const char* file) { return name.starts_with(std::string(file) + ".tmp-"); };
    if (std::ranges::any_of(kRunFiles, is_beside)) ::unlink(entry.path().c_str());
  }
}

void append_environment(const std::string& folder, const nlohmann::json& environment) {
  const std::string path = folder + "/environment.jsonl";
  std::ofstream file(path, std::ios::app | std::ios::binary);
  file << environment.dump() + "\n" << std::flush;
  if (!file) throw Error(Exit::io, "{}: cannot write", path);
}

std::string processor_name() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("model name") && line.find(':') != std::string::npos)
      return std::string(trim(std::string_view(line).substr(line.find(':') + 1)));
  return "";
}

std::string epoch_summary(const EpochLog& log) {
  std::string text = fmt::format("epoch {}: loss {:.4f}", log.epoch, log.loss);
  if (log.val_dice) text += fmt::format(", validation Dice {:.4f}", *log.val_dice);
  if (log.val_accuracy) text += fmt::format(", accuracy {:.3f}", *log.val_accuracy);
  if (log.val_auroc) text += fmt::format(", AUROC {:.3f}", *log.val_auroc);
  text += fmt::format(", {:.3g} images/s", log.images_per_second);
  if (log.skipped > 0) text += fmt::format(", {} steps left out", log.skipped);
  return log.best ? text + ", best" : text;
}

double parse_duration(const std::string& text) {
  static const std::map<char, double> kUnits{{'s', 1}, {'m', 60}, {'h', 3600}};
  const auto found = text.empty() ? kUnits.end() : kUnits.find(text.back());
  const double unit = found == kUnits.end() ? 0 : found->second;
  const auto value = parse_double(std::string_view(text).substr(0, text.empty() ? 0 : text.size() - 1));
  if (unit == 0 || !value || *value <= 0)
    throw Error(Exit::usage, "'{}' is not a time such as 90s, 45m or 2h", printable(text));
  if (*value * unit > kLongestTime)
    throw Error(Exit::usage, "'{}' is over {} hours, the longest time", printable(text), kLongestTime / 3600);
  return *value * unit;
}

}  // namespace tn
