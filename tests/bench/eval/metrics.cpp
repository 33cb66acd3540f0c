// bench_metrics MANIFEST [JOBS [ROUNDS]]: cases a second of every metric of a mask, distances included, on
// masks that are decoded already. Prints the median of the rounds.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <opencv2/core/utility.hpp>
#include <vector>

#include "libcore/data/manifest.hpp"
#include "libcore/eval/case_score.hpp"
#include "libcore/image/mask.hpp"
#include "libcore/image/ordered.hpp"

namespace {

struct Pair {
  cv::Mat1b drawn, predicted;
};

std::vector<Pair> read_pairs(const char* path) {
  std::vector<Pair> pairs;
  for (const tn::Record& record : tn::load_manifest(path).records) {
    const auto prediction = tn::prediction_of(record);
    const auto size = record.json("size");
    if (!prediction || !size) continue;
    const tn::ImageSize grid{(*size)[0].get<int>(), (*size)[1].get<int>()};
    pairs.push_back({tn::load_mask(record, "", grid).value(), tn::load_mask(*prediction, "", grid).value()});
  }
  return pairs;
}

double seconds_of(const std::vector<Pair>& pairs, int jobs) {
  std::vector<tn::Geometry> found(pairs.size());
  const auto start = std::chrono::steady_clock::now();
  tn::for_each_index(pairs.size(), jobs, [&](std::size_t i) {
    const auto& [drawn, predicted] = pairs[i];
    found[i] =
        tn::geometry(predicted, drawn, tn::overlap(predicted, drawn), {1, 1}, {}, tn::EmptyRule::score);
  });
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    fmt::print(stderr, "bench_metrics: error: a manifest is needed\n");
    return 2;
  }
  const int jobs = argc > 2 ? std::atoi(argv[2]) : 0, rounds = argc > 3 ? std::atoi(argv[3]) : 5;
  cv::setNumThreads(1);  // as tn-eval does
  const std::vector<Pair> pairs = read_pairs(argv[1]);
  std::vector<double> seconds;
  for (int i = 0; i < std::max(1, rounds); ++i) seconds.push_back(seconds_of(pairs, jobs));
  std::ranges::sort(seconds);
  fmt::print("{:.1f}\n", static_cast<double>(pairs.size()) / seconds[seconds.size() / 2]);
}
