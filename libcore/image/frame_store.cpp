#include "libcore/image/frame_store.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <utility>

#include "libcore/base/error.hpp"
#include "libcore/base/file.hpp"
#include "libcore/base/text.hpp"
#include "libcore/image/image_io.hpp"

namespace tn {
namespace {

namespace fs = std::filesystem;

std::string inside(FrameKind kind, const std::string& name) {
  return (kind == FrameKind::image ? "images/" : "masks/") + name + ".png";
}

// With a root the folder is told from there, by its real place, so that links on the way do not matter; but
// an absolute folder elsewhere stays as it is.
std::string recorded_folder(const std::string& folder, const std::string& root) {
  const fs::path plain = fs::path(folder).lexically_normal();
  if (root.empty()) return plain.string();
  const fs::path from_root = fs::weakly_canonical(folder).lexically_proximate(fs::weakly_canonical(root));
  const bool outside = !from_root.empty() && *from_root.begin() == "..";
  return (plain.is_absolute() && outside ? plain : from_root).string();
}

}  // namespace

void check(const FrameStoreOptions& options) {
  for (const std::string& folder : {options.folder, options.root})
    if (!is_utf8(folder))
      throw Error(Exit::usage, "folder '{}' is not UTF-8: the paths of the frames cannot stand in a manifest",
                  printable(folder));
  if (options.compression < 0 || options.compression > 9)
    throw Error(Exit::usage, "compression {} is not in 0 to 9", options.compression);
}

FrameStore::FrameStore(FrameStoreOptions options) : options_(std::move(options)) {
  if (!options_.dry_run) {
    create_folders(options_.folder + "/images");
    create_folders(options_.folder + "/masks");
    if (::access((options_.folder + "/images").c_str(), W_OK) != 0 ||
        ::access((options_.folder + "/masks").c_str(), W_OK) != 0)
      throw Error(Exit::cannot_create, "{}: cannot write into this folder: {}", options_.folder,
                  std::strerror(errno));
  }
  recorded_folder_ = recorded_folder(options_.folder, options_.root);
}

std::optional<std::string> FrameStore::note(FrameKind kind, const std::string& name) const {
  constexpr std::string_view kStart = "\x89PNG\r\n\x1a\n";
  constexpr std::string_view kEnd("\0\0\0\0IEND\xAE\x42\x60\x82", 12);
  constexpr std::size_t kNotePart = 4096;  // a note lies within the first bytes
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path(kind, name).c_str(), "rbe"),
                                                             &std::fclose);
  if (!file) return std::nullopt;
  std::string start(kNotePart, '\0');
  start.resize(std::fread(start.data(), 1, start.size(), file.get()));
  std::string end(kEnd.size(), '\0');
  if (!start.starts_with(kStart) || std::fseek(file.get(), -static_cast<long>(kEnd.size()), SEEK_END) != 0 ||
      std::fread(end.data(), 1, end.size(), file.get()) != end.size() || end != kEnd)
    return std::nullopt;
  return std::string(png_note(start));
}

void FrameStore::put(FrameKind kind, const std::string& name, const cv::Mat1b& pixels,
                     std::string_view note) const {
  if (options_.dry_run) return;
  write_whole(path(kind, name), encode_png(pixels, static_cast<int>(options_.compression), note),
              /*force=*/true, Durability::rename_only);
}

std::string FrameStore::recorded(FrameKind kind, const std::string& name) const {
  return (fs::path(recorded_folder_) / inside(kind, name)).lexically_normal().string();
}

void FrameStore::sync() const {
  if (!options_.dry_run) sync_files(options_.folder);
}

std::string FrameStore::path(FrameKind kind, const std::string& name) const {
  return options_.folder + "/" + inside(kind, name);
}

}  // namespace tn
