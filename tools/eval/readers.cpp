#include <set>

#include "libcore/base/error.hpp"
#include "libcore/eval/agreement.hpp"
#include "tools/eval/modes.hpp"

namespace tn::evaluation {
namespace {

std::vector<std::string> names_of(const Options& o) {
  std::vector<std::string> paths = o.inputs;
  paths.insert(paths.end(), o.predicted.begin(), o.predicted.end());
  std::vector<std::string> names = o.joint.names.empty() ? short_names(paths) : o.joint.names;
  if (names.size() != paths.size())
    throw Error(Exit::usage, "{} names for {} manifests", names.size(), paths.size());
  if (std::set<std::string>(names.begin(), names.end()).size() != names.size())
    throw Error(Exit::usage, "two readers have one name");
  return names;
}

}  // namespace

Exit compare_readers(const Options& o, const Invocation& call) {
  const std::vector<std::string> names = names_of(o);
  std::vector<Opinions> opinions;
  for (const std::string& path : o.inputs)
    opinions.push_back({names[opinions.size()], false, load_manifest(path, o.read)});
  for (const std::string& path : o.predicted)
    opinions.push_back({names[opinions.size()], true, load_manifest(path, o.read)});
  const Agreement found = agreement(opinions, o.eval);
  if (o.outputs.json) write_text(*o.outputs.json, o.outputs.force, agreement_json(found, o.eval));
  if (o.outputs.markdown || !o.outputs.json)
    write_text(o.outputs.markdown.value_or("-"), o.outputs.force, agreement_markdown(found, o.eval));
  std::int64_t failed = 0;
  for (const AgreementPair& pair : found.pairs)
    for (const CaseScore& one : pair.cases)
      if (one.failed_here) {
        ++failed;
        call.log.error(fmt::format("{} and {}: {}: {}", pair.a, pair.b, one.id, *one.error));
      }
  call.log.note(fmt::format("{} pairs over {} cases", found.pairs.size(), found.ids.size()));
  return failed > 0 ? Exit::partial : Exit::ok;
}

}  // namespace tn::evaluation
