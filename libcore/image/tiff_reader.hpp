// A TIFF file in memory, opened with libtiff. For libcore/image alone.
#pragma once

#include <tiffio.h>

#include <array>
#include <cstdarg>
#include <cstdint>
#include <string>

#include "libcore/image/decode.hpp"

namespace tn {

// libtiff reports through return values: whoever sees a bad one calls fail(), which knows libtiff's words.
class TiffReader {
 public:
  explicit TiffReader(const Encoded& file);  // borrows the bytes; throws Error(bad_data)
  ~TiffReader();
  TiffReader(const TiffReader&) = delete;
  TiffReader& operator=(const TiffReader&) = delete;

  [[noreturn]] void fail() const;                           // cut off or damaged
  [[noreturn]] void refuse(const std::string& what) const;  // "TIFF with WHAT is not read here"

  // T is the type that libtiff gives for this tag.
  template <typename T>
  T tag(std::uint32_t name, T otherwise) const {
    T value{};
    return TIFFGetFieldDefaulted(tiff_, name, &value) == 1 ? value : otherwise;
  }

  TIFF* tiff() const { return tiff_; }

 private:
  static int note(TIFF* tiff, void* self, const char* module, const char* format, va_list arguments);
  static tmsize_t read(thandle_t self, void* out, tmsize_t count);
  static toff_t seek(thandle_t self, toff_t offset, int whence);
  static toff_t size(thandle_t self);

  const Encoded& file_;
  TIFF* tiff_ = nullptr;
  std::uint64_t at_ = 0;
  bool cut_off_ = false;
  std::array<char, 200> words_{};  // of libtiff's first complaint
};

}  // namespace tn
