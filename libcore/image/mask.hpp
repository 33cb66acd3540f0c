// The one way to read a record's mask: path, list of paths, or regions.
#pragma once

#include <opencv2/core/mat.hpp>
#include <optional>
#include <string>
#include <vector>

#include "libcore/data/record.hpp"
#include "libcore/image/image_io.hpp"

namespace tn {

// Where a record's mask files lie; empty if it names none. Throws Error(bad_data) for a bad `mask`.
std::vector<std::string> mask_paths(const Record& record, const std::string& root);

// {0,255} of the image's size: any value > 0 is nodule; several masks are merged by OR; `regions`, read where
// there is no `mask`, are polygons in image pixels ([{"polygon":[[x,y],...]}, ...]; corners are rounded to
// pixel centres, the outline belongs to the region). Nothing if the record has neither. Throws
// Error(bad_data | no_input), also for a mask of another size than the image.
std::optional<cv::Mat1b> load_mask(const Record& record, const std::string& root, ImageSize size,
                                   const DecodeLimits& limits = {});

}  // namespace tn
