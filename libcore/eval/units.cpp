#include "libcore/eval/units.hpp"

#include <unordered_map>

namespace tn {

Units units_of(std::span<const CaseScore> cases) {
  Units units;
  std::unordered_map<std::string, std::uint32_t> of_patient;
  std::size_t named = 0;
  for (const CaseScore& one : cases) {
    auto number = static_cast<std::uint32_t>(units.count);
    if (one.patient) {
      ++named;
      number = of_patient.try_emplace(*one.patient, number).first->second;
    }
    if (number == units.count) ++units.count;
    units.of_case.push_back(number);
  }
  units.name = named == 0 ? "case" : named == cases.size() ? "patient" : "patient, else case";
  units.one_case_each = units.count == cases.size();
  return units;
}

}  // namespace tn
