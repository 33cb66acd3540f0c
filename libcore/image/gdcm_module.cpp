// The shared object's one entry. What GDCM returns is checked: it has many ways to fail.
#include <gdcmDataElement.h>
#include <gdcmFragment.h>
#include <gdcmImage.h>
#include <gdcmPhotometricInterpretation.h>
#include <gdcmPixelFormat.h>
#include <gdcmSequenceOfFragments.h>
#include <gdcmTrace.h>
#include <gdcmTransferSyntax.h>

#include <new>

#include "libcore/image/gdcm_border.hpp"

namespace tn {
namespace {

gdcm::DataElement pixel_data(std::string_view bytes) {
  gdcm::Fragment fragment;
  fragment.SetByteValue(bytes.data(), static_cast<std::uint32_t>(bytes.size()));
  const gdcm::SmartPointer<gdcm::SequenceOfFragments> fragments = new gdcm::SequenceOfFragments;
  fragments->AddFragment(fragment);
  gdcm::DataElement element(gdcm::Tag(0x7FE0, 0x0010));
  element.SetVR(gdcm::VR::OB);
  element.SetValue(*fragments);
  return element;
}

gdcm::Image image_of(const CodedFrame& frame) {
  const std::string syntax(frame.transfer_syntax);
  const std::string photometric(frame.photometric);
  gdcm::Image image;
  image.SetNumberOfDimensions(2);
  image.SetDimension(0, frame.width);
  image.SetDimension(1, frame.height);
  image.SetTransferSyntax(gdcm::TransferSyntax(gdcm::TransferSyntax::GetTSType(syntax.c_str())));
  image.SetPixelFormat(gdcm::PixelFormat(frame.samples, frame.bits_allocated, frame.bits_stored,
                                         static_cast<std::uint16_t>(frame.bits_stored - 1),
                                         frame.is_signed ? 1 : 0));
  image.SetPhotometricInterpretation(
      gdcm::PhotometricInterpretation(gdcm::PhotometricInterpretation::GetPIType(photometric.c_str())));
  image.SetPlanarConfiguration(0);
  image.SetDataElement(pixel_data(frame.bytes));
  return image;
}

CodecFailure decode_frame(const CodedFrame& frame, std::vector<char>& samples) {
  const gdcm::Image image = image_of(frame);
  const std::size_t expected =
      std::size_t{frame.width} * frame.height * frame.samples * (frame.bits_allocated / 8U);
  if (image.GetBufferLength() != expected) return {Exit::bad_data, "another size than it says"};
  samples.resize(expected);
  if (!image.GetBuffer(samples.data())) return {Exit::bad_data, "cannot be decoded"};
  return {};
}

class Module : public GdcmBorder {
 public:
  Module() {
    // What is wrong is told by the result; GDCM's own words would go to stderr.
    gdcm::Trace::WarningOff();
    gdcm::Trace::ErrorOff();
  }
  int version() const noexcept override { return kGdcmBorder; }
  CodecFailure decode(const CodedFrame& frame, std::vector<char>& samples) const noexcept override {
    try {
      return decode_frame(frame, samples);
    } catch (const std::bad_alloc&) {
      return {Exit::try_again, "out of memory"};
    } catch (const std::exception& error) {
      return {Exit::bad_data, error.what()};
    } catch (...) {
      return {Exit::bad_data, "cannot be decoded"};
    }
  }
};

}  // namespace
}  // namespace tn

__attribute__((visibility("default"))) const tn::GdcmBorder* tn_gdcm_border() noexcept {
  static const tn::Module module;
  return &module;
}
