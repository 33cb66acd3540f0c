// A contact sheet: many cases in one picture.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "libcore/data/manifest.hpp"
#include "libcore/data/select.hpp"
#include "libcore/plot/bounds.hpp"
#include "libcore/plot/canvas.hpp"
#include "libcore/plot/case_picture.hpp"

namespace tn {

struct SheetOptions {
  std::string root;
  Selection selection;       // its limit counts tiles, after sorting
  std::int64_t columns = 0;  // tiles a row; 0: as many as make the sheet about as wide as high, 6 at most
  std::int64_t tile = 240;   // points a tile is wide, 80 to 2000
  std::optional<std::string> sort;             // KEY or KEY:desc, a dotted path
  std::vector<std::string> where;              // bounds that records must keep, such as metrics.dice<0.5
  bool areas = false;                          // tinted areas in place of outlines
  ActivationHead head = ActivationHead::none;  // whose activation map lies over the images; not with areas
  ThemeName theme = ThemeName::light;
  std::int64_t max_pixels = DecodeLimits().max_pixels;
};

void check(const SheetOptions& options);  // throws Error(usage)

// In the order of the key: numbers before text, records without the key last in either direction, equal ones
// as they came. Throws Error(bad_data) if no record has the key.
std::vector<Record> sorted(std::vector<Record> records, const std::string& sort);

// The records to show, in order. Throws Error(bad_data) if there is none.
std::vector<Record> sheet_records(ManifestReader& reader, const SheetOptions& options);

// Told of each case drawn, in order.
using PictureObserver = std::function<void(const CasePicture&)>;

// At least one record. Throws Error(bad_data) for a sheet too large for a picture.
std::string draw_sheet(std::span<const Record> records, const SheetOptions& options, PictureFormat format,
                       const PictureObserver& observer);

}  // namespace tn
