#include "libcore/data/csv_table.hpp"

#include <algorithm>
#include <utility>

#include "libcore/base/error.hpp"
#include "libcore/base/file.hpp"
#include "libcore/base/text.hpp"

namespace tn {
namespace {

// Cuts text into rows of fields.
class CsvScanner {
 public:
  CsvScanner(std::string_view text, const std::string& name) : text_(text), name_(name) {
    if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;
    separator_ = most_frequent(text_.substr(0, text_.find_first_of("\r\n")));
  }

  // The next row that is not empty.
  std::optional<CsvRow> next() {
    while (at_ < text_.size()) {
      CsvRow row{line_, {}};
      do row.fields.push_back(field());
      while (take(separator_));
      line_end();
      if (row.fields.size() > 1 || !row.fields.front().empty()) return row;
    }
    return std::nullopt;
  }

 private:
  static char most_frequent(std::string_view line) {
    char best = ',';
    for (const char c : {',', ';', '\t'})
      if (std::count(line.begin(), line.end(), c) > std::count(line.begin(), line.end(), best)) best = c;
    return best;
  }

  bool take(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  // Over LF, CR LF or CR.
  void line_end() {
    const bool cr = take('\r');
    const bool lf = take('\n');
    if (cr || lf) ++line_;
  }

  std::string field() {
    if (at_ < text_.size() && text_[at_] == '"') return quoted();
    const std::size_t end =
        std::min(text_.size(), text_.find_first_of(std::string{separator_, '\r', '\n'}, at_));
    std::string value(text_.substr(at_, end - at_));
    at_ = end;
    return value;
  }

  std::string quoted() {
    const std::int64_t start = line_;
    std::string value;
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] == '"') {
        if (at_ + 1 >= text_.size() || text_[at_ + 1] != '"') break;
        ++at_;
      }
      const bool cr_lf = text_[at_] == '\r' && at_ + 1 < text_.size() && text_[at_ + 1] == '\n';
      if (text_[at_] == '\n' || (text_[at_] == '\r' && !cr_lf)) ++line_;
      value += text_[at_];
    }
    if (!take('"')) throw Error(Exit::bad_data, "{}:{}: a quoted field does not end", name_, start);
    if (at_ < text_.size() && text_[at_] != separator_ && text_[at_] != '\r' && text_[at_] != '\n')
      throw Error(Exit::bad_data, "{}:{}: text after a quoted field", name_, line_);
    return value;
  }

  std::string_view text_;
  const std::string& name_;
  char separator_ = ',';
  std::size_t at_ = 0;
  std::int64_t line_ = 1;
};

void read_columns(CsvTable& table, const CsvRow& row) {
  for (const std::string& field : row.fields) {
    const std::string column(trim(field));
    if (table.find(column))
      throw Error(Exit::bad_data, "{}: column '{}' occurs twice", table.place(row), printable(column, 80));
    table.columns.push_back(column);
  }
}

void expect_utf8(const CsvTable& table, const CsvRow& row) {
  if (!std::all_of(row.fields.begin(), row.fields.end(), [](const std::string& f) { return is_utf8(f); }))
    throw Error(Exit::bad_data, "{}: not UTF-8", table.place(row));
}

void read_rows(CsvTable& table, CsvScanner& scanner) {
  while (auto row = scanner.next()) {
    expect_utf8(table, *row);
    if (row->fields.size() != table.columns.size())
      throw Error(Exit::bad_data, "{}: {} fields, expected {}", table.place(*row), row->fields.size(),
                  table.columns.size());
    table.rows.push_back(std::move(*row));
  }
}

}  // namespace

std::optional<std::size_t> CsvTable::find(std::string_view column) const {
  const auto found = std::find(columns.begin(), columns.end(), column);
  if (found == columns.end()) return std::nullopt;
  return static_cast<std::size_t>(found - columns.begin());
}

std::size_t CsvTable::need(std::string_view column) const {
  if (const auto found = find(column)) return *found;
  const auto near = closest(column, columns);
  throw Error(Exit::bad_data, "{}:1: unknown column '{}'{}", name, printable(column, 80),
              near ? fmt::format("; did you mean '{}'?", *near) : "");
}

std::string CsvTable::place(const CsvRow& row) const {
  return fmt::format("{}:{}", name, row.line);
}

CsvTable parse_csv(std::string_view text, const std::string& name) {
  CsvTable table;
  table.name = name;
  CsvScanner scanner(text, name);
  const auto header = scanner.next();
  if (!header) throw Error(Exit::bad_data, "{}: no header line", name);
  expect_utf8(table, *header);
  read_columns(table, *header);
  read_rows(table, scanner);
  return table;
}

CsvTable parse_csv(std::string_view text, const std::string& name, std::vector<std::string> columns) {
  CsvTable table;
  table.name = name;
  table.columns = std::move(columns);
  CsvScanner scanner(text, name);
  read_rows(table, scanner);
  return table;
}

CsvTable read_csv(const std::string& path) {
  return parse_csv(read_file(path), path);
}

CsvTable read_csv(const std::string& path, std::vector<std::string> columns) {
  return parse_csv(read_file(path), path, std::move(columns));
}

}  // namespace tn
