#include "tools/eval/options.hpp"

#include <algorithm>

#include "libcore/base/error.hpp"
#include "libcore/base/text.hpp"

namespace tn::evaluation {
namespace {

using Names = std::vector<std::string>;

// A kind of work, by its option: beside general options it takes those named, or all but those named.
struct Work {
  const char* name;
  bool asked;
  Names takes;
};

std::vector<Work> other_work(const Options& o) {
  return {{"compare",
           o.compare,
           {"markdown", "json", "permutations", "bootstrap", "interval", "confidence", "seed"}},
          {"table", o.table, {"markdown", "latex", "metric", "name", "digits"}},
          {"agreement",
           o.agreement,
           {"predicted", "name", "root", "markdown", "json", "empty", "distance-unit", "hd95-form",
            "nsd-form", "nsd-tolerance", "bootstrap", "interval", "confidence", "seed", "threshold",
            "max-pixels", "allow-truncated"}},
          {"submission",
           o.submission.has_value(),
           {"submission-cases", "root", "select", "limit", "threshold", "max-pixels", "allow-truncated"}}};
}

bool holds(const Names& names, const std::string& name) {
  return std::ranges::find(names, name) != names.end();
}

void check_use(const Options& o, const Names& typed) {
  const Names general{"force", "jobs",  "quiet",  "verbose",      "progress", "no-progress",
                      "color", "no-pg", "config", "print-config", "help",     "version"};
  for (const Work& work : other_work(o)) {
    if (!work.asked) continue;
    for (const std::string& name : typed)
      if (name != work.name && !holds(work.takes, name) && !holds(general, name))
        throw Error(Exit::usage, "--{} has no use for --{}", work.name, name);
    return;
  }
  const Names of_other_work{"permutations", "latex",     "metric",          "name",
                            "digits",       "predicted", "submission-cases"};
  for (const std::string& name : typed)
    if (holds(of_other_work, name)) {
      for (const Work& work : other_work(o))
        if (holds(work.takes, name)) throw Error(Exit::usage, "--{} needs --{}", name, work.name);
    }
}

std::vector<double> numbers(const std::vector<std::string>& texts, const char* what) {
  std::vector<double> result;
  for (const std::string& text : texts) {
    const auto number = parse_double(text);
    if (!number) throw Error(Exit::usage, "'{}' is no {}", text, what);
    result.push_back(*number);
  }
  return result;
}

void check_gate(const Options& o) {
  if (!o.baseline &&
      (o.outputs.junit || !o.gate.metrics.empty() || !o.tolerances.empty() || o.gate.accept_inconclusive))
    throw Error(Exit::usage, "options of the gate need --baseline");
}

void check_inputs(const Options& o) {
  if (o.compare && o.inputs.size() < 2) throw Error(Exit::usage, "--compare needs two reports or more");
  if (o.table && o.inputs.empty()) throw Error(Exit::usage, "--table needs reports");
  if (o.agreement && o.inputs.size() < 2)
    throw Error(Exit::usage, "--agreement needs the manifests of two readers or more");
  if (!o.compare && !o.table && !o.agreement && o.inputs.size() > 1)
    throw Error(Exit::usage, "one manifest at most; reports go with --compare or --table");
}

}  // namespace

Options settled(Options o, const Invocation& call) {
  if (!o.nsd_tolerances.empty()) o.eval.surface.tolerances = numbers(o.nsd_tolerances, "tolerance for NSD");
  check(o.eval.surface);
  if (o.explain) return o;
  o.report.operating.at_sensitivity = numbers(o.at_sensitivity, "sensitivity");
  o.report.operating.at_specificity = numbers(o.at_specificity, "specificity");
  o.report.operating.at_threshold = numbers(o.at_threshold, "threshold");
  for (const std::string& text : o.select) o.eval.selection.conditions.push_back(parse_condition(text));
  for (const std::string& text : o.tolerances) o.gate.tolerances.push_back(parse_tolerance(text));
  o.eval.intervals.seed = static_cast<std::uint64_t>(o.seed);
  check_use(o, call.typed);
  check(o.eval);
  check(o.report);
  check(o.outputs);
  check_inputs(o);
  check_gate(o);
  if (o.permutations < 1) throw Error(Exit::usage, "{} permutations", o.permutations);
  if (o.submission_cases < 1) throw Error(Exit::usage, "a test set of {} images", o.submission_cases);
  return o;
}

}  // namespace tn::evaluation
