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
  log.seconds = 1.5;
  log.learning_rate = 0.001;
  log.loss = 0.25;
  log.mask_loss = 0.125;
  log.val_dice = 0.5;
  log.images_per_second = 80;
  log.waited = 0.1;
  log.best = true;
  return log;
}

TEST(TrainingLog, LineNamesEveryField) {
  EXPECT_EQ(tn::to_json_line(sample()),
            R"({"epoch":3,"steps":120,"seconds":1.5,"learning_rate":0.001,"loss":0.25,"mask_loss":0.125,)"
            R"("class_loss":null,"val_loss":null,"val_dice":0.5,"val_accuracy":null,"val_auroc":null,)"
            R"("images_per_second":80.0,"waited":0.1,"best":true})"
            "\n");
}
TEST(TrainingLog, LineReadsBack) {
  EXPECT_EQ(tn::epoch_log_from_json(tn::to_json_line(sample()), "p"), sample());
}
TEST(TrainingLog, LossThatIsNotFiniteIsNullAndReadsBackAsNan) {
  EpochLog log = sample();
  log.loss = std::numeric_limits<double>::infinity();
  EXPECT_TRUE(std::isnan(tn::epoch_log_from_json(tn::to_json_line(log), "p").loss));
}
TEST(TrainingLog, MissingFieldIsNamed) {
  const auto thrown = thrown_by([] { tn::epoch_log_from_json(R"({"epoch":1})", "log.jsonl:4"); });
  EXPECT_EQ(thrown.exit_code, 65);
  EXPECT_EQ(thrown.text, "log.jsonl:4: no 'steps' in this epoch");
}
TEST(TrainingLog, WrongTypeIsNamed) {
  std::string line = tn::to_json_line(sample());
  line.replace(line.find(":3,"), 3, ":\"3\",");
  EXPECT_EQ(thrown_by([&] { tn::epoch_log_from_json(line, "log.jsonl:4"); }).text,
            "log.jsonl:4: 'epoch' is not a whole number");
}
TEST(TrainingLog, CsvHasTheSameColumnsAndLeavesMissingOnesEmpty) {
  EXPECT_EQ(
      tn::csv_header(),
      "epoch,steps,seconds,learning_rate,loss,mask_loss,class_loss,val_loss,val_dice,val_accuracy,val_auroc,"
      "images_per_second,waited,best\n");
  EXPECT_EQ(tn::to_csv_line(sample()), "3,120,1.5,0.001,0.25,0.125,,,0.5,,,80.0,0.1,true\n");
}
TEST(TrainingLog, FileIsReadLineByLine) {
  const tn::test::TempFolder folder;
  const std::string line = tn::to_json_line(sample());
  EXPECT_EQ(tn::load_training_log(folder.file("log.jsonl", line + "\n" + line)).size(), 2U);
}
TEST(TrainingLog, BrokenLineIsNamed) {
  const tn::test::TempFolder folder;
  const std::string path = folder.file("log.jsonl", tn::to_json_line(sample()) + "{\"epoch\":\n");
  const auto thrown = thrown_by([&] { tn::load_training_log(path); });
  EXPECT_EQ(thrown.exit_code, 65);
  EXPECT_TRUE(thrown.text.starts_with(path + ":2: "));
}
TEST(TrainingLog, MissingFileIs66) {
  EXPECT_EQ(thrown_by([] { tn::load_training_log("/nowhere/log.jsonl"); }).exit_code, 66);
}

}  // namespace
