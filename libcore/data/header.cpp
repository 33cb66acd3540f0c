#include "libcore/data/manifest.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "libcore/base/error.hpp"
#include "libcore/base/text.hpp"
#include "libcore/base/version.hpp"

namespace tn {
namespace {

void check_labels(const nlohmann::json& labels, const std::string& place) {
  const auto is_number = [](const nlohmann::json& value) { return value.is_number_integer(); };
  if (!labels.is_object() || !std::all_of(labels.begin(), labels.end(), is_number))
    throw Error(Exit::bad_data, "{}: header: 'labels' is not an object of whole numbers", place);
}

}  // namespace

Header::Header() : fields_(Record::parse_object(R"({"tn":"manifest","v":1})", "header")) {}

Header Header::parse(std::string line, const std::string& place) {
  Header header;
  header.fields_ = Record::parse_object(std::move(line), place);
  const Record& fields = header.fields_;
  if (fields.json("tn") != "manifest") throw Error(Exit::bad_data, "{}: not a manifest header", place);
  const auto version = fields.json("v");
  if (!version || !version->is_number_integer())
    throw Error(Exit::bad_data, "{}: header without a version ('v')", place);
  if (*version != 1)
    throw Error(Exit::bad_data, "{}: manifest version {}; this program reads version 1", place,
                version->dump());
  if (const auto end = fields.json("end"); end && !end->is_boolean())
    throw Error(Exit::bad_data, "{}: header: 'end' is neither true nor false", place);
  if (const auto labels = fields.json("labels")) check_labels(*labels, place);
  if (const auto programs = fields.json("pg"); programs && !programs->is_array())
    throw Error(Exit::bad_data, "{}: header: 'pg' is not a list", place);
  if (const auto source = fields.raw("label_source"); source && *source != "null" && source->front() != '"')
    throw Error(Exit::bad_data, "{}: header: 'label_source' is not text", place);
  return header;
}

bool Header::promises_end() const {
  return fields_.raw("end") == "true";
}

std::optional<std::string> Header::text(std::string_view key) const {
  return fields_.text(key);
}

std::optional<nlohmann::json> Header::json(std::string_view key) const {
  return fields_.json(key);
}

void Header::set(std::string_view key, std::string_view text) {
  fields_.set(key, text);
}

void Header::set_json(std::string_view key, const nlohmann::json& value) {
  fields_.set_json(key, value);
}

void Header::promise_end() {
  fields_.set_raw("end", "true");
}

void Header::add_program(std::string_view program, std::string_view command_line) {
  const std::string entry = fmt::format(R"({{"id":{},"version":{},"cl":{}}})", json_quoted(program),
                                        json_quoted(version()), json_quoted(printable(command_line, 65536)));
  if (fields_.is_null("pg")) return fields_.set_raw("pg", "[" + entry + "]");
  std::string programs(*fields_.raw("pg"));  // earlier entries stay byte for byte
  const bool first = trim(std::string_view(programs).substr(1, programs.size() - 2)).empty();
  programs.insert(programs.size() - 1, (first ? "" : ",") + entry);
  fields_.set_raw("pg", programs);
}

}  // namespace tn
