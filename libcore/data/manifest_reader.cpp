#include "libcore/data/manifest.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "libcore/base/error.hpp"
#include "libcore/base/file.hpp"
#include "libcore/base/text.hpp"
#include "libcore/data/id_set.hpp"

namespace tn {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// "./a/b.png" and "/a/b.png" -> "a/b.png".
std::string_view without_lead(std::string_view path) {
  for (;;) {
    if (path.starts_with("./"))
      path.remove_prefix(2);
    else if (path.starts_with("/"))
      path.remove_prefix(1);
    else
      return path;
  }
}

bool climbs(std::string_view path) {
  for (const std::string_view part : split_text(path, '/'))
    if (part == "..") return true;
  return false;
}

Record record_of_path(std::string_view path, bool id_from_name, const std::string& place) {
  if (!is_utf8(path)) {
    for (const std::string_view start : {"\x89PNG", "\xFF\xD8\xFF"})
      if (path.starts_with(start))
        throw Error(Exit::bad_data, "{}: is an image; images are given as a list of their paths", place);
    throw Error(Exit::bad_data, "{}: path '{}' is not UTF-8", place, printable(path));
  }
  const std::string_view id = id_from_name ? path.substr(path.rfind('/') + 1) : without_lead(path);
  if (!id_from_name && climbs(id))
    throw Error(Exit::bad_data,
                "{}: path '{}' holds '..' and cannot be an id (--id-from name takes the file name)", place,
                printable(path));
  check_id(id, place);
  Record record = Record::of(id);
  record.set("image", path);
  return record;
}

}  // namespace

struct ManifestReader::State {
  State(const std::string& path, ReadOptions given) : lines(path, given.separator), options(given) {}

  bool read_line();
  void read_header();
  std::optional<Record> read_record();
  void take_end(const Record& end);
  void check_end();
  Record parse_line();
  bool occurred(const Record& record);
  std::string place() const { return fmt::format("{}:{}", lines.name(), lines.line_number()); }
  bool json_line() const { return options.separator == '\n' && line.starts_with('{'); }
  [[noreturn]] void cut_off(const std::string& how) const;

  LineReader lines;
  ReadOptions options;
  std::string line;
  bool pending = false;  // `line` was read and not yet used
  std::optional<Header> header;
  IdSet ids;
  std::int64_t count = 0;
  std::optional<std::int64_t> promised;  // the end record's count
  bool ended = false;
  bool truncated = false;
};

// The next line that is not empty.
bool ManifestReader::State::read_line() {
  if (std::exchange(pending, false)) return true;
  while (lines.next(line)) {
    if (lines.line_number() == 1 && std::string_view(line).starts_with(kByteOrderMark))
      line.erase(0, kByteOrderMark.size());
    const bool empty = options.separator == '\n' ? trim(line).empty() : line.empty();
    if (!empty) return true;
  }
  return false;
}

void ManifestReader::State::read_header() {
  if (header) return;
  header.emplace();
  if (!read_line()) return;
  pending = true;
  if (!json_line()) return;
  const Record first = parse_line();
  if (truncated || first.json("tn") != "manifest") return;
  header = Header::parse(line, place());
  pending = false;
}

void ManifestReader::State::cut_off(const std::string& how) const {
  throw Error(
      Exit::bad_data,
      "{}: cut off: {} (to pass part of a manifest on use --select or --limit; --allow-truncated takes what "
      "is there)",
      lines.name(), how);
}

// The line as an object. A last line without its end that does not parse was cut off in the middle, if the
// header promised more or the line does not end like an object.
Record ManifestReader::State::parse_line() {
  if (lines.line_ended() || (line.ends_with('}') && !header->promises_end()))
    return Record::parse_object(line, place());
  try {
    return Record::parse_object(line, place());
  } catch (const Error&) {
    if (!options.allow_truncated) cut_off(fmt::format("line {} ends in the middle", lines.line_number()));
    truncated = true;
    return {};
  }
}

void ManifestReader::State::take_end(const Record& end) {
  const auto n = end.json("n");
  if (!n || !n->is_number_integer() || *n < 0)
    throw Error(Exit::bad_data, "{}: end record without a count ('n')", place());
  promised = n->get<std::int64_t>();
}

// At the end of input: whether all that was promised came.
void ManifestReader::State::check_end() {
  ended = true;
  if (truncated) return;
  if (promised && *promised == count) return;
  if (!promised && !header->promises_end()) return;
  truncated = true;
  if (options.allow_truncated) return;
  if (promised)
    cut_off(fmt::format("the end record counts {}, {} came",
                        counted(static_cast<std::size_t>(*promised), "record"), count));
  cut_off(fmt::format("the header promised an end record, and none came after {}",
                      counted(static_cast<std::size_t>(count), "record")));
}

// Whether the id is one of those remembered; remembers it.
bool ManifestReader::State::occurred(const Record& record) {
  if (json_line() && ids.size() >= options.most_ids) return ids.contains(record.id());
  return !ids.insert(record.id());
}

std::optional<Record> ManifestReader::State::read_record() {
  while (!ended) {
    if (truncated || !read_line()) {
      check_end();
      break;
    }
    Record record;
    if (json_line()) {
      record = parse_line();
      if (truncated) continue;
      const auto kind = record.json("tn");
      if (kind == "manifest")
        throw Error(Exit::bad_data,
                    "{}: a second header: two manifests in one stream; give them to tn-split as two operands",
                    place());
      if (promised) throw Error(Exit::bad_data, "{}: a line after the end record", place());
      if (kind == "end") {
        take_end(record);
        continue;
      }
      if (kind)
        throw Error(Exit::bad_data, "{}: unknown kind of line {}", place(), printable(kind->dump(), 80));
      record.require_id(place());
    } else {
      if (promised) throw Error(Exit::bad_data, "{}: a line after the end record", place());
      record = record_of_path(line, options.id_from_name, place());
    }
    if (!options.same_ids && occurred(record))
      throw Error(Exit::bad_data, "{}: id '{}' occurs twice", place(), printable(record.id(), 80));
    ++count;
    return record;
  }
  return std::nullopt;
}

ManifestReader::ManifestReader(const std::string& path, ReadOptions options)
    : state_(std::make_unique<State>(path, options)) {}
ManifestReader::~ManifestReader() = default;
ManifestReader::ManifestReader(ManifestReader&&) noexcept = default;

const Header& ManifestReader::header() {
  state_->read_header();
  return *state_->header;
}

std::optional<Record> ManifestReader::next() {
  state_->read_header();
  return state_->read_record();
}

bool ManifestReader::truncated() const {
  return state_->ended && state_->truncated;
}

void ManifestReader::stop() {
  state_->lines.stop();
}

std::string ManifestReader::place() const {
  return state_->place();
}

const std::string& ManifestReader::name() const {
  return state_->lines.name();
}

Manifest load_manifest(const std::string& path, ReadOptions options) {
  ManifestReader reader(path, options);
  Manifest manifest{reader.header(), {}};
  while (auto record = reader.next()) manifest.records.push_back(std::move(*record));
  return manifest;
}

}  // namespace tn
