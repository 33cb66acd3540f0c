// A folder of frames and masks named after what they were made from, so that nothing is made twice.
#pragma once

#include <cstdint>
#include <opencv2/core/mat.hpp>
#include <string>

namespace tn {

struct FrameStoreOptions {
  std::string folder;            // gets images/ and masks/
  std::string root;              // recorded paths start here; empty: at the current folder
  std::int64_t compression = 1;  // zlib level of the PNG files, 0 to 9
  bool dry_run = false;          // nothing is written
};

void check(const FrameStoreOptions& options);  // throws Error(usage)

enum class FrameKind { image, mask };

// May be used by several threads and processes at once: a file of one name has one content.
class FrameStore {
 public:
  // Makes the folders. Throws Error(cannot_create).
  explicit FrameStore(FrameStoreOptions options);

  // Whether a whole file of this name is there: a PNG from its signature to its end.
  bool holds(FrameKind kind, const std::string& name) const;

  // Writes NAME.png, whole or not at all, in place of what may be there; not yet safe from a power cut.
  // Throws Error(cannot_create | io).
  void put(FrameKind kind, const std::string& name, const cv::Mat1b& pixels) const;

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
