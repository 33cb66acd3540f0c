#include "libcore/data/run_log.hpp"

#include <gtest/gtest.h>

#include "libcore/base/file.hpp"
#include "libcore/data/event_file.hpp"
#include "tests/support/temp_folder.hpp"

namespace tn {
namespace {

EpochLog epoch(std::int64_t number) {
  EpochLog log;
  log.epoch = number;
  log.steps = 10 * number;
  log.time = 1000 + static_cast<double>(number);
  log.loss = 0.5;
  log.val_seconds = 0.25;
  log.val_dice = 0.75;
  log.validated = true;
  return log;
}

void write(RunLog& log, std::int64_t number) {
  log.append_epoch(epoch(number));
  log.append_validation(epoch(number));
}

struct Texts {
  std::string json, csv, events;
  friend bool operator==(const Texts&, const Texts&) = default;
};
// Without the events' first record, which holds the time when the file was begun.
Texts texts(const test::TempFolder& folder) {
  return {folder.read("log.jsonl"), folder.read("log.csv"),
          folder.read(kEventFile).substr(event_version(0).size())};
}

TEST(RunLog, HoldsWhatItWasTold) {
  const test::TempFolder folder;
  RunLog log(folder.path(""), 0);
  const std::string begun = folder.read(kEventFile);
  write(log, 1);
  EXPECT_EQ(folder.read("log.jsonl"), epoch_line(epoch(1)) + validation_line(epoch(1)));
  EXPECT_EQ(folder.read("log.csv"), csv_header() + to_csv_line(epoch(1)));
  EXPECT_EQ(folder.read(kEventFile), begun + event_scalars(1001, 10, epoch_scalars(epoch(1))) +
                                         event_scalars(1001.25, 10, validation_scalars(epoch(1))));
}

// Killed in the third epoch: two lines too many, the last one torn, and the events cut off in a record.
TEST(RunLog, ResumedLogsHaveNoGapNoDuplicateAndNoTornLine) {
  const test::TempFolder whole, resumed;
  for (const test::TempFolder* folder : {&whole, &resumed}) {
    RunLog log(folder->path(""), 0);
    for (const int number : {1, 2}) write(log, number);
  }
  const std::string json = resumed.read("log.jsonl"), events = resumed.read(kEventFile);
  resumed.file("log.jsonl", json + epoch_line(epoch(3)) + "{\"event\":\"valid");
  resumed.file("log.csv", resumed.read("log.csv") + "3,30,");
  resumed.file(kEventFile, events.substr(0, events.size() - 7));
  {
    RunLog log(resumed.path(""), 2);
    write(log, 3);
  }
  {
    RunLog log(whole.path(""), 2);
    write(log, 3);
  }
  EXPECT_EQ(texts(resumed), texts(whole));
}

TEST(RunLog, OpeningItAgainChangesNoByte) {
  const test::TempFolder folder;
  {
    RunLog log(folder.path(""), 0);
    write(log, 1);
  }
  const std::string events = folder.read(kEventFile);
  const Texts before = texts(folder);
  const RunLog log(folder.path(""), 1);
  EXPECT_EQ(texts(folder), before);
  EXPECT_EQ(folder.read(kEventFile), events);
}

TEST(RunLog, RunThatGoesBackForgetsWhatCameAfter) {
  const test::TempFolder folder;
  {
    RunLog log(folder.path(""), 0);
    for (const int number : {1, 2, 3}) write(log, number);
  }
  RunLog log(folder.path(""), 1);
  EXPECT_EQ(folder.read("log.jsonl"), epoch_line(epoch(1)) + validation_line(epoch(1)));
  EXPECT_EQ(folder.read("log.csv"), csv_header() + to_csv_line(epoch(1)));
}

}  // namespace
}  // namespace tn
