#include "libcore/net/train_manifest.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libcore/base/error.hpp"
#include "tests/support/temp_folder.hpp"

namespace tn {
namespace {

const PreprocessOptions kPre = {64, Fit::letterbox};

std::string header() {
  const nlohmann::json json = {{"tn", "manifest"},
                               {"v", 1},
                               {"labels", {{"benign", 0}, {"malignant", 1}}},
                               {"label_source", "drawn"},
                               {"pre", {{"options", to_json(kPre)}, {"hash", preprocess_hash(kPre)}}}};
  return json.dump() + "\n";
}

std::string line(const std::string& id, const std::string& split, const nlohmann::json& label,
                 const nlohmann::json& mask, const std::string& hash = preprocess_hash(kPre)) {
  const nlohmann::json json = {{"id", id},
                               {"split", split},
                               {"label", label},
                               {"pre", {{"image", id + ".png"}, {"mask", mask}, {"hash", hash}}}};
  return json.dump() + "\n";
}

TrainingSet load(const std::string& text, Task task = Task::mtl, std::optional<std::int64_t> size = {}) {
  const test::TempFolder temp;
  return load_training_set(temp.file("train_manifest.jsonl", text), "root", {}, size, task, false);
}

std::string refusal(const std::string& text, Exit expected, Task task = Task::mtl,
                    std::optional<std::int64_t> size = {}) {
  try {
    load(text, task, size);
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_code(), expected);
    return error.what();
  }
  ADD_FAILURE() << "nothing was refused";
  return "";
}

TEST(TrainingSet, TakesTrainAndValAndNeverTest) {
  const TrainingSet set =
      load(header() + line("a", "train", "benign", "am.png") + line("b", "val", "malignant", nullptr) +
           line("c", "test", "benign", "cm.png"));
  ASSERT_EQ(set.train.size(), 1U);
  ASSERT_EQ(set.validation.size(), 1U);
  EXPECT_EQ(set.train[0].image, "root/a.png");
  EXPECT_EQ(set.train[0].mask, "root/am.png");
  EXPECT_EQ(set.train[0].label, 0);
  EXPECT_FALSE(set.validation[0].mask);
  EXPECT_EQ(set.preprocess, kPre);
  EXPECT_EQ(set.label_source, "drawn");
}

TEST(TrainingSet, RawManifestIsSentToPreprocessing) {
  EXPECT_THAT(refusal("{\"tn\":\"manifest\",\"v\":1}\n{\"id\":\"a\",\"split\":\"train\"}\n", Exit::bad_data),
              testing::HasSubstr("not preprocessed"));
}

TEST(TrainingSet, MixedPreprocessingNamesTheLine) {
  EXPECT_THAT(refusal(header() + line("a", "train", "benign", "m.png") +
                          line("b", "train", "benign", "m.png", "other"),
                      Exit::bad_data),
              testing::HasSubstr("train_manifest.jsonl:3"));
}

TEST(TrainingSet, AnotherSizeIsAWrongCommandLine) {
  EXPECT_THAT(refusal(header() + line("a", "train", "benign", "m.png"), Exit::usage, Task::mtl, 128),
              testing::HasSubstr("64 px"));
  EXPECT_NO_THROW(load(header() + line("a", "train", "benign", "m.png"), Task::mtl, 64));
}

TEST(TrainingSet, NothingToLearnFromIsRefused) {
  EXPECT_THAT(refusal(header() + line("a", "test", "benign", "m.png"), Exit::bad_data),
              testing::HasSubstr("'train'"));
  EXPECT_THAT(refusal(header() + line("a", "train", "benign", nullptr), Exit::bad_data),
              testing::HasSubstr("mask"));
  EXPECT_THAT(refusal(header() + line("a", "train", nullptr, "m.png"), Exit::bad_data),
              testing::HasSubstr("label"));
}

TEST(TrainingSet, SegmentationNeedsNoLabelsAndClassificationNoMasks) {
  EXPECT_NO_THROW(load(header() + line("a", "train", nullptr, "m.png"), Task::segment));
  EXPECT_NO_THROW(load(header() + line("a", "train", "benign", nullptr), Task::classify));
}

TEST(TrainingSet, UnknownLabelIsNamed) {
  EXPECT_THAT(refusal(header() + line("a", "train", "odd", "m.png"), Exit::bad_data),
              testing::HasSubstr("'odd'"));
}

TEST(TrainingSet, ErrorRecordsAreCountedAndLeftOut) {
  const TrainingSet set = load(header() + line("a", "train", "benign", "m.png") +
                               "{\"id\":\"b\",\"split\":\"train\",\"status\":\"error\",\"error\":{\"stage\":"
                               "\"s\",\"code\":\"c\",\"msg\":\"m\"}}\n");
  EXPECT_EQ(set.train.size(), 1U);
  EXPECT_EQ(set.errors, 1);
}

TEST(ClassWarning, SaysWhenThereIsOneClassToLearnFrom) {
  const std::string benign = line("a", "train", "benign", "m.png") + line("b", "val", "malignant", "m.png");
  const std::string malignant =
      line("c", "train", "malignant", "m.png") + line("d", "train", nullptr, "m.png");
  EXPECT_EQ(class_warning(load(header() + benign).train, {}),
            "the class head learns one answer: no training record is malignant");
  EXPECT_EQ(class_warning(load(header() + malignant).train, {}),
            "the class head learns one answer: no training record is benign");
  EXPECT_EQ(class_warning(load(header() + benign + malignant).train, {}), "");
  TrainOptions segment;
  segment.task = Task::segment;
  EXPECT_EQ(class_warning(load(header() + benign).train, segment), "");
}

TEST(ClassWarning, SaysWhenItsLossCountsForNothing) {
  const TrainingSet both =
      load(header() + line("a", "train", "benign", "m.png") + line("b", "train", "malignant", "m.png"));
  TrainOptions options;
  options.alpha = 0;
  EXPECT_THAT(class_warning(both.train, options), testing::HasSubstr("learns nothing (--alpha 0)"));
  options.task = Task::classify;  // alpha is of no account
  EXPECT_EQ(class_warning(both.train, options), "");
}

TEST(ClassWeights, BalancedOnesAreInverseToTheCounts) {
  std::vector<TrainCase> cases(5);
  cases[0].label = 0;
  for (int i : {1, 2, 3}) cases[static_cast<std::size_t>(i)].label = 1;  // the fifth has none
  EXPECT_THAT(class_weights({true, 1, 1}, cases), testing::ElementsAre(4.0 / 2, 4.0 / 6));
  EXPECT_THAT(class_weights({false, 3, 0.5}, cases), testing::ElementsAre(3, 0.5));
}

TEST(ClassWeights, ThatCannotBeBalancedNameTheClass) {
  std::vector<TrainCase> cases(1);
  cases[0].label = 1;
  try {
    class_weights({true, 1, 1}, cases);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_code(), Exit::bad_data);
    EXPECT_THAT(error.what(), testing::HasSubstr("no training record is benign"));
  }
}

TEST(TrainJob, FingerprintKnowsManifestNetworkAndOptions) {
  const TrainingSet set = load(header() + line("a", "train", "benign", "m.png"));
  const TrainJob job = make_train_job(set, {}, {}, "run", false, "tn-train");
  TrainOptions other;
  other.alpha = 0.7;
  EXPECT_NE(make_train_job(set, {}, other, "run", false, "tn-train").fingerprint, job.fingerprint);
  NetOptions pooled;
  pooled.attention_pool = 2;
  EXPECT_NE(make_train_job(set, pooled, {}, "run", false, "tn-train").fingerprint, job.fingerprint);
  EXPECT_EQ(make_train_job(set, {}, {}, "run", true, "tn-train --resume").fingerprint, job.fingerprint);
}

TEST(TrainingSet, RecordsBehindTheLimitCountForTheWatch) {
  const test::TempFolder temp;
  KeyWatch watch({"mask_only", "split"});
  Selection selection{{}, 1};
  selection.watch = &watch;
  nlohmann::json last = nlohmann::json::parse(line("b", "train", "benign", "bm.png"));
  last["mask_only"] = true;
  const std::string text = header() + line("a", "train", "benign", "am.png") + last.dump() + "\n";
  const TrainingSet set =
      load_training_set(temp.file("train_manifest.jsonl", text), "root", selection, {}, Task::mtl, false);
  EXPECT_EQ(set.train.size(), 1U);
  EXPECT_TRUE(watch.absent().empty());
}

}  // namespace
}  // namespace tn
