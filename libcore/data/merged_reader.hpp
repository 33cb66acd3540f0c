// Several manifests or lists as one stream.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "libcore/data/id_set.hpp"
#include "libcore/data/manifest.hpp"
#include "libcore/data/select.hpp"

namespace tn {

// One header for two inputs: `a` with the keys of `b` that it lacks. `pg` lists follow one another; label
// sources that differ are joined by "; ". Throws Error(bad_data) if another key stands in both and differs,
// or if one input is preprocessed and the other is not. NAME_B is for the message.
Header merged(const Header& a, const Header& b, const std::string& name_b);

// Reads one input after another, in constant memory but for the ids. Any number of regular files: one is open
// at a time. Pipes stay open from the start.
class MergedReader {
 public:
  // Opens all inputs and reads their headers. Throws like ManifestReader; Error(usage) for stdin named twice;
  // Error(bad_data) for a shard among several inputs, and later for a file whose header has changed
  // meanwhile.
  MergedReader(const std::vector<std::string>& paths, const ReadOptions& options, Selection selection = {});

  const Header& header() const { return header_; }
  std::optional<Record> next();  // selected ones only, up to the limit
  const std::vector<std::string>& truncated() const {
    return truncated_;
  }  // names of inputs that were cut off

 private:
  struct Input {
    std::string path;
    std::string header;                    // as it was read first
    std::optional<ManifestReader> reader;  // while it is open
  };
  std::optional<Record> read();
  ManifestReader& open(Input& input) const;

  ReadOptions options_;
  std::vector<Input> inputs_;
  Selector selector_;
  Header header_;
  std::size_t current_ = 0;
  IdSet ids_;
  std::vector<std::string> truncated_;
};

}  // namespace tn
