// Streams of records: JSON Lines with an optional header and end record, or plain lists of image paths.
#pragma once

#include <cstdint>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libcore/data/record.hpp"

namespace tn {

class LineReader;
class TextOutput;

// The first line of a manifest; unknown keys pass through byte for byte. Default: {"tn":"manifest","v":1}.
class Header {
 public:
  Header();
  static Header parse(std::string line,
                      const std::string& place);  // throws Error(bad_data): version not 1, bad types

  const std::string& line() const { return fields_.line(); }
  bool promises_end() const;                                       // "end": true
  std::optional<std::string> text(std::string_view key) const;     // "label_source"
  std::optional<nlohmann::json> json(std::string_view key) const;  // "pre"
  std::vector<std::string> keys() const { return fields_.keys(); }
  std::optional<std::string_view> raw(std::string_view key) const { return fields_.raw(key); }
  void set(std::string_view key, std::string_view text);
  void set_raw(std::string_view key, std::string_view value) { fields_.set_raw(key, value); }
  void set_json(std::string_view key, const nlohmann::json& value);
  void promise_end();
  void erase(std::string_view key) { fields_.erase(key); }

  // Appends {"id":program,"version":...,"cl":command_line} to "pg".
  void add_program(std::string_view program, std::string_view command_line);

 private:
  Record fields_;  // without an id
};

struct ReadOptions {
  char separator = '\n';         // '\0': every item is a path (-0)
  bool allow_truncated = false;  // go on without the end record that the header promised
  bool id_from_name = false;     // plain lists: id = file name without folders (--id-from name)
  bool same_ids = false;         // pass records on whose id occurred before
  std::size_t most_ids = static_cast<std::size_t>(-1);  // of JSON records that are remembered; later ones are
                                                        // compared with these alone
};

// Reads one manifest in constant memory but for a hash of each id (16 to 64 bytes; duplicates are refused,
// unless `same_ids` allows them).
// Empty lines are skipped. Throws Error(bad_data) "file:line: reason" for a broken line, a duplicate id, a
// second header, a wrong count, or an end record that was promised and did not come; Error(no_input) for a
// file that is not there.
class ManifestReader {
 public:
  explicit ManifestReader(const std::string& path, ReadOptions options = {});  // "-": stdin
  ~ManifestReader();
  ManifestReader(ManifestReader&&) noexcept;

  const Header& header();        // reads the first line; a default header if there is none
  std::optional<Record> next();  // nothing at the end, once it is known to be whole
  bool truncated() const;        // at the end: it was cut off, and options allowed that
  std::string place() const;     // "file:line" of the record last returned
  void stop();                   // from any thread: next() waits for no more input and throws (LineReader)
  const std::string& name() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Writes header, records and end record. The end record is written by finish() alone: an output that was cut
// off lacks it.
class ManifestWriter {
 public:
  ManifestWriter(const std::string& path, bool force);  // "-": stdout
  ~ManifestWriter();

  void header(Header header);  // first; sets "end": true
  void write(const Record& record);
  void flush();   // hands over what was written (stdout)
  void finish();  // end record with count and errors; the file appears; throws Error(io)
  void settle();  // the same, but the file appears with finish() only (see WholeFile)

  std::int64_t count() const;
  std::int64_t errors() const;  // of them failed records

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// A whole manifest in memory, where a tool needs the whole view.
struct Manifest {
  Header header;
  std::vector<Record> records;
};
Manifest load_manifest(const std::string& path, ReadOptions options = {});
void save_manifest(const std::string& path, const Manifest& manifest, bool force);

// SHA-256 of the records alone (each line and LF), so that headers and history do not matter
// (INTERFACES 4.7).
std::string manifest_hash(const std::vector<Record>& records);

// A record's path against --root (empty: the current folder); absolute paths stay.
std::string resolve(const std::string& root, const std::string& path);

}  // namespace tn
