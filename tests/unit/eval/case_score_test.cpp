#include "libcore/eval/case_score.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "libcore/base/error.hpp"

namespace tn {
namespace {

const ScoreOptions kHere = [] {
  ScoreOptions options;
  options.root = TN_FIXTURES "/tn-eval";
  return options;
}();

Record record(const std::string& line) {
  return Record::parse(line, "test:1");
}

std::string message_of(const Record& record) {
  return record.at("error.msg").value_or("no error").get<std::string>();
}

TEST(CaseScore, CountsAreOfTheOriginalGrid) {
  const CaseScore score = score_case(
      record(R"({"id":"a","size":[8,8],"mask":"masks/shifted.png","pred":{"mask":"pred/shifted.png"}})"),
      kHere);
  EXPECT_EQ(score.counts, (Overlap{.tp = 12, .fp = 4, .fn = 4, .tn = 44}));
}

TEST(CaseScore, SeveralMasksAreOneTruth) {
  const CaseScore score = score_case(
      record(
          R"({"id":"a","size":[4,4],"mask":["masks/two-1.png","masks/two-2.png"],"pred":{"mask":"pred/two.png"}})"),
      kHere);
  EXPECT_EQ(score.counts, (Overlap{.tp = 4, .fn = 4, .tn = 8}));
}

TEST(CaseScore, RegionsAreATruthAndAPrediction) {
  const CaseScore score =
      score_case(record(R"({"id":"a","size":[8,8],"regions":[{"polygon":[[1,1],[4,1],[4,4],[1,4]]}],
                 "pred":{"regions":[{"polygon":[[1,1],[4,1],[4,4],[1,4]]}]}})"),
                 kHere);
  ASSERT_TRUE(score.counts);
  EXPECT_GT(score.counts->tp, 0);
  EXPECT_EQ(score.counts->fp + score.counts->fn, 0);
}

TEST(CaseScore, SizeIsTheImagesWhereTheRecordHasNone) {
  const CaseScore score = score_case(
      record(
          R"({"id":"a","image":"images/two.png","mask":"masks/two-1.png","pred":{"mask":"pred/two.png"}})"),
      kHere);
  EXPECT_EQ(score.counts, (Overlap{.tp = 4, .tn = 12}));
}

TEST(CaseScore, TruthWithoutPredictionIsMissing) {
  const CaseScore score =
      score_case(record(R"({"id":"a","size":[8,8],"mask":"masks/shifted.png","label":"benign"})"), kHere);
  EXPECT_TRUE(score.mask_missing);
  EXPECT_TRUE(score.class_missing);
}

TEST(CaseScore, PredictionWithoutTruthIsNeitherScoredNorMissing) {
  const CaseScore score = score_case(
      record(R"({"id":"a","size":[8,8],"pred":{"mask":"pred/shifted.png"},"p_malignant":0.5})"), kHere);
  EXPECT_EQ(score.counts, std::nullopt);
  EXPECT_FALSE(score.mask_missing);
  EXPECT_FALSE(score.class_missing);
}

TEST(CaseScore, EmptyPredictionObjectIsMissing) {
  EXPECT_TRUE(score_case(record(R"({"id":"a","size":[8,8],"mask":"masks/shifted.png","pred":{}})"), kHere)
                  .mask_missing);
}

TEST(CaseScore, LabelNamesAreTheManifests) {
  ScoreOptions options = kHere;
  options.labels = {{"B", 0}, {"M", 1}};
  EXPECT_EQ(score_case(record(R"({"id":"a","label":"M","p_malignant":0.5})"), options).malignant, true);
  EXPECT_EQ(score_case(record(R"({"id":"a","label":"B","p_malignant":0.5})"), options).malignant, false);
}

TEST(CaseScore, DistancesInMillimetresNeedASpacing) {
  ScoreOptions options = kHere;
  options.surface.millimetres = true;
  const std::string line =
      R"({"id":"a","size":[8,8],"mask":"masks/shifted.png","pred":{"mask":"pred/shifted.png"})";
  EXPECT_EQ(message_of(scored(record(line + "}"), options)), "no 'spacing_mm', and distances are in mm");
  EXPECT_EQ(message_of(scored(record(line + R"(,"spacing_mm":[0.1]})"), options)),
            "'spacing_mm' [0.1] is not [x,y] in mm");
  EXPECT_EQ(score_case(record(line + R"(,"spacing_mm":[0.5,1]})"), options).geometry->values.front(), 0.5);
}

TEST(ScoredRecord, MaskOfAnotherSizeFailsTheRecordAndNamesTheFile) {
  const Record found =
      scored(record(R"({"id":"a","size":[8,8],"mask":"masks/exact.png","pred":{"mask":"pred/shifted.png"}})"),
             kHere);
  EXPECT_TRUE(found.failed());
  EXPECT_NE(message_of(found).find("masks/exact.png"), std::string::npos);
  EXPECT_EQ(found.at("error.stage"), "tn-eval");
}

TEST(ScoredRecord, ProbabilityOutOfRangeFailsTheRecord) {
  EXPECT_EQ(message_of(scored(record(R"({"id":"a","label":"benign","p_malignant":1.5})"), kHere)),
            "p_malignant 1.5 is not in [0,1]");
}

TEST(ScoredRecord, ProbabilityAsTextFailsTheRecordWithItsIdOnce) {
  EXPECT_EQ(message_of(scored(record(R"({"id":"a","label":"benign","p_malignant":"high"})"), kHere)),
            "'p_malignant' is not a number");
}

TEST(ScoredRecord, UnknownLabelFailsTheRecord) {
  EXPECT_EQ(message_of(scored(record(R"({"id":"a","label":"normal","p_malignant":0.5})"), kHere)),
            "label 'normal' is none of the header's labels with number 0 or 1");
}

TEST(ScoredRecord, SizeThatIsNoSizeFailsTheRecord) {
  EXPECT_EQ(message_of(scored(
                record(R"({"id":"a","size":[8],"mask":"masks/exact.png","pred":{"mask":"pred/exact.png"}})"),
                kHere)),
            "size [8] is no width and height in pixels");
}

TEST(ScoredRecord, WithoutSizeAndImageFails) {
  EXPECT_EQ(message_of(scored(
                record(R"({"id":"a","mask":"masks/exact.png","pred":{"mask":"pred/exact.png"}})"), kHere)),
            "neither 'size' nor 'image' says how large the masks must be");
}

TEST(ScoredRecord, OneThatFailedBeforeStaysAsItIs) {
  const Record failed = record(R"({"id":"a","status":"error","error":{"msg":"x"},"p_malignant":7})");
  EXPECT_EQ(scored(failed, kHere), failed);
}

TEST(ScoredRecord, EarlierMetricsAreReplaced) {
  const Record found = scored(record(R"({"id":"a","metrics":{"dice":1},"label":"benign"})"), kHere);
  EXPECT_EQ(found.raw("metrics"), R"({"missing":["class"]})");
}

TEST(ScoredRecord, ReadsBackAsItWasScored) {
  const Record before = record(
      R"({"id":"a","patient":"7","label":"malignant","p_malignant":0.25,"size":[8,8],"mask":"masks/shifted.png","pred":{"mask":"pred/shifted.png"}})");
  EXPECT_EQ(case_of(scored(before, kHere), kHere), score_case(before, kHere));
}

TEST(ScoredRecord, MissingPartsReadBack) {
  const Record before = record(R"({"id":"a","label":"benign","size":[8,8],"mask":"masks/shifted.png"})");
  EXPECT_EQ(case_of(scored(before, kHere), kHere), score_case(before, kHere));
}

TEST(ScoredRecord, FailureReadsBackWithItsReason) {
  const CaseScore found = case_of(scored(record(R"({"id":"a","label":"x"})"), kHere), kHere);
  EXPECT_EQ(found.error, "label 'x' is none of the header's labels with number 0 or 1");
}

}  // namespace
}  // namespace tn
