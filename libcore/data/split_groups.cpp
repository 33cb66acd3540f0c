// Groups of items over parts: the largest first, each where it fits best, then moves and swaps while they
// help.
#include <algorithm>
#include <numeric>

#include "libcore/base/random.hpp"
#include "libcore/data/split.hpp"
#include "libcore/data/split_table.hpp"

namespace tn {
namespace {

constexpr double kSizeWeight = 8;           // of a part's size against one of its strata: sizes come first
constexpr double kWorth = 1e-9;             // a smaller gain is a rounding error
constexpr int kRounds = 30;                 // of moves and swaps, at most
constexpr std::size_t kEveryPair = 1000;    // up to so many groups every pair is tried for a swap
constexpr std::size_t kPartners = 12;       // else so many, drawn
constexpr std::size_t kTrials = 2'000'000;  // swaps tried at most
constexpr std::size_t kKickTrials = 1'500'000;  // no new start after so many
constexpr int kKicks = 200;
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

double square(double x) {
  return x * x;
}

// Where groups lie, and how far that is from what is wanted: the sum of squared differences.
class Placing {
 public:
  Placing(const SplitItems& items, const Groups& groups, std::span<const double> weights)
      : groups_(groups),
        wanted_(exact_shares(stratum_sizes(items.stratum), weights)),
        found_(wanted_.rows(), wanted_.columns()),
        size_(weights.size()),
        part_(groups.count()) {
    for (const std::size_t size : apportion(items.stratum.size(), weights))
      wanted_size_.push_back(static_cast<double>(size));
    for (std::size_t part = 0; part < weights.size(); ++part)
      if (weights[part] > 0) open_.push_back(static_cast<std::uint32_t>(part));
  }

  const std::vector<std::uint32_t>& parts() const { return part_; }
  const std::vector<std::uint32_t>& open() const { return open_; }  // the parts that want anything

  // The change of the sum when the group comes to the part (+1) or leaves it (-1).
  double change(std::size_t group, std::uint32_t part, double sign) const {
    const double size = sign * groups_.size(group);
    double change = kSizeWeight * size * (2 * (size_[part] - wanted_size_[part]) + size);
    for (const Bundle& bundle : groups_.bundles(group)) {
      const double count = sign * bundle.count;
      change += count * (2 * (found_.at(bundle.stratum, part) - wanted_.at(bundle.stratum, part)) + count);
    }
    return change;
  }

  double put(std::size_t group, std::uint32_t part) {
    const double gain = change(group, part, 1);
    apply(group, part, 1);
    part_[group] = part;
    return gain;
  }
  double take(std::size_t group) {
    const double gain = change(group, part_[group], -1);
    apply(group, part_[group], -1);
    return gain;
  }

  // The part where the group, which lies nowhere, costs least; `first` unless another is better.
  std::uint32_t best_part(std::size_t group, std::uint32_t first) const {
    std::uint32_t best = first;
    double least = change(group, best, 1);
    for (const std::uint32_t part : open_) {
      const double cost = change(group, part, 1);
      if (cost >= least - kWorth) continue;
      least = cost;
      best = part;
    }
    return best;
  }

  // The sum of squared differences, anew.
  double sum() const {
    double sum = 0;
    for (std::size_t part = 0; part < size_.size(); ++part) {
      sum += kSizeWeight * square(size_[part] - wanted_size_[part]);
      for (std::size_t row = 0; row < found_.rows(); ++row)
        sum += square(found_.at(row, part) - wanted_.at(row, part));
    }
    return sum;
  }

  void shift(std::size_t group, std::size_t open) {
    take(group);
    put(group, open_[open]);
  }

  void set(const std::vector<std::uint32_t>& parts) {
    for (std::size_t group = 0; group < parts.size(); ++group) {
      if (parts[group] == part_[group]) continue;
      take(group);
      put(group, parts[group]);
    }
  }

  // Whether the group found a better part.
  bool move(std::size_t group) {
    const std::uint32_t before = part_[group];
    take(group);
    put(group, best_part(group, before));
    return part_[group] != before;
  }

  // Whether the two groups changed places for the better.
  bool swap(std::size_t a, std::size_t b) {
    const std::uint32_t part_a = part_[a];
    const std::uint32_t part_b = part_[b];
    if (part_a == part_b) return false;
    double change = take(a);
    change += take(b);
    change += put(a, part_b);
    change += put(b, part_a);
    if (change < -kWorth) return true;
    take(a);
    take(b);
    put(a, part_a);
    put(b, part_b);
    return false;
  }

 private:
  void apply(std::size_t group, std::uint32_t part, double sign) {
    size_[part] += sign * groups_.size(group);
    for (const Bundle& bundle : groups_.bundles(group))
      found_.at(bundle.stratum, part) += sign * bundle.count;
  }

  const Groups& groups_;
  SplitTable<double> wanted_;
  SplitTable<double> found_;
  std::vector<double> wanted_size_;
  std::vector<double> size_;
  std::vector<std::uint32_t> open_;
  std::vector<std::uint32_t> part_;
};

bool swap_round(Placing& placing, std::size_t count, Random& random, std::size_t& trials) {
  bool better = false;
  for (std::size_t a = 0; a < count && trials < kTrials; ++a) {
    const std::size_t partners = count <= kEveryPair ? count - a - 1 : kPartners;
    for (std::size_t i = 0; i < partners; ++i, ++trials) {
      const std::size_t b = count <= kEveryPair ? a + 1 + i : random.below(count);
      if (placing.swap(a, b)) better = true;
    }
  }
  return better;
}

// Moves and swaps until none helps.
void descend(Placing& placing, const std::vector<std::size_t>& order, Random& random, std::size_t& trials) {
  for (int round = 0; round < kRounds; ++round) {
    bool better = false;
    for (const std::size_t group : order) better = placing.move(group) || better;
    better = swap_round(placing, order.size(), random, trials) || better;
    if (!better) return;
  }
}

// Leaves a place from which no move or swap helps: puts some groups anywhere and descends again; the best is
// kept.
void kick_and_descend(Placing& placing, const std::vector<std::size_t>& order, Random& random,
                      std::size_t trials) {
  double best_sum = placing.sum();
  std::vector<std::uint32_t> best = placing.parts();
  for (int kick = 0; kick < kKicks && trials < kKickTrials; ++kick) {
    for (int i = 0; i < kKicked; ++i)
      placing.shift(random.below(order.size()), random.below(placing.open().size()));
    descend(placing, order, random, trials);
    const double sum = placing.sum();
    if (sum < best_sum - kWorth) {
      best_sum = sum;
      best = placing.parts();
    } else {
      placing.set(best);
    }
  }
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
  for (const std::size_t group : order) placing.put(group, placing.best_part(group, placing.open().front()));
  std::size_t trials = 0;
  descend(placing, order, random, trials);
  kick_and_descend(placing, order, random, trials);
  std::vector<std::uint32_t> parts(items.group.size());
  for (std::size_t i = 0; i < parts.size(); ++i) parts[i] = placing.parts()[items.group[i]];
  return parts;
}

}  // namespace tn
