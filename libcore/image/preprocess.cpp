#include "libcore/image/preprocess.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "libcore/base/error.hpp"
#include "libcore/base/hash.hpp"

namespace tn {
namespace {

constexpr int kAlgorithm = 1;  // goes up when the same options give other pixels

const char* fit_name(Fit fit) {
  return fit == Fit::stretch ? "stretch" : "letterbox";
}

}  // namespace

void check(const PreprocessOptions& options) {
  if (options.size < 32 || options.size > 4096)
    throw Error(Exit::usage, "size {} is not in 32 to 4096 px", options.size);
}

Frame preprocess(const cv::Mat1b& image, const PreprocessOptions& options) {
  const Placement placement = place({image.cols, image.rows}, static_cast<int>(options.size), options.fit);
  return {to_frame(image, placement), placement};
}

nlohmann::json to_json(const PreprocessOptions& options) {
  return {{"fit", fit_name(options.fit)}, {"size", options.size}};
}

PreprocessOptions preprocess_from_json(const nlohmann::json& json, const std::string& where) {
  if (!json.is_object()) throw Error(Exit::bad_data, "{}: preprocessing options are no object", where);
  PreprocessOptions options;
  for (const auto& [key, value] : json.items()) {
    if (key == "size" && value.is_number_integer()) {
      options.size = value.get<std::int64_t>();
    } else if (key == "fit" && value == "stretch") {
      options.fit = Fit::stretch;
    } else if (key == "fit" && value == "letterbox") {
      options.fit = Fit::letterbox;
    } else {
      throw Error(Exit::bad_data, "{}: preprocessing option '{}' is unknown here or has a bad value", where,
                  key);
    }
  }
  if (!json.contains("size") || !json.contains("fit"))
    throw Error(Exit::bad_data, "{}: preprocessing options lack 'size' or 'fit'", where);
  try {
    check(options);
  } catch (const Error& error) {
    throw Error(Exit::bad_data, "{}: preprocessing: {}", where, error.what());
  }
  return options;
}

std::string preprocess_hash(const PreprocessOptions& options) {
  return sha256_hex(fmt::format("tn preprocess {} {}", kAlgorithm, to_json(options).dump())).substr(0, 16);
}

}  // namespace tn
