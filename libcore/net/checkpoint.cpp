#include "libcore/net/checkpoint.hpp"

#include <ATen/core/grad_mode.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "libcore/base/error.hpp"
#include "libcore/data/model_file.hpp"

namespace tn {
namespace {

constexpr int kVersion = 2;

nlohmann::json to_json(const TrainProgress& p) {
  return {{"epoch", p.epoch},
          {"epoch_step", p.epoch_step},
          {"steps", p.steps},
          {"seconds", p.seconds},
          {"epoch_seconds", p.epoch_seconds},
          {"waited_seconds", p.waited_seconds},
          {"loss_sum", p.loss_sum},
          {"mask_loss_sum", p.mask_loss_sum},
          {"class_loss_sum", p.class_loss_sum},
          {"learning_rate", p.learning_rate},
          {"plateau", {{"best", p.plateau.best}, {"waited", p.plateau.waited}, {"factor", p.plateau.factor}}},
          {"best", p.best},
          {"best_epoch", p.best_epoch},
          {"done", p.done}};
}

TrainProgress progress_from_json(const nlohmann::json& json) {
  TrainProgress p;
  json.at("epoch").get_to(p.epoch);
  json.at("epoch_step").get_to(p.epoch_step);
  json.at("steps").get_to(p.steps);
  json.at("seconds").get_to(p.seconds);
  json.at("epoch_seconds").get_to(p.epoch_seconds);
  json.at("waited_seconds").get_to(p.waited_seconds);
  json.at("loss_sum").get_to(p.loss_sum);
  json.at("mask_loss_sum").get_to(p.mask_loss_sum);
  json.at("class_loss_sum").get_to(p.class_loss_sum);
  json.at("learning_rate").get_to(p.learning_rate);
  json.at("plateau").at("best").get_to(p.plateau.best);
  json.at("plateau").at("waited").get_to(p.plateau.waited);
  json.at("plateau").at("factor").get_to(p.plateau.factor);
  json.at("best").get_to(p.best);
  json.at("best_epoch").get_to(p.best_epoch);
  json.at("done").get_to(p.done);
  return p;
}

// The first setting that differs, as "alpha 0.2, not 0.3"; empty if all agree.
std::string difference(const nlohmann::json& before, const nlohmann::json& now) {
  const nlohmann::json old_flat = before.flatten();
  const nlohmann::json new_flat = now.flatten();
  for (const auto& [key, value] : new_flat.items()) {
    const auto found = old_flat.find(key);
    const std::string old_value = found == old_flat.end() ? "nothing" : found->dump();
    if (old_value != value.dump()) {
      std::string name = key.substr(key.rfind('/') + 1);
      std::ranges::replace(name, '_', ' ');
      return fmt::format("{} {}, not {}", name, old_value, value.dump());
    }
  }
  return {};
}

// A second name for the last one, put in the place of the previous one in a single step; where the file
// system has no hard links, the last one itself.
void keep_as_previous(const std::string& last, const std::string& previous) {
  const std::string beside = previous + ".tmp";
  ::unlink(beside.c_str());
  const bool linked = ::link(last.c_str(), beside.c_str()) == 0;
  if (std::rename(linked ? beside.c_str() : last.c_str(), previous.c_str()) != 0)
    throw Error(Exit::io, "{}: cannot be kept as the previous checkpoint: {}", last, std::strerror(errno));
}

TrainProgress load_one(const std::string& path, const NamedTensors& tensors,
                       const nlohmann::json& fingerprint) {
  const nlohmann::json meta = read_model_index(path).meta;
  if (!meta.is_object() || !meta.contains("checkpoint"))
    throw Error(Exit::bad_data, "{}: not a checkpoint of these tools", path);
  if (meta["checkpoint"] != kVersion)
    throw Error(Exit::bad_data, "{}: a checkpoint of version {}, expected {}", path,
                meta["checkpoint"].dump(), kVersion);
  TrainProgress progress;
  try {
    if (const std::string differs = difference(meta.at("fingerprint"), fingerprint); !differs.empty())
      throw Error(Exit::usage, "{}: the run was started with {}", path, differs);
    progress = progress_from_json(meta.at("progress"));
  } catch (const nlohmann::json::exception& error) {
    throw Error(Exit::bad_data, "{}: damaged: {}", path, error.what());
  }
  const NamedTensors stored = load_safetensors(path);
  if (stored.size() != tensors.size())
    throw Error(Exit::bad_data, "{}: {} tensors, expected {}", path, stored.size(), tensors.size());
  const at::NoGradGuard no_grad;
  for (const auto& target : tensors) {
    const auto found = std::find_if(stored.begin(), stored.end(),
                                    [&](const auto& one) { return one.first == target.first; });
    if (found == stored.end()) throw Error(Exit::bad_data, "{}: tensor '{}' is missing", path, target.first);
    if (found->second.sizes() != target.second.sizes() ||
        found->second.scalar_type() != target.second.scalar_type())
      throw Error(Exit::bad_data, "{}: tensor '{}' has another shape or type", path, target.first);
    target.second.detach().copy_(found->second);
  }
  return progress;
}

}  // namespace

std::string last_checkpoint(const std::string& folder) {
  return folder + "/checkpoint-last.safetensors";
}
std::string previous_checkpoint(const std::string& folder) {
  return folder + "/checkpoint-previous.safetensors";
}

void save_checkpoint(const std::string& folder, const NamedTensors& tensors, const TrainProgress& progress,
                     const nlohmann::json& fingerprint) {
  const std::string last = last_checkpoint(folder);
  const std::string next = last + ".next";
  const nlohmann::json meta = {
      {"checkpoint", kVersion}, {"progress", to_json(progress)}, {"fingerprint", fingerprint}};
  save_safetensors(next, tensors, meta, /*force=*/true, Durability::fsync);
  if (path_exists(last)) keep_as_previous(last, previous_checkpoint(folder));
  if (std::rename(next.c_str(), last.c_str()) != 0)
    throw Error(Exit::io, "{}: cannot be renamed: {}", next, std::strerror(errno));
}

Resumed load_checkpoint(const std::string& folder, const NamedTensors& tensors,
                        const nlohmann::json& fingerprint) {
  try {
    return {load_one(last_checkpoint(folder), tensors, fingerprint), ""};
  } catch (const Error& error) {
    const std::string previous = previous_checkpoint(folder);
    if (error.exit_code() == Exit::usage || !path_exists(previous)) throw;
    try {
      const TrainProgress progress = load_one(previous, tensors, fingerprint);
      // Out of the way, so that it never takes the place of the good one.
      const std::string last = last_checkpoint(folder);
      std::rename(last.c_str(), (folder + "/checkpoint-damaged.safetensors").c_str());
      return {progress, fmt::format("{}; going on from {}", error.what(), previous)};
    } catch (const Error& second) {
      if (second.exit_code() == Exit::usage) throw;
      throw Error::of(error.exit_code(), error.what());
    }
  }
}

}  // namespace tn
