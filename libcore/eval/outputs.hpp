// Where an evaluation goes: records with metrics, a JSON report, a Markdown report, a CSV and a JUnit file.
#pragma once

#include <optional>
#include <string>

#include "libcore/base/file.hpp"
#include "libcore/data/manifest.hpp"
#include "libcore/eval/report.hpp"

namespace tn {

// Names of files; "-" is stdout. If none is given, the Markdown report goes to stdout.
struct OutputOptions {
  std::optional<std::string> per_case;
  std::optional<std::string> json;
  std::optional<std::string> markdown;
  std::optional<std::string> csv;    // a line for each case
  std::optional<std::string> junit;  // needs the gate
  bool force = false;
};

// Throws Error(usage) if two outputs share a file or stdout, or a name is an option that was taken for a
// value.
void check(const OutputOptions& options);

// Opens every output before the first record, so that none is refused after the work.
class Outputs {
 public:
  Outputs(const OutputOptions& options, const Header& header);  // throws Error(cannot_create)

  void add(const Record& record);     // handed on at once if it goes to stdout
  void finish(const Report& report);  // throws Error(io), as a full disk does, before any file appears

 private:
  std::optional<ManifestWriter> per_case_;
  std::optional<TextOutput> json_;
  std::optional<TextOutput> markdown_;
  std::optional<TextOutput> csv_;
  std::optional<TextOutput> junit_;
};

// One text, to a file that appears whole or to "-", stdout.
void write_text(const std::string& path, bool force, const std::string& text);

}  // namespace tn
