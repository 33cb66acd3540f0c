// Groups of items over parts. Few groups: every placing is tried. Many: the largest first, each where it fits
// best, then moves and swaps while they help, from many starts. Whole numbers throughout, so that every
// platform finds the same.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "libcore/base/random.hpp"
#include "libcore/data/split.hpp"
#include "libcore/data/split_table.hpp"

namespace tn {
namespace {

__extension__ typedef __int128 Wide;  // squares of differences, summed

constexpr std::int64_t kSizeWeight = 8;     // of a part's size against one of its strata: sizes come first
constexpr double kPlacings = 200'000;       // up to so many, every placing is tried
constexpr int kRounds = 30;                 // of moves and swaps, at most
constexpr std::size_t kEveryPair = 1000;    // up to so many groups every pair is tried for a swap
constexpr std::size_t kPartners = 12;       // else so many, drawn
constexpr std::size_t kTrials = 2'000'000;  // swaps tried at most
constexpr std::size_t kKickTrials = 1'500'000;  // no new start after so many
constexpr int kKicks = 1000;
constexpr int kKicked = 3;  // groups that a kick moves

// A group's items of one stratum.
struct Bundle {
  std::uint32_t stratum;
  std::uint32_t count;
};

// The bundles of all groups, one after another.
class Groups {
 public:
  explicit Groups(const SplitItems& items) {
    std::vector<std::size_t> order(items.group.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return std::pair(items.group[a], items.stratum[a]) < std::pair(items.group[b], items.stratum[b]);
    });
    const std::size_t count = items.group.empty() ? 0 : items.group[order.back()] + std::size_t{1};
    first_.assign(count + 1, 0);
    size_.assign(count, 0);
    for (std::size_t at = 0; at < order.size();) {
      const std::uint32_t group = items.group[order[at]];
      const std::uint32_t stratum = items.stratum[order[at]];
      std::uint32_t same = 0;
      while (at < order.size() && items.group[order[at]] == group && items.stratum[order[at]] == stratum)
        ++at, ++same;
      bundles_.push_back({stratum, same});
      size_[group] += same;
      first_[group + 1] = bundles_.size();
    }
    for (std::size_t i = 1; i < first_.size(); ++i) first_[i] = std::max(first_[i], first_[i - 1]);
  }

  std::size_t count() const { return size_.size(); }
  std::uint32_t size(std::size_t group) const { return size_[group]; }
  std::span<const Bundle> bundles(std::size_t group) const {
    return std::span(bundles_).subspan(first_[group], first_[group + 1] - first_[group]);
  }

 private:
  std::vector<Bundle> bundles_;
  std::vector<std::size_t> first_;  // of each group's bundles
  std::vector<std::uint32_t> size_;
};

// Where groups lie, and how far that is from what is wanted: the sum of squared differences. Differences are
// counted in parts of an item, as many to an item as the weights sum to, so that every share is whole.
class Placing {
 public:
  Placing(const SplitItems& items, const Groups& groups, std::span<const double> weights)
      : groups_(groups),
        unit_(0),
        off_(stratum_sizes(items.stratum).size(), weights.size()),
        size_off_(weights.size()),
        part_(groups.count()) {
    const std::vector<std::int64_t> whole = whole_weights(weights);
    unit_ = std::accumulate(whole.begin(), whole.end(), std::int64_t{0});
    const std::vector<std::size_t> sizes = stratum_sizes(items.stratum);
    const std::vector<std::size_t> wanted = apportion(items.stratum.size(), weights);
    for (std::size_t part = 0; part < weights.size(); ++part) {
      size_off_[part] = -static_cast<std::int64_t>(wanted[part]);
      for (std::size_t row = 0; row < sizes.size(); ++row)
        off_.at(row, part) = -static_cast<std::int64_t>(sizes[row]) * whole[part];
      if (weights[part] > 0) open_.push_back(static_cast<std::uint32_t>(part));
    }
  }

  const std::vector<std::uint32_t>& parts() const { return part_; }
  const std::vector<std::uint32_t>& open() const { return open_; }  // the parts that want anything

  // The change of the sum when the group comes to the part (+1) or leaves it (-1), over unit_.
  Wide change(std::size_t group, std::uint32_t part, std::int64_t sign) const {
    const std::int64_t size = sign * static_cast<std::int64_t>(groups_.size(group));
    Wide change = Wide{kSizeWeight} * unit_ * size * (2 * size_off_[part] + size);
    for (const Bundle& bundle : groups_.bundles(group)) {
      const std::int64_t count = sign * static_cast<std::int64_t>(bundle.count);
      change += Wide{count} * (2 * off_.at(bundle.stratum, part) + count * unit_);
    }
    return change;
  }

  Wide put(std::size_t group, std::uint32_t part) {
    const Wide gain = change(group, part, 1);
    apply(group, part, 1);
    part_[group] = part;
    return gain;
  }
  Wide take(std::size_t group) {
    const Wide gain = change(group, part_[group], -1);
    apply(group, part_[group], -1);
    return gain;
  }

  // The part where the group, which lies nowhere, costs least; `first` unless another is better.
  std::uint32_t best_part(std::size_t group, std::uint32_t first) const {
    std::uint32_t best = first;
    Wide least = change(group, best, 1);
    for (const std::uint32_t part : open_) {
      const Wide cost = change(group, part, 1);
      if (cost >= least) continue;
      least = cost;
      best = part;
    }
    return best;
  }

  Wide shift(std::size_t group, std::uint32_t part) {
    const Wide gain = take(group);
    return gain + put(group, part);
  }

  void set(const std::vector<std::uint32_t>& parts) {
    for (std::size_t group = 0; group < parts.size(); ++group)
      if (parts[group] != part_[group]) shift(group, parts[group]);
  }

  // The change of the sum by moving the group to its best part: 0 if it lies there.
  Wide move(std::size_t group) {
    const std::uint32_t before = part_[group];
    const Wide gain = take(group);
    return gain + put(group, best_part(group, before));
  }

  // The change of the sum if the two groups changed places for the better, else 0.
  Wide swap(std::size_t a, std::size_t b) {
    const std::uint32_t part_a = part_[a];
    const std::uint32_t part_b = part_[b];
    if (part_a == part_b) return 0;
    Wide change = take(a);
    change += take(b);
    change += put(a, part_b);
    change += put(b, part_a);
    if (change < 0) return change;
    take(a);
    take(b);
    put(a, part_a);
    put(b, part_b);
    return 0;
  }

 private:
  void apply(std::size_t group, std::uint32_t part, std::int64_t sign) {
    size_off_[part] += sign * static_cast<std::int64_t>(groups_.size(group));
    for (const Bundle& bundle : groups_.bundles(group))
      off_.at(bundle.stratum, part) += sign * static_cast<std::int64_t>(bundle.count) * unit_;
  }

  const Groups& groups_;
  std::int64_t unit_;                   // one item
  SplitTable<std::int64_t> off_;        // found less wanted of each cell, in parts of an item
  std::vector<std::int64_t> size_off_;  // found less wanted of each part, in items
  std::vector<std::uint32_t> open_;
  std::vector<std::uint32_t> part_;
};

// Tries every placing of the groups from `order[depth]` on and keeps the first of the best.
class EveryPlacing {
 public:
  EveryPlacing(Placing& placing, const std::vector<std::size_t>& order)
      : placing_(placing), order_(order), best_(placing.parts()) {}

  std::vector<std::uint32_t> best() {
    descend(0, 0);
    return best_;
  }

 private:
  void descend(std::size_t depth, Wide cost) {
    if (depth == order_.size()) {
      if (found_ && cost >= least_) return;
      found_ = true;
      least_ = cost;
      best_ = placing_.parts();
      return;
    }
    for (const std::uint32_t part : placing_.open()) {
      const Wide change = placing_.put(order_[depth], part);
      descend(depth + 1, cost + change);
      placing_.take(order_[depth]);
    }
  }

  Placing& placing_;
  const std::vector<std::size_t>& order_;
  std::vector<std::uint32_t> best_;
  Wide least_ = 0;
  bool found_ = false;
};

Wide swap_round(Placing& placing, std::size_t count, Random& random, std::size_t& trials) {
  Wide change = 0;
  for (std::size_t a = 0; a < count && trials < kTrials; ++a) {
    const std::size_t partners = count <= kEveryPair ? count - a - 1 : kPartners;
    for (std::size_t i = 0; i < partners; ++i, ++trials) {
      const std::size_t b = count <= kEveryPair ? a + 1 + i : random.below(count);
      change += placing.swap(a, b);
    }
  }
  return change;
}

// Moves and swaps until none helps. Returns the change of the sum.
Wide descend(Placing& placing, const std::vector<std::size_t>& order, Random& random, std::size_t& trials) {
  Wide change = 0;
  for (int round = 0; round < kRounds; ++round) {
    Wide gain = 0;
    for (const std::size_t group : order) gain += placing.move(group);
    gain += swap_round(placing, order.size(), random, trials);
    if (gain == 0) break;
    change += gain;
  }
  return change;
}

// Leaves a place from which no move or swap helps: puts some groups anywhere and descends again; the best is
// kept.
void kick_and_descend(Placing& placing, const std::vector<std::size_t>& order, Random& random,
                      std::size_t trials) {
  std::vector<std::uint32_t> best = placing.parts();
  Wide change = 0;  // since the best
  for (int kick = 0; kick < kKicks && trials < kKickTrials; ++kick) {
    for (int i = 0; i < kKicked; ++i) {
      const std::size_t group = random.below(order.size());
      change += placing.shift(group, placing.open()[random.below(placing.open().size())]);
    }
    change += descend(placing, order, random, trials);
    if (change < 0) {
      best = placing.parts();
    } else {
      placing.set(best);
    }
    change = 0;
  }
}

void search(Placing& placing, const std::vector<std::size_t>& order, Random& random) {
  for (const std::size_t group : order) placing.put(group, placing.best_part(group, placing.open().front()));
  std::size_t trials = 0;
  descend(placing, order, random, trials);
  kick_and_descend(placing, order, random, trials);
}

}  // namespace

std::vector<std::uint32_t> share_out_groups(const SplitItems& items, std::span<const double> weights,
                                            std::uint64_t seed) {
  const Groups groups(items);
  Placing placing(items, groups, weights);
  Random random(seed, "split groups");
  std::vector<std::size_t> order = random.permutation(groups.count());
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return groups.size(a) > groups.size(b); });
  std::vector<std::uint32_t> part_of;
  const auto open = static_cast<double>(placing.open().size());
  if (placing.open().size() == 1) {
    part_of.assign(groups.count(), placing.open().front());
  } else if (std::pow(open, static_cast<double>(groups.count())) <= kPlacings) {  // 17 groups at most
    part_of = EveryPlacing(placing, order).best();
  } else {
    search(placing, order, random);
    part_of = placing.parts();
  }
  std::vector<std::uint32_t> parts(items.group.size());
  for (std::size_t i = 0; i < parts.size(); ++i) parts[i] = part_of[items.group[i]];
  return parts;
}

}  // namespace tn
