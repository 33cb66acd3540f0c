// Folders of images with their masks, paired by name. Hidden files and files without an image's suffix are
// passed over. Throws Error(no_input) if a folder cannot be read, Error(bad_data) if two images there have
// the same name but for the suffix.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tn {

struct ImagePair {
  std::string name;                // of the image, below the folder, without suffix: its id there
  std::string image;               // path below the folder
  std::vector<std::string> masks;  // paths below the folder, in order
};

struct ImagePairs {
  std::vector<ImagePair> pairs;      // in order of the names' bytes
  std::vector<std::string> orphans;  // masks without an image, below the folder
};

// NAME.png beside NAME_mask.png, NAME_mask_1.png ... in one folder.
ImagePairs pairs_beside(const std::string& folder);

// images/NAME.png and masks/NAME.png or masks/NAME_mask.png, any image suffix on either side.
ImagePairs pairs_in_two_folders(const std::string& folder);

// Whether it is there and a folder.
bool is_folder(const std::string& path);

// Names of the files in a folder whose suffix is one of these, in any case, sorted by bytes. Hidden files,
// pipes and devices are passed over.
std::vector<std::string> files_of(const std::string& folder, std::span<const std::string_view> suffixes);

// The same with every suffix of an image that is read: .png, .jpg ...
std::vector<std::string> image_files(const std::string& folder);

}  // namespace tn
