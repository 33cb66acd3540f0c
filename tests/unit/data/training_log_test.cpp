#include "libcore/data/training_log.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/support/expect_error.hpp"
#include "tests/support/temp_folder.hpp"

namespace {

using tn::EpochLog;
using tn::test::thrown_by;

EpochLog sample() {
  EpochLog log;
  log.epoch = 3;
  log.steps = 120;
  log.time = 1750000000.25;
  log.seconds = 1.5;
  log.learning_rate = 0.001;
  log.loss = 0.25;
  log.mask_loss = 0.125;
  log.images_per_second = 80;
  log.waited = 0.1;
  log.skipped = 2;
  log.validated = true;
  log.val_seconds = 0.5;
  log.val_dice = 0.5;
  log.best = true;
  return log;
}

std::vector<EpochLog> taken(const std::vector<std::string>& lines) {
  std::vector<EpochLog> logs;
  for (const std::string& line : lines) tn::take_log_line(logs, line, "p");
  return logs;
}

TEST(TrainingLog, LinesNameEveryField) {
  EXPECT_EQ(
      tn::epoch_line(sample()),
      R"({"event":"epoch","epoch":3,"steps":120,"time":1750000000.25,"seconds":1.5,"learning_rate":0.001,)"
      R"("loss":0.25,"mask_loss":0.125,"class_loss":null,"images_per_second":80.0,"waited":0.1,"skipped":2})"
      "\n");
  EXPECT_EQ(tn::validation_line(sample()),
            R"({"event":"validation","epoch":3,"steps":120,"val_seconds":0.5,"val_loss":null,"val_dice":0.5,)"
            R"("val_accuracy":null,"val_auroc":null,"best":true})"
            "\n");
}
TEST(TrainingLog, LinesReadBackAsOneEntry) {
  EXPECT_EQ(taken({tn::epoch_line(sample()), tn::validation_line(sample())}), std::vector{sample()});
}
TEST(TrainingLog, EpochWhoseValidationIsToComeIsAnEntryOfItsOwn) {
  const auto logs = taken({tn::epoch_line(sample())});
  ASSERT_EQ(logs.size(), 1U);
  EXPECT_FALSE(logs[0].validated);
  EXPECT_FALSE(logs[0].val_dice);
}
TEST(TrainingLog, ValidationNeedsItsEpochBeforeIt) {
  EpochLog other = sample();
  other.epoch = 4;
  EXPECT_EQ(thrown_by([&] {
              taken({tn::epoch_line(sample()), tn::validation_line(other)});
            }).text,
            "p: validation of epoch 4 without its epoch before it");
}
TEST(TrainingLog, LossThatIsNotFiniteIsNullAndReadsBackAsNan) {
  EpochLog log = sample();
  log.loss = std::numeric_limits<double>::infinity();
  EXPECT_TRUE(std::isnan(taken({tn::epoch_line(log)}).at(0).loss));
}
TEST(TrainingLog, MissingFieldIsNamed) {
  const auto thrown = thrown_by([] { taken({R"({"event":"epoch","epoch":1})"}); });
  EXPECT_EQ(thrown.exit_code, 65);
  EXPECT_EQ(thrown.text, "p: no 'steps' in this line");
}
TEST(TrainingLog, AnotherEventIsRefused) {
  EXPECT_EQ(thrown_by([] { taken({R"({"epoch":1})"}); }).text, "p: neither an epoch nor a validation");
}
TEST(TrainingLog, WrongTypeIsNamed) {
  std::string line = tn::epoch_line(sample());
  line.replace(line.find(":3,"), 3, ":\"3\",");
  EXPECT_EQ(thrown_by([&] { taken({line}); }).text, "p: 'epoch' is not a whole number");
}
TEST(TrainingLog, CsvHasTheSameColumnsAndLeavesMissingOnesEmpty) {
  EXPECT_EQ(
      tn::csv_header(),
      "epoch,steps,time,seconds,learning_rate,loss,mask_loss,class_loss,images_per_second,waited,skipped,"
      "val_seconds,val_loss,val_dice,val_accuracy,val_auroc,best\n");
  EXPECT_EQ(tn::to_csv_line(sample()),
            "3,120,1750000000.25,1.5,0.001,0.25,0.125,,80.0,0.1,2,0.5,,0.5,,,true\n");
}
TEST(TrainingLog, ChartsGetTheNumbersThatAreKnown) {
  const tn::Scalars expected = {{"val_seconds", 0.5}, {"val_dice", 0.5}};
  EXPECT_EQ(tn::validation_scalars(sample()), expected);
  EXPECT_EQ(tn::epoch_scalars(sample()).front(), std::pair(std::string("epoch"), 3.0));
}
TEST(TrainingLog, FileIsReadLineByLine) {
  const tn::test::TempFolder folder;
  const std::string line = tn::epoch_line(sample());
  EXPECT_EQ(tn::load_training_log(folder.file("log.jsonl", line + "\n" + line)).size(), 2U);
}
TEST(TrainingLog, BrokenLineIsNamed) {
  const tn::test::TempFolder folder;
  const std::string path = folder.file("log.jsonl", tn::epoch_line(sample()) + "{\"epoch\":\n");
  const auto thrown = thrown_by([&] { tn::load_training_log(path); });
  EXPECT_EQ(thrown.exit_code, 65);
  EXPECT_TRUE(thrown.text.starts_with(path + ":2: "));
}
TEST(TrainingLog, MissingFileIs66) {
  EXPECT_EQ(thrown_by([] { tn::load_training_log("/nowhere/log.jsonl"); }).exit_code, 66);
}

}  // namespace
