#include "libcore/net/pretrained.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <string_view>

#include "libcore/base/error.hpp"
#include "libcore/base/text.hpp"
#include "libcore/data/model_file.hpp"
#include "libcore/net/grey_filters.hpp"
#include "libcore/net/model_spec.hpp"
#include "libcore/net/weights.hpp"

namespace tn {

namespace {

using Places = std::map<std::string, at::Tensor>;

constexpr std::string_view kEncoder = "encoder.";

std::string same(const std::string& key) {
  return key;
}
std::string below_encoder(const std::string& key) {
  return std::string(kEncoder) + key;
}
std::string without_encoder(const std::string& key) {
  return key.starts_with(kEncoder) ? key.substr(kEncoder.size()) : key;
}

bool is_head(const std::string& name) {
  for (const std::string_view head : {"class_head.", "mask_head.", "fc.", "head."})
    if (name.starts_with(head)) return true;
  return false;
}

// The renaming under which most of the file's tensors have a place in the network.
std::string (*best_renaming(const NamedTensors& stored, const Places& places))(const std::string&) {
  auto* best = same;
  std::ptrdiff_t most = -1;
  for (auto* renaming : {same, below_encoder, without_encoder}) {
    const auto fits = std::ranges::count_if(stored, [&](const auto& one) {
      const std::string name = renaming(one.first);
      return places.contains(name) && !is_head(name);
    });
    if (fits > most) best = renaming;
    most = std::max(most, fits);
  }
  return best;
}

std::string shape_text(const at::Tensor& tensor) {
  return fmt::format("[{}]", fmt::join(tensor.sizes(), ","));
}

bool is_of_three_channels(const at::Tensor& given, const at::Tensor& place) {
  return given.dim() == 4 && place.dim() == 4 && given.size(1) == 3 && place.size(1) == 1 &&
         given.size(0) == place.size(0) && given.size(2) == place.size(2) && given.size(3) == place.size(3);
}

// Works out what becomes of each tensor of a file before anything is changed.
class Plan {
 public:
  Plan(const NamedTensors& stored, const Places& places, const std::string& source)
      : places_(places), source_(source) {
    const auto renaming = best_renaming(stored, places);
    for (const auto& [key, tensor] : stored) look_for_shift(renaming(key), tensor);
    for (const auto& [key, tensor] : stored) decide(key, renaming(key), tensor);
    for (const auto& [name, place] : places)
      if (!values_.contains(name)) report_.details.push_back(fmt::format("new {}: not in the file", name));
  }

  void carry_out() const {
    const at::NoGradGuard no_gradients;
    for (const auto& [name, value] : values_) at::Tensor(places_.at(name)).copy_(value);
  }

  bool fits() const {
    return std::ranges::any_of(values_, [](const auto& one) { return !is_head(one.first); });
  }

  InitReport report() const {
    InitReport report = report_;
    report.summary =
        fmt::format("{}: {} tensors used, {} adapted, {} left; {} of the network's {} are new", source_,
                    used_, adapted_, left_, places_.size() - values_.size(), places_.size());
    if (!shifts_.empty())
      report.summary +=
          "; its filters for three channels are taken to expect ImageNet's mean and standard deviation, and "
          "made ones for grey in [0,1]";
    if (squeezes_)
      report.summary += "; the file's squeeze-and-excitation (ese) has no place in this network and is left";
    return report;
  }

 private:
  // What the mean takes from the filters' answers goes to the running mean of the batch norm after them.
  void look_for_shift(const std::string& name, const at::Tensor& given) {
    const auto place = places_.find(name);
    if (place == places_.end() || !is_of_three_channels(given, place->second)) return;
    if (const std::string mean = mean_behind(name); places_.contains(mean))
      shifts_[mean] = for_grey(given).shift;
  }

  void decide(const std::string& key, const std::string& name, const at::Tensor& given) {
    const auto place = places_.find(name);
    if (place == places_.end()) return leave(key, name);
    const bool fits = given.sizes() == place->second.sizes();
    const bool grey = is_of_three_channels(given, place->second) && shifts_.contains(mean_behind(name));
    if (fits || grey) expect_kind(key, given, place->second);
    if (grey)
      return adapt(key, name, for_grey(given).filters,
                   "three channels, each by ImageNet's standard deviation, summed to one");
    if (const auto shift = shifts_.find(name); fits && shift != shifts_.end())
      return adapt(key, name, given.to(at::kDouble).add(shift->second),
                   "moved by what ImageNet's mean takes from the filters before it");
    if (fits) return take(key, name, given, place->second);
    if (!is_head(name))
      throw Error(Exit::bad_data, "{}: tensor {} is {}, the network's {} is {}", source_, printable(key, 120),
                  shape_text(given), name, shape_text(place->second));
    ++left_;
    note("left", key,
         fmt::format("a head of shape {}, not {}", shape_text(given), shape_text(place->second)));
  }

  void adapt(const std::string& key, const std::string& name, const at::Tensor& value, const char* how) {
    ++adapted_;
    note("adapted", key, how);
    values_[name] = value;
  }

  void expect_kind(const std::string& key, const at::Tensor& given, const at::Tensor& place) const {
    if (given.is_floating_point() != place.is_floating_point())
      throw Error(Exit::bad_data, "{}: tensor {} is of type {}, the network's is {}", source_,
                  printable(key, 120), at::toString(given.scalar_type()), at::toString(place.scalar_type()));
  }

  void take(const std::string& key, const std::string& name, const at::Tensor& given,
            const at::Tensor& place) {
    const bool same_type = given.scalar_type() == place.scalar_type();
    ++(same_type ? used_ : adapted_);
    note(same_type ? "used" : "adapted", key,
         same_type ? ""
                   : fmt::format("{} made {}", at::toString(given.scalar_type()),
                                 at::toString(place.scalar_type())));
    values_[name] = given;
  }

  void leave(const std::string& key, const std::string& name) {
    ++left_;
    const bool squeeze = name.find(".attn.fc.") != std::string::npos;
    squeezes_ = squeezes_ || squeeze;
    note("left", key, squeeze ? "squeeze-and-excitation of the ese variant" : "not of this network");
  }

  void note(const char* what, const std::string& key, const std::string& reason) {
    report_.details.push_back(
        fmt::format("{} {}{}{}", what, printable(key, 120), reason.empty() ? "" : ": ", reason));
  }

  const Places& places_;
  const std::string& source_;
  Places values_;  // by the network's names
  Places shifts_;  // of running means, by the network's names
  InitReport report_;
  std::int64_t used_ = 0, adapted_ = 0, left_ = 0;
  bool squeezes_ = false;
};

}  // namespace

InitReport load_pretrained(Network& network, const std::string& path) {
  const NamedTensors state = named_state(network);
  const Places places(state.begin(), state.end());
  NamedTensors stored = load_safetensors(path);
  std::ranges::sort(stored, {}, [](const auto& one) -> const std::string& { return one.first; });
  const Plan plan(stored, places, path);
  if (!plan.fits()) {
    expect_no_checkpoint(read_model_index(path).meta, path);
    throw Error(Exit::bad_data, "{}: no tensor of it fits this network", path);
  }
  plan.carry_out();
  return plan.report();
}

}  // namespace tn
