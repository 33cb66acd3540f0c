// The one way to read a record's mask: path, list of paths, or regions.
#pragma once

#include <opencv2/core/mat.hpp>
#include <optional>
#include <string>
#include <vector>

#include "libcore/data/record.hpp"
#include "libcore/image/image_io.hpp"

namespace tn {

// What a record's mask is made of: the bytes of its files, or regions.
struct MaskSource {
  std::string id;                  // of the record
  std::vector<std::string> paths;  // as opened; as many as there are files
  std::vector<std::string> files;
  std::string regions;  // JSON text; used where there are no files
};

// Nothing if the record has no mask. Throws Error(bad_data | no_input | io).
std::optional<MaskSource> read_mask_source(const Record& record, const std::string& root);

// See load_mask, which is the two in one.
cv::Mat1b decode_mask(const MaskSource& source, ImageSize size, const DecodeLimits& limits = {});

// {0,255} of the image's size: any value > 0 is nodule; several masks are merged by OR; `regions`, read where
// there is no `mask`, are polygons in image pixels ([{"polygon":[[x,y],...]}, ...]; corners are rounded to
// pixel centres, the outline belongs to the region). Nothing if the record has neither. Throws
// Error(bad_data | no_input), also for a mask of another size than the image.
std::optional<cv::Mat1b> load_mask(const Record& record, const std::string& root, ImageSize size,
                                   const DecodeLimits& limits = {});

}  // namespace tn
