#include "libcore/data/manifest.hpp"

#include <utility>

#include "libcore/base/error.hpp"
#include "libcore/base/file.hpp"
#include "libcore/base/hash.hpp"

namespace tn {

struct ManifestWriter::State {
  State(const std::string& path, bool force) : out(path, force) {}
  TextOutput out;
  std::int64_t count = 0;
  std::int64_t errors = 0;
  bool ended = false;
};

ManifestWriter::ManifestWriter(const std::string& path, bool force)
    : state_(std::make_unique<State>(path, force)) {}
ManifestWriter::~ManifestWriter() = default;

void ManifestWriter::header(Header header) {
  header.promise_end();
  state_->out.write(header.line());
  state_->out.write("\n");
}

void ManifestWriter::write(const Record& record) {
  state_->out.write(record.line());
  state_->out.write("\n");
  ++state_->count;
  if (record.failed()) ++state_->errors;
}

void ManifestWriter::flush() {
  state_->out.flush();
}

void ManifestWriter::settle() {
  if (!std::exchange(state_->ended, true))
    state_->out.write(
        fmt::format("{{\"tn\":\"end\",\"n\":{},\"errors\":{}}}\n", state_->count, state_->errors));
  state_->out.settle();
}

void ManifestWriter::finish() {
  settle();
  state_->out.finish();
}

std::int64_t ManifestWriter::count() const {
  return state_->count;
}

std::int64_t ManifestWriter::errors() const {
  return state_->errors;
}

void save_manifest(const std::string& path, const Manifest& manifest, bool force) {
  ManifestWriter writer(path, force);
  writer.header(manifest.header);
  for (const Record& record : manifest.records) writer.write(record);
  writer.finish();
}

std::string manifest_hash(const std::vector<Record>& records) {
  Sha256 hash;
  for (const Record& record : records) {
    hash.update(record.line());
    hash.update("\n");
  }
  return hash.hex();
}

std::string resolve(const std::string& root, const std::string& path) {
  if (root.empty() || path.starts_with('/')) return path;
  return root.ends_with('/') ? root + path : root + "/" + path;
}

}  // namespace tn
