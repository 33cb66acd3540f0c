#include "libcore/sets/measure.hpp"

#include <nlohmann/json.hpp>
#include <opencv2/core.hpp>

#include "libcore/base/error.hpp"
#include "libcore/base/file.hpp"
#include "libcore/data/manifest.hpp"
#include "libcore/data/one_or_list.hpp"
#include "libcore/image/mask.hpp"
#include "libcore/sets/good_records.hpp"

namespace tn {

std::string image_path(const Record& record, const std::string& root) {
  const auto image = record.text("image");
  if (!image) throw Error(Exit::bad_data, "{}: no image", record.id());
  return resolve(root, *image);
}

ImageSize size_of(const Record& record, const std::string& root) {
  const auto size = record.json("size");
  if (!size) return image_size(image_path(record, root));
  const auto extent = [&](std::size_t i) {
    const bool whole = size->is_array() && size->size() == 2 && (*size)[i].is_number_unsigned();
    const std::uint64_t value = whole ? (*size)[i].get<std::uint64_t>() : 0;
    if (value < 1 || value > 1'000'000)
      throw Error(Exit::bad_data, "{}: 'size' is not [width,height] in pixels", record.id());
    return static_cast<int>(value);
  };
  return {extent(0), extent(1)};
}

std::vector<std::string> measure_images(std::vector<Record>& records, const std::string& root, int jobs,
                                        const Tick& tick) {
  return for_each_good(records, jobs, tick, [&](std::size_t i) {
    const ImageSize size = size_of(records[i], root);
    records[i].set_json("size", {size.width, size.height});
    const auto masks = records[i].json("mask").value_or(nlohmann::json::array());
    for (const auto& mask : as_list(masks)) {
      const std::string path = resolve(root, mask.get<std::string>());
      if (!path_exists(path)) throw Error(Exit::no_input, "{}: No such file or directory", path);
    }
  });
}

NoduleShares nodule_shares(std::vector<Record>& records, const std::string& root, int jobs,
                           const Tick& tick) {
  NoduleShares shares;
  shares.share.resize(records.size());
  shares.failures = for_each_good(records, jobs, tick, [&](std::size_t i) {
    if (records[i].is_null("mask") && records[i].is_null("regions")) return;
    const ImageSize size = size_of(records[i], root);
    const auto mask = load_mask(records[i], root, size);
    if (!mask) return;
    shares.share[i] =
        static_cast<double>(cv::countNonZero(*mask)) / (static_cast<double>(size.width) * size.height);
  });
  return shares;
}

}  // namespace tn
