#include "libcore/eval/zip_file.hpp"

#include <zip.h>

#include "libcore/base/error.hpp"

namespace tn {
namespace {

constexpr zip_uint16_t kFirstDay = (0 << 9) | (1 << 5) | 1;  // 1980-01-01, where DOS begins

[[noreturn]] void fail(zip_error_t* error, const std::string& what) {
  throw Error(Exit::io, "zip: {}: {}", what, zip_error_strerror(error));
}

// Closes the archive unless it was written.
class Archive {
 public:
  explicit Archive(zip_source_t* into) : zip_(zip_open_from_source(into, ZIP_TRUNCATE, nullptr)) {}
  ~Archive() {
    if (zip_ != nullptr) zip_discard(zip_);
  }
  Archive(const Archive&) = delete;
  Archive& operator=(const Archive&) = delete;

  zip_t* get() const { return zip_; }

  void add(const ZipEntry& entry) {
    const auto& [name, bytes] = entry;
    zip_source_t* from = zip_source_buffer(zip_, bytes.data(), bytes.size(), 0);
    const zip_int64_t index = from == nullptr ? -1 : zip_file_add(zip_, name.c_str(), from, ZIP_FL_ENC_UTF_8);
    if (index < 0) {
      zip_source_free(from);
      fail(zip_get_error(zip_), name);
    }
    if (zip_file_set_dostime(zip_, static_cast<zip_uint64_t>(index), 0, kFirstDay, 0) != 0)
      fail(zip_get_error(zip_), name);
  }

  void close() {
    if (zip_close(zip_) != 0) fail(zip_get_error(zip_), "close");
    zip_ = nullptr;
  }

 private:
  zip_t* zip_;
};

std::string read_all(zip_source_t* source) {
  zip_stat_t stat;
  if (zip_source_open(source) != 0 || zip_source_stat(source, &stat) != 0)
    fail(zip_source_error(source), "read back");
  std::string bytes(stat.size, '\0');
  const zip_int64_t read = zip_source_read(source, bytes.data(), bytes.size());
  zip_source_close(source);
  if (read != static_cast<zip_int64_t>(bytes.size())) fail(zip_source_error(source), "read back");
  return bytes;
}

}  // namespace

std::string zip_bytes(const std::vector<ZipEntry>& entries) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* memory = zip_source_buffer_create(nullptr, 0, 0, &error);
  if (memory == nullptr) fail(&error, "open");
  zip_source_keep(memory);  // the archive takes one reference, this function keeps one
  struct Keep {
    zip_source_t* source;
    ~Keep() { zip_source_free(source); }
  } const keep{memory};
  Archive archive(memory);
  if (archive.get() == nullptr) throw Error(Exit::io, "zip: open failed");
  for (const ZipEntry& entry : entries) archive.add(entry);
  archive.close();
  return read_all(memory);
}

}  // namespace tn
