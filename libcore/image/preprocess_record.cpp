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
  std::string note;
};

struct MadeRecord {
  Placement placement;
  std::string damage;    // of the image, which was taken all the same
  std::int64_t cut = 0;  // pixels of the mask that the crop left out
  Made image;
  std::optional<Made> mask;
};

// A record's fault, with the word for it.
struct Fault {
  std::string code;
  std::string message;
};

// Runs `step`; what it throws about bad data gets this code, other errors keep their kind. A signal is no
// fault of the record.
template <typename Step>
auto with_code(const char* code, const Step& step) {
  try {
    return step();
  } catch (const Error& error) {
    if (error.exit_code() == Exit::interrupted || error.exit_code() == Exit::terminated) throw;
    throw Fault{error.exit_code() == Exit::bad_data ? code : error.kind(), error.what()};
  }
}

// What makes a file an error is part of it: another choice must look at the file again.
std::string image_name(const ImageSource& source, const std::string& options_hash, FailOn fail_on) {
  Sha256 hash;
  const std::string lenient =
      fail_on == FailOn::error ? "" : fmt::format(" fail-on {}", static_cast<int>(fail_on));
  hash.update("image " + options_hash + lenient + source.choice() + "\n");
  hash.update(source.bytes);
  return hash.hex();
}

// The image's size and crop are part of it: they decide where the mask lies in the frame.
std::string mask_name(const MaskSource& source, const Placement& placement,
                      const PreprocessOptions& options) {
  Sha256 hash;
  hash.update(fmt::format("mask {} {}x{}\n", preprocess_hash(geometry_of(options)), placement.source.width,
                          placement.source.height));
  if (placement.crop) hash.update(fmt::format("crop {}\n", to_json(*placement.crop).dump()));
  for (const std::string& file : source.files) {
    hash.update(fmt::format("file {}\n", file.size()));
    hash.update(file);
  }
  if (source.files.empty()) hash.update(source.regions);
  return hash.hex();
}

// What a frame's file says beside its pixels, so that they need not be made again to know it.
std::string image_note(const MadeRecord& made, const PreprocessOptions& options) {
  nlohmann::json note = nlohmann::json::object();
  if (!placed_by_size(options)) note["crop"] = to_json(part_of(made.placement));
  if (!made.damage.empty()) note["damage"] = made.damage;
  return note.empty() ? "" : note.dump();
}

// Whether the store's frame tells all that is to be known of it.
bool take_image_note(MadeRecord& made, const std::string& text, ImageSize size,
                     const PreprocessOptions& options) {
  const nlohmann::json note = nlohmann::json::parse(text, nullptr, false);
  const bool has_crop = note.is_object() && note.contains("crop");
  if (!has_crop && !placed_by_size(options)) return false;
  std::optional<Area> crop;
  try {
    if (has_crop) crop = area_from_json(note["crop"], size, "note");
  } catch (const Error&) {
    return false;  // written by something else: it is made again
  }
  made.placement = place(size, static_cast<int>(options.size), options.fit, crop);
  if (note.is_object()) made.damage = note.value("damage", "");
  return true;
}

void make_image(MadeRecord& made, const ImageSource& source, const PreprocessRecordOptions& options,
                const FrameStore& store) {
  const ImageSize size = image_size(source, options.limits);
  made.image.name = image_name(source, preprocess_hash(options.frame), options.limits.fail_on);
  const auto note = store.note(FrameKind::image, made.image.name);
  if (note && take_image_note(made, *note, size, options.frame)) return;
  DecodeLimits limits = options.limits;
  limits.tolerated = &made.damage;
  const Frame frame = preprocess(decode_image(source, limits), options.frame);
  made.placement = frame.placement;
  made.image.pixels = frame.image;
  made.image.note = image_note(made, options.frame);
}

void make_mask(MadeRecord& made, const MaskSource& source, const PreprocessRecordOptions& options,
               const FrameStore& store) {
  made.mask = Made{mask_name(source, made.placement, options.frame), std::nullopt, ""};
  if (const auto note = store.note(FrameKind::mask, made.mask->name)) {
    const nlohmann::json told = nlohmann::json::parse(*note, nullptr, false);
    if (told.is_object()) made.cut = told.value("cut", std::int64_t{0});
    return;
  }
  // Half a mask is no mask, whatever is tolerated of images; and a mask's name leaves that choice out.
  const DecodeLimits limits{options.limits.max_pixels, FailOn::error};
  const cv::Mat1b mask = decode_mask(source, made.placement.source, limits);
  made.mask->pixels = mask_to_frame(mask, made.placement);
  if (!made.placement.crop) return;
  const Area kept = part_of(made.placement);
  made.cut =
      cv::countNonZero(mask) - cv::countNonZero(mask(cv::Rect(kept.left, kept.top, kept.width, kept.height)));
  if (made.cut > 0) made.mask->note = nlohmann::json{{"cut", made.cut}}.dump();
}

MadeRecord make(const Record& record, const PreprocessRecordOptions& options, const FrameStore& store) {
  const ImageSource image = with_code("data", [&] { return read_image_source(record, options.root); });
  MadeRecord made;
  with_code("decode", [&] { make_image(made, image, options, store); });
  with_code("mask", [&] {
    if (const std::optional<MaskSource> source = read_mask_source(record, options.root))
      make_mask(made, *source, options, store);
  });
  return made;
}

std::string keep(const FrameStore& store, FrameKind kind, const Made& made) {
  if (made.pixels) store.put(kind, made.name, *made.pixels, made.note);
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
  if (made.cut > 0) pre["mask_cut"] = made.cut;
  if (!made.damage.empty()) pre["damage"] = made.damage;
  record.set_raw("pre", pre.dump());
  return record;
}

}  // namespace tn
