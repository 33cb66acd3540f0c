#include "libcore/data/json_text.hpp"

#include <nlohmann/json.hpp>

#include "libcore/base/error.hpp"
#include "libcore/base/text.hpp"

namespace tn {
namespace {

// Accepts every value, counts nesting and keeps the first complaint.
class Validator : public nlohmann::json_sax<nlohmann::json> {
 public:
  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool start_object(std::size_t) override { return enter(); }
  bool key(string_t&) override { return true; }
  bool end_object() override { return leave(); }
  bool start_array(std::size_t) override { return enter(); }
  bool end_array() override { return leave(); }
  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::json::exception& error) override {
    reason_ = describe(position, error.what());
    return false;
  }

  const std::string& reason() const { return reason_; }

 private:
  bool enter() {
    if (++depth_ <= kNestingCap) return true;
    reason_ = fmt::format("nested deeper than {}", kNestingCap);
    return false;
  }
  bool leave() {
    --depth_;
    return true;
  }

  // "[json...101] parse error at line 1, column 8: syntax error while parsing value - invalid literal; last
  // read: ..." -> "not valid JSON at byte 8: invalid literal".
  static std::string describe(std::size_t position, std::string_view text) {
    if (text.find("unexpected end of input") != std::string_view::npos)
      return fmt::format("not valid JSON: it ends early, after byte {}", position - 1);
    const std::size_t dash = text.find(" - ");
    std::string_view why =
        dash == std::string_view::npos ? text.substr(text.find("] ") + 2) : text.substr(dash + 3);
    why = why.substr(0, why.find("; "));
    return fmt::format("not valid JSON at byte {}: {}", position, printable(why));
  }

  int depth_ = 0;
  std::string reason_;
};

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

// Walks over valid JSON text.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  std::size_t at() const { return at_; }
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void step() { ++at_; }
  void skip_space() {
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
  }
  void skip_value() {
    if (peek() == '"') return skip_string();
    if (peek() == '{' || peek() == '[') return skip_nested();
    while (at_ < text_.size() && !is_space(peek()) && peek() != ',' && peek() != '}' && peek() != ']') ++at_;
  }

 private:
  void skip_string() {
    for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_)
      if (text_[at_] == '\\') ++at_;
    ++at_;
  }
  void skip_nested() {
    int depth = 0;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '"') {
        skip_string();
        continue;
      }
      ++at_;
      if (c == '{' || c == '[') ++depth;
      if ((c == '}' || c == ']') && --depth == 0) return;
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

void check_json(std::string_view text, const std::string& place) {
  if (!is_utf8(text)) throw Error(Exit::bad_data, "{}: not UTF-8", place);
  Validator validator;
  if (!nlohmann::json::sax_parse(text.begin(), text.end(), &validator))
    throw Error(Exit::bad_data, "{}: {}", place, validator.reason());
}

std::vector<MemberSpan> member_spans(std::string_view object) {
  std::vector<MemberSpan> members;
  Scanner scan(object);
  const auto here = [&] { return static_cast<std::uint32_t>(scan.at()); };
  scan.skip_space();
  if (scan.peek() != '{') return members;
  for (;;) {
    scan.step();  // over the brace or the comma
    scan.skip_space();
    if (scan.peek() != '"') break;  // the object is empty
    MemberSpan member{};
    member.key = here() + 1;
    scan.skip_value();
    member.key_end = here() - 1;
    scan.skip_space();
    scan.step();  // over the colon
    scan.skip_space();
    member.value = here();
    scan.skip_value();
    member.value_end = here();
    members.push_back(member);
    scan.skip_space();
    if (scan.peek() != ',') break;
  }
  members.shrink_to_fit();
  return members;
}

std::string json_quoted(std::string_view text) {
  if (!is_utf8(text)) throw Error(Exit::bad_data, "'{}' is not UTF-8", printable(text));
  return nlohmann::json(text).dump();
}

std::string json_unquoted(std::string_view inner) {
  if (inner.find('\\') == std::string_view::npos) return std::string(inner);
  return nlohmann::json::parse('"' + std::string(inner) + '"').get<std::string>();
}

}  // namespace tn
