#include "libcore/net/checkpoint.hpp"

#include <ATen/core/grad_mode.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <map>

#include "libcore/base/error.hpp"
#include "libcore/base/hash.hpp"
#include "libcore/data/model_file.hpp"
#include "libcore/net/setting_difference.hpp"

namespace tn {
namespace {

constexpr int kVersion = 3;

// Every field with its name.
template <typename Progress, typename Visit>
void each_field(Progress& p, Visit&& visit) {
  visit("epoch", p.epoch);
  visit("epoch_step", p.epoch_step);
  visit("steps", p.steps);
  visit("seconds", p.seconds);
  visit("loss_sum", p.loss_sum);
  visit("mask_loss_sum", p.mask_loss_sum);
  visit("class_loss_sum", p.class_loss_sum);
  visit("learning_rate", p.learning_rate);
  visit("rate_factor", p.rate_factor);
  visit("rollbacks", p.rollbacks);
  visit("skipped", p.skipped);
  visit("skipped_in_row", p.skipped_in_row);
  visit("parts", p.parts);
  visit("plateau_best", p.plateau.best);
  visit("plateau_waited", p.plateau.waited);
  visit("plateau_factor", p.plateau.factor);
  visit("best", p.best);
  visit("best_epoch", p.best_epoch);
  visit("done", p.done);
}

nlohmann::json to_json(const TrainProgress& progress) {
  nlohmann::json json;
  each_field(progress, [&](const char* name, const auto& value) { json[name] = value; });
  return json;
}

TrainProgress progress_from_json(const nlohmann::json& json) {
  TrainProgress progress;
  each_field(progress, [&](const char* name, auto& value) { json.at(name).get_to(value); });
  return progress;
}

// Over the document and all tensors, by name.
std::string checksum(const nlohmann::json& document, const NamedTensors& tensors) {
  std::map<std::string, at::Tensor> sorted(tensors.begin(), tensors.end());
  Sha256 hash;
  hash.update(document.dump());
  for (const auto& [name, tensor] : sorted) {
    const at::Tensor bytes = tensor.detach().cpu().contiguous(at::MemoryFormat::Contiguous);
    hash.update(name);
    hash.update({static_cast<const char*>(bytes.const_data_ptr()), bytes.nbytes()});
  }
  return hash.hex();
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
    if (const std::string differs = setting_difference(meta.at("fingerprint"), fingerprint); !differs.empty())
      throw Error(Exit::usage, "{}: the run was started with {}", path, differs);
    progress = progress_from_json(meta.at("progress"));
  } catch (const nlohmann::json::exception& error) {
    throw Error(Exit::bad_data, "{}: damaged: {}", path, error.what());
  }
  const NamedTensors stored = load_safetensors(path);
  nlohmann::json document = meta;
  document.erase("checksum");
  if (meta.value("checksum", "") != checksum(document, stored))
    throw Error(Exit::bad_data, "{}: damaged: its checksum is not that of its content", path);
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
  nlohmann::json meta = {
      {"checkpoint", kVersion}, {"progress", to_json(progress)}, {"fingerprint", fingerprint}};
  meta["checksum"] = checksum(meta, tensors);
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
