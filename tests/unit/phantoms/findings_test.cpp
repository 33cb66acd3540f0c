#include "examples/phantoms/findings.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace {

std::vector<tn::Patient> patients(std::int64_t count, std::int64_t seed = 17) {
  std::vector<tn::Patient> drawn;
  for (std::int64_t i = 1; i <= count; ++i) drawn.push_back(tn::draw_patient(seed, i));
  return drawn;
}

// Share of the patients of one class whose first nodule shows the sign.
template <typename Sign>
double share(const std::vector<tn::Patient>& all, bool malignant, const Sign& sign) {
  double have = 0, count = 0;
  for (const tn::Patient& patient : all) {
    if (patient.malignant != malignant) continue;
    ++count;
    have += sign(patient.nodules.front()) ? 1 : 0;
  }
  return have / count;
}

TEST(Patient, IsTheSameForTheSameSeedAndNumber) {
  const tn::Patient a = tn::draw_patient(5, 40);
  const tn::Patient b = tn::draw_patient(5, 40);
  EXPECT_EQ(a.malignant, b.malignant);
  EXPECT_EQ(a.nodules.front().width, b.nodules.front().width);
}

TEST(Patient, DiffersForAnotherSeed) {
  EXPECT_NE(tn::draw_patient(5, 40).nodules.front().width, tn::draw_patient(6, 40).nodules.front().width);
}

TEST(Patient, HasOneToThreePicturesAndEachHappens) {
  std::array<int, 4> count{};
  for (const tn::Patient& patient : patients(60)) ++count.at(static_cast<std::size_t>(patient.images));
  EXPECT_EQ(count[0], 0);
  EXPECT_GT(std::min({count[1], count[2], count[3]}), 10);
}

TEST(Patient, HasOneOrTwoNodulesAndTheSecondIsSmaller) {
  int second = 0;
  for (const tn::Patient& patient : patients(100)) {
    ASSERT_LE(patient.nodules.size(), 2U);
    if (patient.nodules.size() < 2) continue;
    ++second;
    EXPECT_LT(patient.nodules[1].width * patient.nodules[1].height,
              patient.nodules[0].width * patient.nodules[0].height);
  }
  EXPECT_GT(second, 5);
  EXPECT_LT(second, 40);
}

TEST(Patients, AreHalfMalignant) {
  const auto all = patients(400);
  const auto malignant = std::count_if(all.begin(), all.end(), [](const auto& p) { return p.malignant; });
  EXPECT_GT(malignant, 160);
  EXPECT_LT(malignant, 240);
}

struct SignCase {
  const char* name;
  bool (*shown)(const tn::Findings&);
};

class Sign : public testing::TestWithParam<SignCase> {};

TEST_P(Sign, IsCommonInMalignantNodules) {
  EXPECT_GT(share(patients(400), true, GetParam().shown), 0.45);
}

TEST_P(Sign, IsSeldomButNotNeverInBenignNodules) {
  const double found = share(patients(400), false, GetParam().shown);
  EXPECT_GT(found, 0.05);
  EXPECT_LT(found, 0.40);
}

INSTANTIATE_TEST_SUITE_P(
    Of, Sign,
    testing::Values(SignCase{"TallerThanWide", [](const tn::Findings& f) { return f.height > f.width; }},
                    SignCase{"Hypoechoic", [](const tn::Findings& f) { return f.echo_db < -4; }},
                    SignCase{"Irregular", [](const tn::Findings& f) { return f.lobulation > 0.08; }},
                    SignCase{"Microcalcifications",
                             [](const tn::Findings& f) { return f.calcifications > 0; }},
                    SignCase{"Shadow", [](const tn::Findings& f) { return f.shadow_db > 3; }}),
    [](const auto& sign) { return std::string(sign.param.name); });

}  // namespace
