#include "libcore/net/registry.hpp"

#include <fmt/ranges.h>

#include <array>

#include "libcore/base/error.hpp"
#include "libcore/net/ffanet.hpp"

namespace tn {

namespace {

struct Entry {
  const char* name;
  VovNetLayout (*layout)();
  std::int64_t fusion;
};
constexpr std::array<Entry, 4> kEntries{{{"ffanet39", vovnet39, 256},
                                         {"ffanet57", vovnet57, 256},
                                         {"ffanet27-slim", vovnet27_slim, 256},
                                         {"ffanet-tiny", vovnet_tiny, 32}}};

}  // namespace

std::vector<std::string> architecture_names() {
  std::vector<std::string> names;
  for (const Entry& entry : kEntries) names.emplace_back(entry.name);
  return names;
}

std::shared_ptr<Network> make_network(const NetOptions& options) {
  check(options);
  for (const Entry& entry : kEntries)
    if (options.arch == entry.name)
      return std::make_shared<FfaNet>(FfaNetOptions{.layout = entry.layout(),
                                                    .fusion = entry.fusion,
                                                    .in_channels = options.in_channels,
                                                    .mask_outputs = options.mask_head ? 1 : 0,
                                                    .classes = options.class_head ? 2 : 0,
                                                    .attention_pool = options.attention_pool,
                                                    .eca = options.eca});
  throw Error(Exit::usage, "unknown architecture '{}': one of {}", options.arch,
              fmt::join(architecture_names(), ", "));
}

}  // namespace tn
