#include "libcore/eval/outputs.hpp"

#include <array>
#include <filesystem>

#include "libcore/base/error.hpp"
#include "libcore/eval/case_csv.hpp"

namespace tn {
namespace {

// One file has many spellings: "a", "./a", a link to it.
std::string real_place(const std::string& path) {
  std::error_code code;
  const std::filesystem::path place =
      std::filesystem::weakly_canonical(std::filesystem::absolute(path), code);
  return path == "-" || code ? path : place.string();
}

void settle(std::optional<TextOutput>& out, const std::string& text) {
  if (!out) return;
  out->write(text);
  out->settle();
}

}  // namespace

void check(const OutputOptions& options) {
  const std::array outputs{&options.per_case, &options.json, &options.markdown, &options.csv, &options.junit};
  for (const auto* output : outputs)
    if (*output && (*output)->starts_with("--"))
      throw Error(Exit::usage, "'{}' is no file name; ./{} is one, if it is meant", **output, **output);
  for (std::size_t i = 0; i < outputs.size(); ++i)
    for (std::size_t j = i + 1; j < outputs.size(); ++j)
      if (*outputs[i] && *outputs[j] && real_place(**outputs[i]) == real_place(**outputs[j]))
        throw Error(Exit::usage, "two outputs go to {}", **outputs[i] == "-" ? "stdout" : **outputs[i]);
}

Outputs::Outputs(const OutputOptions& options, const Header& header) {
  const bool none = !options.per_case && !options.json && !options.markdown && !options.csv && !options.junit;
  if (options.per_case) per_case_.emplace(*options.per_case, options.force);
  if (options.json) json_.emplace(*options.json, options.force);
  if (options.markdown || none) markdown_.emplace(options.markdown.value_or("-"), options.force);
  if (options.csv) csv_.emplace(*options.csv, options.force);
  if (options.junit) junit_.emplace(*options.junit, options.force);
  if (per_case_) per_case_->header(header);
}

void Outputs::add(const Record& record) {
  if (!per_case_) return;
  per_case_->write(record);
  per_case_->flush();
}

void Outputs::finish(const Report& report) {
  if (per_case_) per_case_->settle();
  settle(json_, report_json(report));
  settle(markdown_, report_markdown(report));
  if (csv_) settle(csv_, cases_csv(report.evaluation));
  if (report.gate) settle(junit_, gate_junit(*report.gate));
  if (per_case_) per_case_->finish();
  if (json_) json_->finish();
  if (markdown_) markdown_->finish();
  if (csv_) csv_->finish();
  if (junit_) junit_->finish();
}

void write_text(const std::string& path, bool force, const std::string& text) {
  TextOutput out(path, force);
  out.write(text);
  out.finish();
}

}  // namespace tn
