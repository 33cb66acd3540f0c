#include "libcore/image/preprocess_record.hpp"

#include <nlohmann/json.hpp>
#include <opencv2/core.hpp>
#include <optional>
#include <utility>

#include "libcore/base/error.hpp"
#include "libcore/base/file.hpp"
#include "libcore/base/hash.hpp"
#include "libcore/data/manifest.hpp"
#include "libcore/image/mask.hpp"
#include "libcore/image/record_image.hpp"

namespace tn {
namespace {

// A frame on its way into the store; no pixels: the store holds it already.
struct Made {
  std::string name;
  std::optional<cv::Mat1b> pixels;
};

struct MadeRecord {
  Placement placement;
  Made image;
  std::optional<Made> mask;
};

// A record's fault, with the word for it.
struct Fault {
  std::string code;
  std::string message;
};

// Runs `step`; what it throws about bad data gets this code, other errors keep their kind.
template <typename Step>
auto with_code(const char* code, const Step& step) {
  try {
    return step();
  } catch (const Error& error) {
    throw Fault{error.exit_code() == Exit::bad_data ? code : error.kind(), error.what()};
  }
}

std::string image_name(const ImageSource& source, const std::string& options_hash) {
  Sha256 hash;
  hash.update("image " + options_hash + source.choice() + "\n");
  hash.update(source.bytes);
  return hash.hex();
}

// The image's size is part of it: it decides where the mask lies in the frame.
std::string mask_name(const MaskSource& source, ImageSize size, const std::string& options_hash) {
  Sha256 hash;
  hash.update(fmt::format("mask {} {}x{}\n", options_hash, size.width, size.height));
  for (const std::string& file : source.files) {
    hash.update(fmt::format("file {}\n", file.size()));
    hash.update(file);
  }
  if (source.files.empty()) hash.update(source.regions);
  return hash.hex();
}

MadeRecord make(const Record& record, const PreprocessRecordOptions& options, const FrameStore& store) {
  const std::string options_hash = preprocess_hash(options.frame);
  const ImageSource image = with_code("data", [&] { return read_image_source(record, options.root); });
  MadeRecord made;
  with_code("decode", [&] {
    const ImageSize size = image_size(image, options.limits);
    made.image.name = image_name(image, options_hash);
    made.placement = place(size, static_cast<int>(options.frame.size), options.frame.fit);
    if (!store.holds(FrameKind::image, made.image.name))
      made.image.pixels = preprocess(decode_image(image, options.limits), options.frame).image;
  });
  with_code("mask", [&] {
    const std::optional<MaskSource> source = read_mask_source(record, options.root);
    if (!source) return;
    made.mask = Made{mask_name(*source, made.placement.source, options_hash), std::nullopt};
    if (!store.holds(FrameKind::mask, made.mask->name))
      made.mask->pixels =
          mask_to_frame(decode_mask(*source, made.placement.source, options.limits), made.placement);
  });
  return made;
}

std::string keep(const FrameStore& store, FrameKind kind, const Made& made) {
  if (made.pixels) store.put(kind, made.name, *made.pixels);
  return store.recorded(kind, made.name);
}

}  // namespace

Record preprocess_record(Record record, const PreprocessRecordOptions& options, const FrameStore& store) {
  if (record.failed()) return record;
  MadeRecord made;
  try {
    made = make(record, options, store);
  } catch (const Fault& fault) {
    record.fail("tn-preprocess", fault.code, fault.message);
    return record;
  }
  nlohmann::ordered_json pre;
  pre["image"] = keep(store, FrameKind::image, made.image);
  pre["mask"] = made.mask ? nlohmann::ordered_json(keep(store, FrameKind::mask, *made.mask)) : nullptr;
  pre["geometry"] = to_json(made.placement);
  pre["hash"] = preprocess_hash(options.frame);
  record.set_raw("pre", pre.dump());
  return record;
}

}  // namespace tn
