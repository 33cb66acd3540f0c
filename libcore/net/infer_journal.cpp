#include "libcore/net/infer_journal.hpp"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <utility>

#include "libcore/base/error.hpp"
#include "libcore/base/file.hpp"
#include "libcore/base/hash.hpp"

namespace tn {
namespace {

constexpr const char* kGained[] = {"pred", "p_malignant", "model"};
constexpr const char* kRead[] = {"image", "frame", "visible", "spacing_mm", "pre"};

const std::string& made(const std::string& folder) {
  create_folders(folder);
  return folder;
}

// "a.png.tmp-x1y2z3", as WholeFile names what is not finished.
bool is_unfinished(const std::string& name) {
  const std::size_t at = name.rfind(".tmp-");
  return at != std::string::npos && at + 11 == name.size() &&
         std::all_of(name.begin() + static_cast<std::ptrdiff_t>(at) + 5, name.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); });
}

void sweep(const std::string& folder) {
  namespace fs = std::filesystem;
  std::error_code code;
  for (auto entry = fs::recursive_directory_iterator(folder, code); entry != fs::end(entry);
       entry.increment(code)) {
    if (code) return;  // what cannot be read is not ours
    if (is_unfinished(entry->path().filename().string())) ::unlink(entry->path().c_str());
  }
}

}  // namespace

InferJournal::InferJournal(const std::string& folder, std::string settings, bool resume)
    : folder_(folder), settings_(std::move(settings)), journal_(made(folder) + "/" + kName) {
  if (!resume) return;
  journal_.recall();
  if (journal_.alone()) sweep(folder);
}

std::string InferJournal::key_of(const Record& record, std::string_view bytes) const {
  Sha256 hash;
  const auto add = [&](std::string_view text) {
    hash.update(std::to_string(text.size()) + ":");
    hash.update(text);
  };
  add(settings_);
  add(record.id());
  for (const char* key : kRead) add(record.raw(key).value_or(""));
  add(bytes);
  return hash.hex().substr(0, 32);
}

InferJournal::State InferJournal::recall(Record& record, const std::string& key, std::string& foreign) const {
  const std::optional<Record> entry = journal_.find(key);
  const auto files = entry ? entry->json("files") : std::nullopt;
  if (!files || !files->is_object()) return State::none;
  bool whole = true;
  for (const auto& [name, hash] : files->items()) {
    const std::string path = folder_ + "/" + name;
    if (!path_exists(path)) {
      whole = false;
    } else if (sha256_hex(read_regular_file(path)) != hash) {
      foreign = path;
      return State::foreign;
    }
  }
  if (!whole) return State::partly;
  const Record gained = Record::parse_object(std::string(entry->raw("gained").value_or("{}")), "journal");
  for (const std::string& name : gained.keys()) record.set_raw(name, *gained.raw(name));
  return State::done;
}

void InferJournal::append(const Record& record, const std::string& key,
                          const std::vector<OutputFile>& files) const {
  Record gained;
  for (const char* name : kGained)
    if (const auto value = record.raw(name)) gained.set_raw(name, *value);
  nlohmann::json hashes = nlohmann::json::object();
  for (const OutputFile& file : files) hashes[file.name] = sha256_hex(file.bytes);
  Record entry;
  entry.set("key", key);
  entry.set("id", record.id());
  entry.set_json("files", hashes);
  entry.set_raw("gained", gained.line());
  journal_.append(entry);
}

}  // namespace tn
