#include "libcore/sets/image_pairs.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <optional>
#include <set>

#include "libcore/base/error.hpp"
#include "libcore/base/text.hpp"
#include "libcore/sets/cases.hpp"

namespace tn {

namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 10> kSuffixes{".png",  ".jpg", ".jpeg", ".bmp", ".tif",
                                                     ".tiff", ".pgm", ".ppm",  ".pnm", ".pbm"};

// A link that leads nowhere may: it is missed when it is read.
bool may_be_file(const fs::directory_entry& entry) {
  std::error_code ignored;
  return entry.is_regular_file(ignored) || !entry.exists(ignored);
}

}  // namespace

bool is_folder(const std::string& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

std::vector<std::string> files_of(const std::string& folder, std::span<const std::string_view> suffixes) {
  std::vector<std::string> names;
  std::error_code code;
  fs::directory_iterator entries(folder, code);
  for (; !code && entries != fs::directory_iterator(); entries.increment(code)) {
    const std::string name = entries->path().filename().string();
    const std::string suffix = to_lower(entries->path().extension().string());
    const bool known = std::find(suffixes.begin(), suffixes.end(), suffix) != suffixes.end();
    if (known && !name.starts_with('.') && may_be_file(*entries)) names.push_back(name);
  }
  if (code) throw Error(Exit::no_input, "{}: {}", folder, code.message());
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<std::string> image_files(const std::string& folder) {
  return files_of(folder, kSuffixes);
}

namespace {

// "a_mask_1" -> "a"; nothing for a name that is no mask's.
std::optional<std::string> image_name_of(const std::string& stem) {
  const std::size_t at = stem.rfind("_mask");
  if (at == std::string::npos || at == 0) return std::nullopt;
  const std::string_view rest = std::string_view(stem).substr(at + 5);
  const bool numbered = rest.size() > 1 && rest.front() == '_' &&
                        rest.find_first_not_of("0123456789", 1) == std::string_view::npos;
  if (!rest.empty() && !numbered) return std::nullopt;
  return stem.substr(0, at);
}

// Order of a mask among those of its image: _mask, _mask_1, _mask_2, _mask_10.
std::pair<std::size_t, std::string> mask_rank(const std::string& path) {
  return {path.size(), path};
}

class PairBuilder {
 public:
  explicit PairBuilder(std::string folder) : folder_(std::move(folder)) {}

  void image(const std::string& name, const std::string& path) {
    const auto [at, fresh] = pairs_.emplace(name, ImagePair{name, path, {}});
    if (!fresh)
      throw Error(Exit::bad_data, "{}/{}: has the name of {} but for the suffix", folder_, path,
                  at->second.image);
  }
  void mask(const std::string& name, const std::string& path) {
    const auto found = pairs_.find(name);
    if (found == pairs_.end())
      orphans_.push_back(path);
    else
      found->second.masks.push_back(path);
  }
  ImagePairs pairs() {
    ImagePairs result{{}, std::move(orphans_)};
    for (auto& [name, pair] : pairs_) {
      std::sort(pair.masks.begin(), pair.masks.end(),
                [](const std::string& a, const std::string& b) { return mask_rank(a) < mask_rank(b); });
      result.pairs.push_back(std::move(pair));
    }
    return result;
  }

 private:
  std::string folder_;
  std::map<std::string, ImagePair> pairs_;
  std::vector<std::string> orphans_;
};

}  // namespace

ImagePairs pairs_beside(const std::string& folder) {
  const std::vector<std::string> files = image_files(folder);
  PairBuilder builder(folder);
  for (const std::string& file : files)
    if (!image_name_of(stem_of(file))) builder.image(stem_of(file), file);
  for (const std::string& file : files)
    if (const auto name = image_name_of(stem_of(file))) builder.mask(*name, file);
  return builder.pairs();
}

ImagePairs pairs_in_two_folders(const std::string& folder) {
  PairBuilder builder(folder);
  std::set<std::string> stems;  // their order is not that of the names: "a b.png" is before "a.png"
  for (const std::string& file : image_files(folder + "/images")) {
    builder.image(stem_of(file), "images/" + file);
    stems.insert(stem_of(file));
  }
  if (!is_folder(folder + "/masks")) return builder.pairs();
  for (const std::string& file : image_files(folder + "/masks")) {
    const std::string stem = stem_of(file);
    builder.mask(stems.contains(stem) ? stem : image_name_of(stem).value_or(stem), "masks/" + file);
  }
  return builder.pairs();
}

}  // namespace tn
