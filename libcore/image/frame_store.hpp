// A folder of frames and masks named after what they were made from, so that nothing is made twice.
#pragma once

#include <cstdint>
#include <opencv2/core/mat.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace tn {

struct FrameStoreOptions {
  std::string folder;            // gets images/ and masks/
  std::string root;              // recorded paths start here; empty: at the current folder
  std::int64_t compression = 1;  // of the PNG files, 0 to 9
  bool dry_run = false;          // nothing is written
};

void check(const FrameStoreOptions& options);  // throws Error(usage)

enum class FrameKind { image, mask };

// May be used by several threads and processes at once: a file of one name has one content.
class FrameStore {
 public:
  // Makes the folders. Throws Error(cannot_create).
  explicit FrameStore(FrameStoreOptions options);

  // The note that was put with a file; nothing if no whole file of this name is there: a PNG from its
  // signature to its end.
  std::optional<std::string> note(FrameKind kind, const std::string& name) const;
  bool holds(FrameKind kind, const std::string& name) const { return note(kind, name).has_value(); }

  // Writes NAME.png, whole or not at all, in place of what may be there; not yet safe from a power cut. The
  // note is ASCII of at most 4000 bytes and stands in the file. Throws Error(cannot_create | io).
  void put(FrameKind kind, const std::string& name, const cv::Mat1b& pixels,
           std::string_view note = {}) const;

  // The file's path as it stands in a record: resolve(root, path) opens it.
  std::string recorded(FrameKind kind, const std::string& name) const;

  // Hands all that was put to the disk, once. Throws Error(io).
  void sync() const;

 private:
  std::string path(FrameKind kind, const std::string& name) const;

  FrameStoreOptions options_;
  std::string recorded_folder_;
};

}  // namespace tn
