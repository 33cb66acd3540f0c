// The published example of DeLong, DeLong and Clarke-Pearson (Biometrics 44, 1988, 837-845): three tests of
// patients with ovarian cancer and obstructed bowels. The 43 patients with every test, as the documentation
// of SAS/STAT lists them (PROC LOGISTIC, "Comparing Receiver Operating Characteristic Curves"). Expected: the
// sums of the definition over every pair, by the Python of tests/fixtures/eval/make_classes.py.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <numeric>

#include "libcore/eval/roc.hpp"

namespace tn {
namespace {

struct Patient {
  double albumin, protein, score;  // the K-G score is 10 less `score`
  bool benefits;
};

constexpr std::array<Patient, 43> kPatients{
    {{3.0, 5.8, 10, false}, {3.2, 6.3, 5, true},  {3.9, 6.8, 3, true},  {2.8, 4.8, 6, false},
     {3.2, 5.8, 3, true},   {0.9, 4.0, 5, false}, {2.5, 5.7, 8, false}, {1.6, 5.6, 5, true},
     {3.8, 5.7, 5, true},   {3.7, 6.7, 6, true},  {3.2, 5.4, 4, true},  {3.8, 6.6, 6, true},
     {4.1, 6.6, 5, true},   {3.6, 5.7, 5, true},  {4.3, 7.0, 4, true},  {3.6, 6.7, 4, false},
     {2.3, 4.4, 6, true},   {4.2, 7.6, 4, false}, {4.0, 6.6, 6, false}, {3.5, 5.8, 6, true},
     {3.8, 6.8, 7, true},   {3.0, 4.7, 8, false}, {4.5, 7.4, 5, true},  {3.7, 7.4, 5, true},
     {3.1, 6.6, 6, true},   {4.1, 8.2, 6, true},  {4.3, 7.0, 5, true},  {4.3, 6.5, 4, true},
     {3.2, 5.1, 5, true},   {2.6, 4.7, 6, true},  {3.3, 6.8, 6, false}, {1.7, 4.0, 7, false},
     {3.7, 6.1, 5, true},   {3.3, 6.3, 7, true},  {4.2, 7.7, 6, true},  {3.5, 6.2, 5, true},
     {2.9, 5.7, 9, false},  {2.1, 4.8, 7, true},  {2.8, 6.2, 8, false}, {4.0, 7.0, 7, true},
     {3.3, 5.7, 6, true},   {3.7, 6.9, 5, true},  {3.6, 6.6, 5, true}}};

struct Published {
  std::vector<ScoredCase> cases;
  AurocEstimate estimate;
};

Published of_test(double (*marker)(const Patient&)) {
  Published result;
  for (const Patient& one : kPatients) result.cases.push_back({marker(one), one.benefits});
  std::vector<std::uint32_t> units(kPatients.size());
  std::iota(units.begin(), units.end(), 0U);
  result.estimate = *estimate_auroc(result.cases, units);
  return result;
}

double albumin(const Patient& one) {
  return one.albumin;
}
double protein(const Patient& one) {
  return one.protein;
}
double kg_score(const Patient& one) {
  return 10 - one.score;
}

// Area, standard error and 95 % interval, to four digits.
void expect_estimate(const AurocEstimate& found, double area, double error, double low, double high) {
  constexpr double kHalfDigit = 0.00005;
  EXPECT_NEAR(found.auroc, area, kHalfDigit);
  EXPECT_NEAR(std::sqrt(found.variance), error, kHalfDigit);
  const AurocInterval interval = auroc_interval(found, 0.95);
  EXPECT_NEAR(interval.low, low, kHalfDigit);
  EXPECT_NEAR(interval.high, high, kHalfDigit);
}

TEST(DeLongsExample, AreasWithErrorsAndIntervals) {
  expect_estimate(of_test(albumin).estimate, 0.7366, 0.0927, 0.5549, 0.9182);
  expect_estimate(of_test(kg_score).estimate, 0.7258, 0.1028, 0.5243, 0.9273);
  expect_estimate(of_test(protein).estimate, 0.6478, 0.1000, 0.4518, 0.8439);
}

void expect_difference(double (*marker)(const Patient&), double difference, double error, double p) {
  std::vector<std::uint32_t> units(kPatients.size());
  std::iota(units.begin(), units.end(), 0U);
  const AurocDifference found = *compare_auroc(of_test(marker).cases, of_test(kg_score).cases, units);
  EXPECT_NEAR(found.difference, difference, 0.00005);
  EXPECT_NEAR(std::sqrt(found.variance), error, 0.00005);
  EXPECT_NEAR(*found.p, p, 0.00005);
}

TEST(DeLongsExample, DifferencesFromTheKgScore) {
  expect_difference(albumin, 0.0108, 0.0953, 0.9102);
  expect_difference(protein, -0.0780, 0.1046, 0.4561);
}

TEST(AurocInterval, StaysInsideZeroAndOne) {
  const AurocInterval found = auroc_interval({0.95, 0.01}, 0.95);
  EXPECT_NEAR(found.low, 0.95 - 0.195996, 1e-6);
  EXPECT_EQ(found.high, 1);
}

}  // namespace
}  // namespace tn
