#include "libcore/net/registry.hpp"

#include <fmt/ranges.h>

#include <array>

#include "libcore/base/error.hpp"
#include "libcore/net/danet.hpp"
#include "libcore/net/deeplab.hpp"
#include "libcore/net/ffanet.hpp"
#include "libcore/net/pspnet.hpp"
#include "libcore/net/resnet.hpp"
#include "libcore/net/segnet.hpp"
#include "libcore/net/unet.hpp"
#include "libcore/net/vovnet_classifier.hpp"

namespace tn {

namespace {

using Made = std::shared_ptr<Network>;

// What of NetOptions a network has beside its class head.
struct Has {
  bool mask = true;
  bool eca_rule = false;
  bool attention_pool = false;
  bool ablations = false;
};
constexpr Has kFfaNet{.eca_rule = true, .attention_pool = true, .ablations = true};
constexpr Has kSegmenter{};
constexpr Has kClassifier{.mask = false};

template <VovNetLayout (*Layout)(), std::int64_t Fusion>
Made ffanet(const NetOptions& o) {
  return std::make_shared<FfaNet>(FfaNetOptions{.layout = Layout(),
                                                .fusion = Fusion,
                                                .in_channels = o.in_channels,
                                                .mask_outputs = o.mask_head ? 1 : 0,
                                                .classes = o.class_head ? 2 : 0,
                                                .attention_pool = o.attention_pool,
                                                .eca = o.eca,
                                                .projection = o.projection,
                                                .attention = o.attention,
                                                .f0 = o.f0});
}

template <typename Net>
Made segmenter(const NetOptions& o) {
  return std::make_shared<Net>(o);
}

template <bool Eca>
Made resnet50(const NetOptions& o) {
  return std::make_shared<ResNetClassifier>(o.in_channels, 2, Eca);
}

template <bool Improved>
Made vovnet(const NetOptions& o) {
  return std::make_shared<VovNetClassifier>(VovNetClassifierOptions{
      .in_channels = o.in_channels, .eca = Improved ? o.eca : EcaRule::none, .projection = Improved});
}

struct Entry {
  const char* name;
  Made (*make)(const NetOptions&);
  Has has;
};
constexpr std::array kEntries{
    Entry{"ffanet39", ffanet<vovnet39, 256>, kFfaNet},
    Entry{"ffanet57", ffanet<vovnet57, 256>, kFfaNet},
    Entry{"ffanet27-slim", ffanet<vovnet27_slim, 256>, kFfaNet},
    Entry{"ffanet-tiny", ffanet<vovnet_tiny, 32>, kFfaNet},
    Entry{"unet", segmenter<UNet>, kSegmenter},
    Entry{"segnet", segmenter<SegNet>, kSegmenter},
    Entry{"pspnet-r50", segmenter<PspNet>, kSegmenter},
    Entry{"deeplabv3plus-r50", segmenter<DeepLab>, kSegmenter},
    Entry{"danet-r50", segmenter<DaNet>, {.attention_pool = true}},
    Entry{"resnet50", resnet50<false>, kClassifier},
    Entry{"resnet50-eca", resnet50<true>, kClassifier},
    Entry{"vovnet39", vovnet<false>, kClassifier},
    Entry{"vovnet39-improved", vovnet<true>, {.mask = false, .eca_rule = true}},
};

const Entry& entry(const std::string& name) {
  for (const Entry& one : kEntries)
    if (name == one.name) return one;
  throw Error(Exit::usage, "unknown architecture '{}': one of {}", name,
              fmt::join(architecture_names(), ", "));
}

void refuse(bool holds, const NetOptions& o, const char* what) {
  if (holds) throw Error(Exit::usage, "{} {}", o.arch, what);
}

// No option may go without effect.
void expect_had(const NetOptions& o, const Has& has) {
  const bool pools = o.attention_pool != 1, ablates = !o.projection || !o.attention || !o.f0;
  refuse(!has.mask && o.mask_head, o, "is a classifier and draws no mask: --task classify trains it");
  refuse(!has.eca_rule && o.eca != EcaRule::fixed3, o, "has no choice of channel attention (--eca)");
  refuse(!has.attention_pool && pools, o, "has no position attention to pool (--attention-pool)");
  refuse(!has.ablations && ablates, o,
         "is not FFANet: --no-projection, --no-attention and --no-f0 take parts of that away");
  refuse(!o.mask_head && (pools || !o.attention || !o.f0), o,
         "has no attention without a mask: --attention-pool, --no-attention and --no-f0 change nothing");
  refuse(!o.attention && pools, o, "cannot pool the attention that --no-attention takes away");
}

}  // namespace

std::vector<std::string> architecture_names() {
  std::vector<std::string> names;
  for (const Entry& one : kEntries) names.emplace_back(one.name);
  return names;
}

NetOptions whole_network(const std::string& name) {
  NetOptions options;
  options.arch = name;
  options.mask_head = entry(name).has.mask;
  return options;
}

std::shared_ptr<Network> make_network(const NetOptions& options) {
  check(options);
  const Entry& one = entry(options.arch);
  expect_had(options, one.has);
  return one.make(options);
}

}  // namespace tn
