#include "libcore/sets/measure.hpp"

#include <tbb/blocked_range.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <csignal>
#include <mutex>
#include <nlohmann/json.hpp>
#include <opencv2/core.hpp>

#include "libcore/base/error.hpp"
#include "libcore/base/file.hpp"
#include "libcore/base/interrupt.hpp"
#include "libcore/data/manifest.hpp"
#include "libcore/image/mask.hpp"

namespace tn {
namespace {

// Runs work on each record that is not an error record; a throw makes it one. Returns the failures in order.
// A signal ends it with Error(interrupted | terminated).
std::vector<std::string> for_each_good(std::vector<Record>& records, int jobs, const Tick& tick,
                                       const std::function<void(std::size_t)>& work) {
  std::vector<std::string> failed(records.size());
  std::mutex ticking;
  tbb::task_arena arena(jobs);
  arena.execute([&] {
    tbb::parallel_for(tbb::blocked_range<std::size_t>(0, records.size()), [&](const auto& range) {
      for (std::size_t i = range.begin(); i < range.end(); ++i) {
        if (const int signal = interrupt_signal(); signal != 0)
          throw Error(signal == SIGINT ? Exit::interrupted : Exit::terminated, "interrupted");
        try {
          if (!records[i].failed()) work(i);
        } catch (const Error& error) {
          failed[i] = error.what();
          records[i].fail("tn-split", error.kind(), error.what());
        }
        const std::lock_guard lock(ticking);
        tick();
      }
    });
  });
  std::erase(failed, "");
  return failed;
}

std::string image_path(const Record& record, const std::string& root) {
  const auto image = record.text("image");
  if (!image) throw Error(Exit::bad_data, "{}: no image", record.id());
  return resolve(root, *image);
}

// From the record if it says so, else from the file.
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

}  // namespace

std::vector<std::string> measure_images(std::vector<Record>& records, const std::string& root, int jobs,
                                        const Tick& tick) {
  return for_each_good(records, jobs, tick, [&](std::size_t i) {
    const ImageSize size = size_of(records[i], root);
    records[i].set_json("size", {size.width, size.height});
    const auto masks = records[i].json("mask").value_or(nlohmann::json::array());
    for (const auto& mask : masks.is_array() ? masks : nlohmann::json::array({masks})) {
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
