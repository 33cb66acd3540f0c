// What libtn_gdcm.so exports: GDCM's decoders of coded DICOM frames, in one call that never throws. GDCM
// takes 10 ms to load, so it is opened when the first frame comes that needs it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "libcore/base/error.hpp"

namespace tn {

struct CodedFrame {
  std::string_view bytes;            // lossless JPEG, JPEG of 12 bits, JPEG-LS or JPEG 2000
  std::string_view transfer_syntax;  // UID
  std::string_view photometric;
  unsigned width = 0;   // px
  unsigned height = 0;  // px
  std::uint16_t samples = 1;
  std::uint16_t bits_allocated = 8;  // a sample: 8 or 16
  std::uint16_t bits_stored = 8;
  bool is_signed = false;
};

struct CodecFailure {
  Exit code = Exit::ok;
  std::string text;
};

// Both sides are built from the same sources: kGdcmBorder tells an old library from a new program.
constexpr int kGdcmBorder = 1;

class GdcmBorder {
 public:
  virtual ~GdcmBorder() = default;
  virtual int version() const noexcept = 0;
  // height x width x samples, side by side, each of bits_allocated in this machine's byte order. Any number
  // of threads.
  virtual CodecFailure decode(const CodedFrame& frame, std::vector<char>& samples) const noexcept = 0;
};

// Opens the library on the first call, and decodes in a child process: GDCM 3.0.21 aborts on damaged lossless
// JPEG, and one bad file must not end a run. Such a death is bad_data. Any number of threads. Throws
// Error(internal) if the library cannot be opened, Error(try_again) if there is no memory or process left.
CodecFailure decode_with_gdcm(const CodedFrame& frame, std::vector<char>& samples);

}  // namespace tn

extern "C" const tn::GdcmBorder* tn_gdcm_border() noexcept;
