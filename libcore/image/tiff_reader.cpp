#include "libcore/image/tiff_reader.hpp"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <memory>

#include "libcore/base/error.hpp"
#include "libcore/base/text.hpp"

namespace tn {

TiffReader::TiffReader(const Encoded& file) : file_(file) {
  const std::unique_ptr<TIFFOpenOptions, decltype(&TIFFOpenOptionsFree)> options(TIFFOpenOptionsAlloc(),
                                                                                 &TIFFOpenOptionsFree);
  TIFFOpenOptionsSetErrorHandlerExtR(options.get(), &TiffReader::note, this);
  TIFFOpenOptionsSetWarningHandlerExtR(
      options.get(), [](TIFF*, void*, const char*, const char*, va_list) { return 1; }, nullptr);
  TIFFOpenOptionsSetMaxSingleMemAlloc(options.get(), tmsize_t{1} << 30);
  tiff_ = TIFFClientOpenExt(
      file.name.c_str(), "rm", this, &TiffReader::read,
      [](thandle_t, void*, tmsize_t) { return tmsize_t{0}; }, &TiffReader::seek, [](thandle_t) { return 0; },
      &TiffReader::size, nullptr, nullptr, options.get());
  if (tiff_ == nullptr) fail();
}

TiffReader::~TiffReader() {
  if (tiff_ != nullptr) TIFFClose(tiff_);
}

void TiffReader::fail() const {
  if (cut_off_) throw Error(Exit::bad_data, "{}: is cut off (TIFF)", file_.name);
  throw Error(Exit::bad_data, "{}: damaged TIFF: {}", file_.name, printable(words_.data()));
}

void TiffReader::refuse(const std::string& what) const {
  throw Error(Exit::bad_data, "{}: TIFF with {} is not read here", file_.name, what);
}

int TiffReader::note(TIFF*, void* self, const char*, const char* format, va_list arguments) {
  auto& words = static_cast<TiffReader*>(self)->words_;
  if (words[0] == '\0')
    std::vsnprintf(words.data(), words.size(), format, arguments);  // the rest follows from it
  return 1;
}

tmsize_t TiffReader::read(thandle_t self, void* out, tmsize_t count) {
  auto& reader = *static_cast<TiffReader*>(self);
  const std::uint64_t all = reader.file_.bytes.size();
  const std::uint64_t left = reader.at_ < all ? all - reader.at_ : 0;
  const std::uint64_t given = std::min<std::uint64_t>(left, static_cast<std::uint64_t>(count));
  if (given < static_cast<std::uint64_t>(count)) reader.cut_off_ = true;
  if (given > 0) std::memcpy(out, reader.file_.bytes.data() + reader.at_, given);
  reader.at_ += given;
  return static_cast<tmsize_t>(given);
}

toff_t TiffReader::seek(thandle_t self, toff_t offset, int whence) {
  auto& reader = *static_cast<TiffReader*>(self);
  if (whence == SEEK_CUR) offset += reader.at_;
  if (whence == SEEK_END) offset += reader.file_.bytes.size();
  return reader.at_ = offset;
}

toff_t TiffReader::size(thandle_t self) {
  return static_cast<TiffReader*>(self)->file_.bytes.size();
}

}  // namespace tn
