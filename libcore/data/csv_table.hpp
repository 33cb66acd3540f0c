// Tables as text: comma, semicolon or tab between fields, RFC 4180 quotes, line ends LF, CR LF or a bare CR.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tn {

struct CsvRow {
  std::int64_t line = 0;            // where it begins, from 1
  std::vector<std::string> fields;  // as many as the table has columns
};

struct CsvTable {
  std::string name;                  // for messages
  std::vector<std::string> columns;  // names of the first line, without space around them, or as given
  std::vector<CsvRow> rows;

  std::optional<std::size_t> find(std::string_view column) const;
  std::size_t need(std::string_view column) const;  // throws Error(bad_data) and names the closest column
  std::string place(const CsvRow& row) const;       // "name:line"
};

// The separator is whichever of the three occurs most often in the first line. A byte order mark and empty
// lines are skipped. Throws Error(bad_data) "NAME:LINE: reason": not UTF-8, no header, a column twice, a
// quote that does not end, a row with more or fewer fields than columns.
CsvTable parse_csv(std::string_view text, const std::string& name);

// A table without a header: its columns are named here, and every line is a row. An empty text has no rows.
CsvTable parse_csv(std::string_view text, const std::string& name, std::vector<std::string> columns);

// From a file; throw Error(no_input) too.
CsvTable read_csv(const std::string& path);
CsvTable read_csv(const std::string& path, std::vector<std::string> columns);

}  // namespace tn
