#include "libcore/image/dicom_file.hpp"

#include <algorithm>
#include <cmath>

#include "libcore/base/error.hpp"
#include "libcore/base/text.hpp"
#include "libcore/image/dicom_elements.hpp"

namespace tn {
namespace {

constexpr DicomTag kPatientId = 0x00100020;
constexpr DicomTag kRegions = 0x00186011;
constexpr DicomTag kRegionFormat = 0x00186012;
constexpr DicomTag kRegionLeft = 0x00186018;
constexpr DicomTag kRegionTop = 0x0018601A;
constexpr DicomTag kRegionRight = 0x0018601C;
constexpr DicomTag kRegionBottom = 0x0018601E;
constexpr DicomTag kRegionUnitsX = 0x00186024;
constexpr DicomTag kRegionUnitsY = 0x00186026;
constexpr DicomTag kRegionDeltaX = 0x0018602C;
constexpr DicomTag kRegionDeltaY = 0x0018602E;
constexpr DicomTag kSamples = 0x00280002;
constexpr DicomTag kPhotometric = 0x00280004;
constexpr DicomTag kPlanar = 0x00280006;
constexpr DicomTag kFrames = 0x00280008;
constexpr DicomTag kRows = 0x00280010;
constexpr DicomTag kColumns = 0x00280011;
constexpr DicomTag kPixelSpacing = 0x00280030;
constexpr DicomTag kBitsAllocated = 0x00280100;
constexpr DicomTag kBitsStored = 0x00280101;
constexpr DicomTag kHighBit = 0x00280102;
constexpr DicomTag kRepresentation = 0x00280103;
constexpr DicomTag kBurnedIn = 0x00280301;
constexpr std::array<DicomTag, 3> kPaletteHead{0x00281101, 0x00281102, 0x00281103};
constexpr std::array<DicomTag, 3> kPalette{0x00281201, 0x00281202, 0x00281203};

constexpr std::array kWanted{
    kPatientId,      kRegions,        kRegionFormat, kRegionLeft,     kRegionTop,    kRegionRight,
    kRegionBottom,   kRegionUnitsX,   kRegionUnitsY, kRegionDeltaX,   kRegionDeltaY, kSamples,
    kPhotometric,    kPlanar,         kFrames,       kRows,           kColumns,      kPixelSpacing,
    kBitsAllocated,  kBitsStored,     kHighBit,      kRepresentation, kBurnedIn,     kPaletteHead[0],
    kPaletteHead[1], kPaletteHead[2], kPalette[0],   kPalette[1],     kPalette[2]};

constexpr std::uint32_t kTwoDimensional = 1;  // RegionSpatialFormat
constexpr std::uint32_t kCentimetres = 3;     // PhysicalUnits

bool is_spacing(double mm) {
  return std::isfinite(mm) && mm > 1e-6 && mm < 1000;
}

std::optional<std::array<double, 2>> region_spacing(const DicomElements& item) {
  if (item.number16(kRegionFormat) != kTwoDimensional || item.number16(kRegionUnitsX) != kCentimetres ||
      item.number16(kRegionUnitsY) != kCentimetres)
    return std::nullopt;
  // Centimetres a pixel; negative where the axis points the other way.
  const double x = 10 * std::abs(item.number64(kRegionDeltaX).value_or(0));
  const double y = 10 * std::abs(item.number64(kRegionDeltaY).value_or(0));
  if (!is_spacing(x) || !is_spacing(y)) return std::nullopt;
  return std::array{x, y};
}

// The corners are pixels of the region themselves.
std::optional<UltrasoundRegion> read_region(const DicomElements& item, ImageSize size) {
  const auto corner = [&](DicomTag tag) { return std::int64_t{item.number32(tag).value_or(0)}; };
  const std::int64_t left = corner(kRegionLeft);
  const std::int64_t top = corner(kRegionTop);
  const std::int64_t right = std::min<std::int64_t>(corner(kRegionRight) + 1, size.width);
  const std::int64_t bottom = std::min<std::int64_t>(corner(kRegionBottom) + 1, size.height);
  if (!item.number32(kRegionRight) || !item.number32(kRegionBottom) || left >= right || top >= bottom)
    return std::nullopt;
  const cv::Rect box(static_cast<int>(left), static_cast<int>(top), static_cast<int>(right - left),
                     static_cast<int>(bottom - top));
  return UltrasoundRegion{box, region_spacing(item)};
}

std::vector<UltrasoundRegion> read_regions(const DicomElements& elements, ImageSize size) {
  std::vector<UltrasoundRegion> regions;
  const auto found = elements.sequences.find(kRegions);
  if (found == elements.sequences.end()) return regions;
  for (const DicomElements& item : found->second)
    if (const auto region = read_region(item, size)) regions.push_back(*region);
  return regions;
}

// PixelSpacing is [between rows, between columns].
std::optional<std::array<double, 2>> read_pixel_spacing(const DicomElements& elements) {
  const double y = elements.decimal(kPixelSpacing, 0).value_or(0);
  const double x = elements.decimal(kPixelSpacing, 1).value_or(0);
  if (!is_spacing(x) || !is_spacing(y)) return std::nullopt;
  return std::array{x, y};
}

class DicomReader {
 public:
  DicomReader(std::string_view bytes, const std::string& name)
      : name_(name), set_(read_dicom_elements({bytes, name}, kWanted)) {}

  DicomFile read() {
    const DicomElements& elements = set_.elements;
    DicomFile file;
    file.transfer_syntax = set_.transfer_syntax;
    file.big_endian = elements.big_endian;
    file.words = elements.pixel_words;
    file.fragments = elements.fragments;
    if (elements.has(kDicomPixelData)) file.pixels = elements.values.at(kDicomPixelData);
    if (file.native() && file.pixels.empty())
      throw Error(Exit::bad_data, "{}: DICOM without pixel data", name_);
    read_shape(file);
    read_samples(file);
    if (file.photometric == "PALETTE COLOR") read_palette(file);
    file.regions = read_regions(elements, file.size);
    file.pixel_spacing_mm = read_pixel_spacing(elements);
    file.patient_id = elements.text(kPatientId);
    file.burned_in = elements.text(kBurnedIn) == "YES";
    if (file.native())
      expect_pixels(file);
    else
      expect_frames(file);
    return file;
  }

 private:
  [[noreturn]] void refuse(const std::string& what) const {
    throw Error(Exit::bad_data, "{}: DICOM with {} is not read here", name_, what);
  }
  [[noreturn]] void damaged(const std::string& what) const {
    throw Error(Exit::bad_data, "{}: damaged DICOM: {}", name_, what);
  }

  int need(DicomTag tag, const char* what) const {
    const auto value = set_.elements.number16(tag);
    if (!value) damaged(fmt::format("no {}", what));
    return static_cast<int>(*value);
  }

  void read_shape(DicomFile& file) const {
    file.size = {need(kColumns, "columns"), need(kRows, "rows")};
    const std::string frames = set_.elements.text(kFrames);
    if (frames.empty()) return;
    const auto number = parse_int(frames);
    if (!number || *number < 1 || *number > 1'000'000)
      damaged(fmt::format("'{}' frames", printable(frames, 80)));
    file.frames = *number;
  }

  void read_samples(DicomFile& file) const {
    const DicomElements& elements = set_.elements;
    file.samples = static_cast<int>(elements.number16(kSamples).value_or(1));
    file.photometric = elements.text(kPhotometric);
    file.bits_allocated = need(kBitsAllocated, "bits a sample");
    file.bits_stored =
        static_cast<int>(elements.number16(kBitsStored).value_or(static_cast<unsigned>(file.bits_allocated)));
    file.high_bit =
        static_cast<int>(elements.number16(kHighBit).value_or(static_cast<unsigned>(file.bits_stored - 1)));
    file.is_signed = elements.number16(kRepresentation).value_or(0) == 1;
    file.planes = elements.number16(kPlanar).value_or(0) == 1 && file.samples > 1;
    if (file.bits_allocated != 8 && file.bits_allocated != 16)
      refuse(fmt::format("{} bits a sample", file.bits_allocated));
    if (file.bits_stored < 1 || file.bits_stored > file.bits_allocated ||
        file.high_bit >= file.bits_allocated || file.high_bit < file.bits_stored - 1)
      damaged(fmt::format("{} bits of {} in use up to bit {}", file.bits_stored, file.bits_allocated,
                          file.high_bit));
    constexpr std::array<std::string_view, 3> kGrey{"MONOCHROME1", "MONOCHROME2", "PALETTE COLOR"};
    constexpr std::array<std::string_view, 5> kColour{"RGB", "YBR_FULL", "YBR_FULL_422", "YBR_RCT",
                                                      "YBR_ICT"};
    const bool grey = std::find(kGrey.begin(), kGrey.end(), file.photometric) != kGrey.end();
    const bool colour = std::find(kColour.begin(), kColour.end(), file.photometric) != kColour.end();
    if (!grey && !colour) refuse(fmt::format("colours as '{}'", printable(file.photometric, 40)));
    if (file.samples != (grey ? 1 : 3))
      damaged(fmt::format("{} samples a pixel with {}", file.samples, file.photometric));
  }

  void read_palette(DicomFile& file) const {
    const DicomElements& elements = set_.elements;
    for (std::size_t i = 0; i < 3; ++i) file.palette_head.at(i) = palette_number(0, i);
    if (file.palette_head[0] == 0) file.palette_head[0] = 65536;  // 16 bits cannot say that
    if (file.palette_head[2] != 8 && file.palette_head[2] != 16)
      damaged("a palette of neither 8 nor 16 bits");
    for (std::size_t channel = 0; channel < 3; ++channel) {
      for (std::size_t i = 0; i < 3; ++i)
        if (palette_number(channel, i) != palette_number(0, i))
          refuse("a palette whose colours differ in length");
      const auto found = elements.values.find(kPalette.at(channel));
      if (found == elements.values.end()) refuse("a palette in segments, or none");
      file.palette.at(channel) = found->second;
      const std::size_t entries = file.palette_head[0];
      const bool bytes = file.palette_head[2] == 8 && found->second.size() < 2 * entries;
      if (found->second.size() < entries * (bytes ? 1 : 2)) damaged("a palette is too short");
    }
  }

  std::uint32_t palette_number(std::size_t channel, std::size_t place) const {
    const auto value = set_.elements.number16(kPaletteHead.at(channel), place);
    if (!value) damaged("no description of the palette");
    return *value;
  }

  void expect_pixels(const DicomFile& file) const;
  void expect_frames(const DicomFile& file) const;

  const std::string& name_;
  DicomDataSet set_;
};

// Of a native frame. With 4:2:2 two pixels share their colour: Y Y Cb Cr.
std::uint64_t native_frame_bytes(const DicomFile& file) {
  const std::uint64_t pixels =
      static_cast<std::uint64_t>(file.size.width) * static_cast<std::uint64_t>(file.size.height);
  const auto bytes = static_cast<std::uint64_t>(file.bits_allocated / 8);
  return pixels * bytes * (file.photometric == "YBR_FULL_422" ? 2U : static_cast<unsigned>(file.samples));
}

void DicomReader::expect_pixels(const DicomFile& file) const {
  if (file.big_endian && file.words && file.bits_allocated == 8 && native_frame_bytes(file) % 2 == 1)
    refuse("big-endian words of an odd number of samples");
  const std::uint64_t wanted = native_frame_bytes(file) * static_cast<std::uint64_t>(file.frames);
  if (file.pixels.size() < wanted)
    throw Error(Exit::bad_data, "{}: is cut off ({} bytes of pixel data, {} expected)", name_,
                file.pixels.size(), wanted);
}

std::uint64_t little_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = bytes.size(); i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[i]);
  return value;
}

// Whether a coded picture begins here: JPEG and JPEG-LS by SOI, JPEG 2000 by SOC.
bool starts_picture(std::string_view fragment) {
  return fragment.starts_with("\xFF\xD8") || fragment.starts_with("\xFF\x4F");
}

// Numbers of the fragments that frames begin with, one a frame; empty if the file does not tell. Fragments
// count from 1: the offset table is 0.
std::vector<std::size_t> frame_starts(const DicomFile& file) {
  const std::size_t fragments = file.fragments.size() - 1;
  const auto frames = static_cast<std::size_t>(file.frames);
  std::vector<std::size_t> starts;
  if (fragments == frames || frames == 1) {
    for (std::size_t i = 0; i < frames && fragments > 0; ++i) starts.push_back(i + 1);
    return starts;
  }
  const std::string_view table = file.fragments.front();
  if (table.size() == 4 * frames) {
    std::uint64_t offset = 0;
    std::size_t next = 0;
    for (std::size_t i = 1; i <= fragments && next < frames; ++i) {
      if (offset == little_endian(table.substr(4 * next, 4))) {
        starts.push_back(i);
        ++next;
      }
      offset += 8 + file.fragments[i].size();
    }
  } else {
    for (std::size_t i = 1; i <= fragments; ++i)
      if (starts_picture(file.fragments[i])) starts.push_back(i);
  }
  return starts.size() == frames ? starts : std::vector<std::size_t>();
}

// A few bytes can claim a million frames.
void DicomReader::expect_frames(const DicomFile& file) const {
  if (file.fragments.size() > 1 && !frame_starts(file).empty()) return;
  const std::size_t fragments = file.fragments.empty() ? 0 : file.fragments.size() - 1;
  damaged(fmt::format("{} of pixel data do not show where {} begin", counted(fragments, "fragment"),
                      counted(static_cast<std::size_t>(file.frames), "frame")));
}

}  // namespace

bool is_dicom(std::string_view bytes) {
  return bytes.size() >= kDicomPreamble + 4 && bytes.substr(kDicomPreamble, 4) == "DICM";
}

DicomFile read_dicom(std::string_view bytes, const std::string& name) {
  return DicomReader(bytes, name).read();
}

DicomSpacing spacing_of(const DicomFile& file) {
  DicomSpacing spacing;
  for (const UltrasoundRegion& region : file.regions) {
    if (!region.spacing_mm) continue;
    if (!spacing.mm) spacing.mm = region.spacing_mm;
    for (std::size_t axis = 0; axis < 2; ++axis)
      if (std::abs((*spacing.mm).at(axis) - (*region.spacing_mm).at(axis)) > 1e-3 * (*spacing.mm).at(axis))
        spacing.contradicting = true;
  }
  if (!spacing.mm || spacing.contradicting) spacing.mm = file.pixel_spacing_mm;
  return spacing;
}

std::string_view frame_bytes(const DicomFile& file, std::int64_t frame, std::string& joined) {
  const auto number = static_cast<std::size_t>(frame);
  if (file.native()) {
    const std::uint64_t size = native_frame_bytes(file);
    return file.pixels.substr(number * size, size);
  }
  const std::vector<std::size_t> starts = frame_starts(file);
  const std::size_t first = starts[number];
  const std::size_t end = number + 1 < starts.size() ? starts[number + 1] : file.fragments.size();
  if (end - first == 1) return file.fragments[first];
  for (std::size_t i = first; i < end; ++i) joined += file.fragments[i];
  return joined;
}

}  // namespace tn
