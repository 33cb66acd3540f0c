// The shared object's one entry. What DCMTK returns is checked: each step may refuse what the source says.
#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcistrmb.h>
#include <dcmtk/dcmdata/dcostrmb.h>
#include <dcmtk/dcmdata/dctk.h>
#include <dcmtk/dcmfg/fgderimg.h>
#include <dcmtk/dcmfg/fgfracon.h>
#include <dcmtk/dcmfg/fgpixmsr.h>
#include <dcmtk/dcmfg/fgplanor.h>
#include <dcmtk/dcmfg/fgplanpo.h>
#include <dcmtk/dcmiod/iodreferences.h>
#include <dcmtk/dcmseg/segdoc.h>
#include <dcmtk/dcmseg/segment.h>
#include <dcmtk/oflog/oflog.h>

#include <array>
#include <memory>
#include <new>
#include <vector>

#include "libcore/base/hash.hpp"
#include "libcore/image/seg_border.hpp"

namespace tn {
namespace {

struct Refused {
  Exit code;
  std::string text;
};

void expect(const OFCondition& condition, const char* what, Exit code = Exit::internal) {
  if (condition.bad()) throw Refused{code, std::string(what) + ": " + condition.text()};
}

std::string text_of(DcmItem& item, const DcmTagKey& key) {
  OFString value;
  item.findAndGetOFStringArray(key, value);
  return value.c_str();
}

std::string required(DcmItem& item, const DcmTagKey& key, const char* name) {
  const std::string value = text_of(item, key);
  if (value.empty()) throw Refused{Exit::bad_data, std::string("no ") + name + " to refer to"};
  return value;
}

// "2.25." and a number below 2^128 (PS3.5 B.2) that the text decides: two of 60 bits, one behind the other.
std::string uid_of(const std::string& text) {
  const std::string hash = sha256_hex(text);
  const auto number = [&](std::size_t at) {
    return std::to_string(std::stoull(hash.substr(at, 15), nullptr, 16));
  };
  return "2.25." + number(0) + number(15);
}

struct Source {
  DcmFileFormat file;
  std::string study, series, instance, sop_class;
  bool several_frames = false;

  explicit Source(std::string_view bytes) {
    DcmInputBufferStream stream;
    stream.setBuffer(bytes.data(), static_cast<offile_off_t>(bytes.size()));
    stream.setEos();
    file.transferInit();
    expect(file.read(stream), "cannot be read", Exit::bad_data);
    file.transferEnd();
    study = required(data(), DCM_StudyInstanceUID, "Study Instance UID");
    series = required(data(), DCM_SeriesInstanceUID, "Series Instance UID");
    instance = required(data(), DCM_SOPInstanceUID, "SOP Instance UID");
    sop_class = required(data(), DCM_SOPClassUID, "SOP Class UID");
    several_frames = !text_of(data(), DCM_NumberOfFrames).empty();
  }
  DcmDataset& data() { return *file.getDataset(); }
};

void expect_size(DcmItem& source, const cv::Mat1b& mask) {
  Uint16 rows = 0, columns = 0;
  source.findAndGetUint16(DCM_Rows, rows);
  source.findAndGetUint16(DCM_Columns, columns);
  if (rows != mask.rows || columns != mask.cols) throw Refused{Exit::bad_data, "its size is not the mask's"};
}

std::unique_ptr<DcmSegmentation> made(const SegmentationInput& input) {
  const IODGeneralEquipmentModule::EquipmentInfo equipment("tn", "tn-infer", std::string(input.model).c_str(),
                                                           std::string(input.version).c_str());
  ContentIdentificationMacro content;
  expect(content.setInstanceNumber("1"), "instance number");
  expect(content.setContentLabel("NODULE"), "content label");
  expect(content.setContentDescription("Thyroid nodule, drawn by a network"), "content description");
  expect(content.setContentCreatorName("Network^tn-infer"), "content creator");
  DcmSegmentation* segmentation = nullptr;
  expect(DcmSegmentation::createBinarySegmentation(segmentation, static_cast<Uint16>(input.mask.rows),
                                                   static_cast<Uint16>(input.mask.cols), equipment, content),
         "segmentation");
  return std::unique_ptr<DcmSegmentation>(segmentation);
}

// Returns its number.
Uint16 add_segment(DcmSegmentation& segmentation) {
  const CodeSequenceMacro category("49755003", "SCT", "Morphologically Abnormal Structure");
  const CodeSequenceMacro type("27925004", "SCT", "Nodule");
  DcmSegment* segment = nullptr;
  expect(
      DcmSegment::create(segment, "Thyroid nodule", category, type, DcmSegTypes::SAT_AUTOMATIC, "tn-infer"),
      "segment");
  expect(segment->getGeneralAnatomyCode().getAnatomicRegion().set("69748006", "SCT", "Thyroid gland"),
         "anatomic region");
  Uint16 number = 0;
  expect(segmentation.addSegment(segment, number), "segment");  // which owns it from here on
  return number;
}

std::unique_ptr<FGDerivationImage> derivation(const Source& source, std::int64_t frame) {
  ImageSOPInstanceReferenceMacro reference;
  expect(reference.setReferencedSOPClassUID(source.sop_class.c_str()), "SOP Class UID");
  expect(reference.setReferencedSOPInstanceUID(source.instance.c_str()), "SOP Instance UID");
  if (source.several_frames)
    expect(reference.addReferencedFrameNumber(static_cast<Uint16>(frame + 1)), "frame number");
  OFVector<ImageSOPInstanceReferenceMacro> references;
  references.push_back(reference);
  return std::unique_ptr<FGDerivationImage>(
      DcmSegmentation::createDerivationImageFG(references, "Segmentation by a network"));
}

void add_frame(DcmSegmentation& segmentation, Uint16 segment, const Source& source,
               const SegmentationInput& input) {
  const std::unique_ptr<FGDerivationImage> derived = derivation(source, input.frame);
  if (!derived) throw Refused{Exit::internal, "no reference to the source"};
  FGFrameContent content;
  expect(content.setStackID("1"), "stack");
  expect(content.setInStackPositionNumber(1), "place in the stack");
  expect(content.setDimensionIndexValues(1, 0), "dimension");
  OFVector<FGBase*> groups;
  groups.push_back(derived.get());
  groups.push_back(&content);
  std::vector<Uint8> pixels(input.mask.total());
  for (int y = 0, i = 0; y < input.mask.rows; ++y)
    for (int x = 0; x < input.mask.cols; ++x) pixels[static_cast<std::size_t>(i++)] = input.mask(y, x) > 0;
  expect(segmentation.addFrame(pixels.data(), segment, groups), "frame");
}

// DCMTK wants to be told where the pixels lie in the patient; DICOM does not where a segmentation refers to
// the image that it belongs to (PS3.3 A.51.5), and of an ultrasound picture nobody knows. So it is told
// something, which is taken out again.
void add_geometry(DcmSegmentation& segmentation, const std::string& frame_of_reference) {
  if (!frame_of_reference.empty())
    expect(segmentation.getFrameOfReference().setFrameOfReferenceUID(frame_of_reference.c_str()),
           "frame of reference");
  FGPixelMeasures measures;
  expect(measures.setPixelSpacing("1\\1"), "spacing");
  expect(measures.setSliceThickness("1"), "thickness");
  FGPlanePosPatient position;
  expect(position.setImagePositionPatient("0", "0", "0"), "position");
  FGPlaneOrientationPatient orientation;
  expect(orientation.setImageOrientationPatient("1", "0", "0", "0", "1", "0"), "orientation");
  expect(segmentation.addForAllFrames(measures), "spacing");
  expect(segmentation.addForAllFrames(position), "position");
  expect(segmentation.addForAllFrames(orientation), "orientation");
}

void take_geometry_away(DcmDataset& data, bool placed) {
  for (const DcmTagKey& key :
       {DCM_PixelMeasuresSequence, DCM_PlanePositionSequence, DCM_PlaneOrientationSequence})
    data.findAndDeleteElement(key, /*allOccurrences=*/OFTrue, /*searchIntoSub=*/OFTrue);
  expect(data.insertEmptyElement(DCM_PatientOrientation), "orientation");  // as unknown as in most sources
  if (placed) return;
  data.findAndDeleteElement(DCM_FrameOfReferenceUID);
  data.findAndDeleteElement(DCM_PositionReferenceIndicator);
}

// What DCMTK would take from the clock or by chance.
void settle(DcmDataset& data, Source& source, const std::string& seed) {
  const auto put = [&](const DcmTagKey& key, const std::string& value) {
    expect(data.putAndInsertString(key, value.c_str()), "element");
  };
  const auto when = [&](const DcmTagKey& first, const DcmTagKey& second, const char* otherwise) {
    const std::string value = text_of(source.data(), first), other = text_of(source.data(), second);
    return !value.empty() ? value : !other.empty() ? other : otherwise;
  };
  put(DCM_SOPInstanceUID, uid_of("instance " + seed));
  put(DCM_ContentDate, when(DCM_ContentDate, DCM_StudyDate, "19700101"));
  put(DCM_ContentTime, when(DCM_ContentTime, DCM_StudyTime, "000000"));
}

std::string bytes_of(DcmDataset& data) {
  DcmFileFormat file(&data);
  const E_TransferSyntax syntax = EXS_LittleEndianExplicit;
  expect(file.validateMetaInfo(syntax), "file header");
  std::string bytes(static_cast<std::size_t>(file.calcElementLength(syntax, EET_ExplicitLength)) + 4096,
                    '\0');
  DcmOutputBufferStream stream(bytes.data(), static_cast<offile_off_t>(bytes.size()));
  file.transferInit();
  expect(file.write(stream, syntax, EET_ExplicitLength, nullptr), "file");
  file.transferEnd();
  void* start = nullptr;
  offile_off_t length = 0;
  stream.flushBuffer(start, length);
  return {static_cast<const char*>(start), static_cast<std::size_t>(length)};
}

std::string encoded(const SegmentationInput& input) {
  Source source(input.source);
  const std::string seed = source.instance + " " + std::to_string(input.frame) + " " +
                           std::string(input.model) + " " +
                           sha256_hex({reinterpret_cast<const char*>(input.mask.data), input.mask.total()});
  expect_size(source.data(), input.mask);
  const auto segmentation = made(input);
  expect(segmentation->importFromSourceImage(source.data()), "its patient and study", Exit::bad_data);
  expect(segmentation->getSeries().setSeriesInstanceUID(
             uid_of("series " + source.series + std::string(input.model)).c_str()),
         "series");
  expect(segmentation->getSeries().setSeriesNumber("9000"), "series number");
  expect(segmentation->getSeries().setSeriesDescription("Thyroid nodules, drawn by a network"), "series");
  if (text_of(source.data(), DCM_LossyImageCompression) == "01") {
    const std::string ratio = text_of(source.data(), DCM_LossyImageCompressionRatio);
    const std::string method = text_of(source.data(), DCM_LossyImageCompressionMethod);
    expect(segmentation->setLossyImageCompressionFlag(ratio.empty() ? "1" : ratio.c_str(),
                                                      method.empty() ? "ISO_10918_1" : method.c_str()),
           "lossy compression", Exit::bad_data);
  }
  const Uint16 segment = add_segment(*segmentation);
  const std::string dimension = uid_of("dimension " + seed);
  expect(segmentation->getDimensions().addDimensionIndex(DCM_ReferencedSegmentNumber, dimension.c_str(),
                                                         DCM_SegmentIdentificationSequence, "Segment"),
         "dimension");
  add_frame(*segmentation, segment, source, input);
  IODReferences references;
  references.add(new IODImageReference(text_of(source.data(), DCM_PatientID).c_str(), source.study.c_str(),
                                       source.series.c_str(), source.instance.c_str(),
                                       source.sop_class.c_str()));
  segmentation->getCommonInstanceReference().addReferences(references, source.study.c_str());
  const bool placed = !text_of(source.data(), DCM_FrameOfReferenceUID).empty();
  add_geometry(*segmentation, placed ? "" : uid_of("place " + seed));
  DcmDataset data;
  expect(segmentation->writeDataset(data), "segmentation");
  take_geometry_away(data, placed);
  settle(data, source, seed);
  return bytes_of(data);
}

class Module : public SegBorder {
 public:
  // What is wrong is told by the result; DCMTK's own words would go to stderr.
  Module() { OFLog::configure(OFLogger::OFF_LOG_LEVEL); }
  int version() const noexcept override { return kSegBorder; }
  SegFailure encode(const SegmentationInput& input, std::string& file) const noexcept override {
    try {
      file = encoded(input);
      return {};
    } catch (const Refused& refused) {
      return {refused.code, "no segmentation of it: " + refused.text};
    } catch (const std::bad_alloc&) {
      return {Exit::try_again, "out of memory"};
    } catch (const std::exception& error) {
      return {Exit::internal, error.what()};
    } catch (...) {
      return {Exit::internal, "no segmentation of it"};
    }
  }
};

}  // namespace
}  // namespace tn

__attribute__((visibility("default"))) const tn::SegBorder* tn_seg_border() noexcept {
  static const tn::Module module;
  return &module;
}
