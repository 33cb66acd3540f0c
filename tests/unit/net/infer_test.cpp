#include "libcore/net/infer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>
#include <opencv2/core.hpp>

#include "libcore/base/error.hpp"
#include "libcore/base/file.hpp"
#include "libcore/image/image_io.hpp"

namespace tn {
namespace {

// Calls the bright pixels nodule and the mean the probability of malignancy; keeps the sizes of its batches.
class BrightPredictor : public Predictor {
 public:
  std::vector<NetOutput> predict(std::span<const cv::Mat1b> frames) override {
    batches.push_back(frames.size());
    if (frames.size() > room) throw Error(Exit::try_again, "out of memory in the network");
    std::vector<NetOutput> outputs;
    for (const cv::Mat1b& frame : frames) {
      cv::Mat1f probability;
      frame.convertTo(probability, CV_32F, 1.0 / 255);
      outputs.push_back({probability, p_malignant.value_or(cv::mean(frame)[0] / 255)});
    }
    return outputs;
  }
  const nlohmann::json& meta() const override { return meta_; }
  std::vector<std::size_t> batches;
  std::optional<double> p_malignant;  // instead of the mean
  std::size_t room = 1000;            // frames at a time that there is memory for

 private:
  nlohmann::json meta_;
};

struct Ran {
  InferOutcome outcome;
  std::vector<Record> records;
  std::vector<std::size_t> batches;
  std::vector<std::int64_t> fewer;
  std::string folder;
};

std::string fresh_folder(const std::string& name) {
  const std::string folder = testing::TempDir() + "infer_" + name;
  create_folders(folder);
  return folder;
}

ModelSpec spec_of(std::int64_t size) {
  ModelSpec spec;
  spec.preprocess.size = size;
  spec.preprocess.fit = Fit::stretch;
  return spec;
}

Ran infer_lines(const std::string& name, const std::string& lines, InferOptions options = {},
                std::optional<double> p_malignant = std::nullopt, std::size_t room = 1000) {
  Ran run;
  run.folder = fresh_folder(name);
  write_whole(run.folder + "/in.jsonl", lines, true);
  options.emit.root = run.folder;
  options.emit.folder = run.folder + "/out";
  options.emit.force = true;
  BrightPredictor predictor;
  predictor.p_malignant = p_malignant;
  predictor.room = room;
  {
    ManifestReader reader(run.folder + "/in.jsonl");
    ManifestWriter writer(run.folder + "/out.jsonl", true);
    writer.header(reader.header());
    const ModelSpec spec = spec_of(32);
    const std::string hash = "0123456789abcdef";
    run.outcome =
        infer(reader, writer, {predictor, spec, hash}, options,
              {[](const Record&) {}, [] {}, [&](std::int64_t frames) { run.fewer.push_back(frames); }});
  }
  run.records = load_manifest(run.folder + "/out.jsonl").records;
  run.batches = predictor.batches;
  return run;
}

// 40 x 20 px, left half bright.
void draw(const std::string& folder, const std::string& file) {
  cv::Mat1b image(20, 40, std::uint8_t{10});
  image(cv::Rect(0, 0, 20, 20)) = 240;
  save_png(folder + "/" + file, image, true);
}

TEST(Infer, MasksLieOnTheOriginalGrid) {
  const std::string folder = fresh_folder("grid");
  draw(folder, "a.png");
  const Ran run = infer_lines("grid", "{\"id\":\"a\",\"image\":\"a.png\"}\n");
  ASSERT_EQ(run.records.size(), 1U);
  EXPECT_EQ(run.records[0].at("pred.mask")->get<std::string>(), run.folder + "/out/a.png");
  const cv::Mat1b mask = load_grey(run.folder + "/out/a.png");
  EXPECT_EQ(mask.size(), cv::Size(40, 20));
  EXPECT_EQ(mask(10, 2), 255);
  EXPECT_EQ(mask(10, 38), 0);
  EXPECT_EQ(run.records[0].text("model"), "0123456789abcdef");
  EXPECT_NEAR(*run.records[0].number("p_malignant"), 125.0 / 255, 0.02);
}

TEST(Infer, TheWindowThatSeesTheNoduleDecidesOnTheClass) {
  const std::string folder = fresh_folder("windows");
  cv::Mat1b image(32, 64, std::uint8_t{0});
  image(cv::Rect(32, 0, 32, 32)) = 204;
  save_png(folder + "/a.png", image, true);
  InferOptions options;
  options.windows = {32, 0};
  const Ran run = infer_lines("windows", "{\"id\":\"a\",\"image\":\"a.png\"}\n", options);
  EXPECT_NEAR(*run.records[0].number("p_malignant"), 0.8, 1e-6);
  const cv::Mat1b mask = load_grey(run.folder + "/out/a.png");
  EXPECT_EQ(mask.size(), cv::Size(64, 32));
  EXPECT_EQ(cv::countNonZero(mask), 32 * 32);
  EXPECT_EQ(mask(5, 32), 255);
  EXPECT_EQ(run.batches, (std::vector<std::size_t>{1, 1}));
}

TEST(Infer, ABadRecordStaysInItsPlaceAndOthersAreUnharmed) {
  const std::string folder = fresh_folder("bad");
  draw(folder, "a.png");
  const Ran run = infer_lines("bad",
                              "{\"id\":\"1\",\"image\":\"a.png\"}\n{\"id\":\"2\",\"image\":\"gone.png\"}\n"
                              "{\"id\":\"3\",\"image\":\"a.png\"}\n");
  ASSERT_EQ(run.records.size(), 3U);
  EXPECT_FALSE(run.records[0].failed());
  EXPECT_TRUE(run.records[1].failed());
  EXPECT_FALSE(run.records[2].failed());
  EXPECT_EQ(run.records[1].at("error.stage")->get<std::string>(), "tn-infer");
  EXPECT_EQ(run.outcome.failed, 1);
  EXPECT_EQ(run.outcome.records, 3);
}

TEST(Infer, ErrorRecordsThatArriveArePassedOnAndNotCounted) {
  const std::string line =
      "{\"id\":\"1\",\"status\":\"error\",\"error\":{\"stage\":\"x\",\"code\":\"y\",\"msg\":\"z\"}}";
  const Ran run = infer_lines("arrive", line + "\n");
  ASSERT_EQ(run.records.size(), 1U);
  EXPECT_EQ(run.records[0].line(), line);
  EXPECT_EQ(run.outcome.failed, 0);
}

TEST(Infer, OrderHoldsForAnyBatch) {
  const std::string folder = fresh_folder("order");
  draw(folder, "a.png");
  std::string lines;
  for (int i = 0; i < 7; ++i)
    lines += fmt::format("{{\"id\":\"{}\",\"image\":\"{}\"}}\n", i, i == 3 ? "gone.png" : "a.png");
  InferOptions options;
  options.batch = 4;
  const Ran run = infer_lines("order", lines, options);
  ASSERT_EQ(run.records.size(), 7U);
  for (int i = 0; i < 7; ++i) EXPECT_EQ(run.records[static_cast<std::size_t>(i)].id(), std::to_string(i));
  EXPECT_EQ(run.batches, (std::vector<std::size_t>{4, 2}));
}

TEST(Infer, WhereMemoryEndsHalfAsManyAreAnsweredAtATime) {
  const std::string folder = fresh_folder("memory");
  draw(folder, "a.png");
  std::string lines;
  for (int i = 0; i < 6; ++i) lines += fmt::format("{{\"id\":\"{}\",\"image\":\"a.png\"}}\n", i);
  InferOptions options;
  options.batch = 4;
  const Ran run = infer_lines("memory", lines, options, std::nullopt, /*room=*/2);
  EXPECT_EQ(run.outcome.failed, 0);
  EXPECT_EQ(run.records.size(), 6U);
  EXPECT_EQ(run.batches, (std::vector<std::size_t>{4, 2, 2, 2}));
  EXPECT_EQ(run.fewer, (std::vector<std::int64_t>{2}));
  EXPECT_THROW(infer_lines("memory", lines, options, std::nullopt, /*room=*/0), Error);
}

TEST(Infer, SelectAndLimitChooseRecords) {
  const std::string folder = fresh_folder("select");
  draw(folder, "a.png");
  std::string lines;
  for (int i = 0; i < 6; ++i)
    lines += fmt::format("{{\"id\":\"{}\",\"image\":\"a.png\",\"split\":\"{}\"}}\n", i,
                         i % 2 == 0 ? "test" : "train");
  InferOptions options;
  options.selection = {{parse_condition("split=test")}, 2};
  const Ran run = infer_lines("select", lines, options);
  ASSERT_EQ(run.records.size(), 2U);
  EXPECT_EQ(run.records[1].id(), "2");
}

TEST(Infer, APreprocessedRecordOfAnotherModelEndsTheRun) {
  const std::string folder = fresh_folder("hash");
  draw(folder, "a.png");
  try {
    infer_lines("hash",
                "{\"id\":\"1\",\"image\":\"a.png\",\"pre\":{\"image\":\"a.png\",\"hash\":\"other\"}}\n");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_code(), Exit::bad_data);
    EXPECT_THAT(error.what(), testing::HasSubstr("--from-raw"));
  }
}

TEST(Infer, FromRawGoesBackToTheOriginal) {
  const std::string folder = fresh_folder("raw");
  draw(folder, "a.png");
  InferOptions options;
  options.from_raw = true;
  const Ran run = infer_lines(
      "raw", "{\"id\":\"1\",\"image\":\"a.png\",\"pre\":{\"image\":\"gone.png\",\"hash\":\"other\"}}\n",
      options);
  EXPECT_EQ(run.outcome.failed, 0);
}

TEST(Infer, APreprocessedRecordIsTakenAsItIs) {
  const std::string folder = fresh_folder("taken");
  save_png(folder + "/frame.png", cv::Mat1b(32, 32, std::uint8_t{200}), true);
  const ModelSpec spec = spec_of(32);
  const nlohmann::json pre = {{"image", "frame.png"},
                              {"mask", nullptr},
                              {"geometry", to_json(place({40, 20}, 32, Fit::stretch))},
                              {"hash", preprocess_hash(spec.preprocess)}};
  const Ran run = infer_lines("taken", "{\"id\":\"1\",\"image\":\"gone.png\",\"pre\":" + pre.dump() + "}\n");
  EXPECT_EQ(run.outcome.failed, 0);
  EXPECT_EQ(load_grey(run.folder + "/out/1.png").size(), cv::Size(40, 20));
}

TEST(Infer, APreprocessedRecordWithoutAHashEndsTheRun) {
  EXPECT_THROW(infer_lines("nohash", "{\"id\":\"1\",\"image\":\"a.png\",\"pre\":{\"image\":\"a.png\"}}\n"),
               Error);
}

TEST(Infer, GeometryOfAnotherFrameFailsItsRecordAlone) {
  const std::string folder = fresh_folder("geometry");
  draw(folder, "a.png");
  save_png(folder + "/frame.png", cv::Mat1b(32, 32, std::uint8_t{200}), true);
  const nlohmann::json pre = {{"image", "frame.png"},
                              {"geometry", to_json(place({40, 20}, 64, Fit::stretch))},
                              {"hash", preprocess_hash(spec_of(32).preprocess)}};
  const Ran run = infer_lines("geometry", "{\"id\":\"1\",\"image\":\"a.png\",\"pre\":" + pre.dump() +
                                              "}\n{\"id\":\"2\",\"image\":\"a.png\"}\n");
  ASSERT_EQ(run.records.size(), 2U);
  EXPECT_TRUE(run.records[0].failed());
  EXPECT_FALSE(run.records[1].failed());
}

TEST(Infer, WhatAnotherModelSaidIsTakenAway) {
  const std::string folder = fresh_folder("stale");
  const Ran run = infer_lines(
      "stale", "{\"id\":\"1\",\"image\":\"gone.png\",\"p_malignant\":0.9,\"pred\":{},\"model\":\"m\"}\n");
  ASSERT_EQ(run.records.size(), 1U);
  for (const char* key : {"p_malignant", "pred", "model"}) EXPECT_FALSE(run.records[0].has(key)) << key;
}

TEST(Infer, AnAnswerThatIsNotFiniteFailsItsRecord) {
  const std::string folder = fresh_folder("nan");
  draw(folder, "a.png");
  const Ran run = infer_lines("nan", "{\"id\":\"1\",\"image\":\"a.png\"}\n", {},
                              std::numeric_limits<double>::quiet_NaN());
  ASSERT_EQ(run.records.size(), 1U);
  EXPECT_TRUE(run.records[0].failed());
  EXPECT_FALSE(run.records[0].has("p_malignant"));
  EXPECT_EQ(run.outcome.failed, 1);
  EXPECT_FALSE(path_exists(run.folder + "/out/1.png"));
}

// Fewer frames than a batch, and more records without one behind them than are held.
TEST(Infer, ManyFailedRecordsBehindAWaitingFrameGoOn) {
  const std::string folder = fresh_folder("behind");
  draw(folder, "a.png");
  std::string lines = "{\"id\":\"0\",\"image\":\"a.png\"}\n";
  for (int i = 1; i < 40; ++i) lines += fmt::format("{{\"id\":\"{}\",\"image\":\"gone.png\"}}\n", i);
  InferOptions options;
  options.batch = 4;
  const Ran run = infer_lines("behind", lines, options);
  ASSERT_EQ(run.records.size(), 40U);
  for (int i = 0; i < 40; ++i) EXPECT_EQ(run.records[static_cast<std::size_t>(i)].id(), std::to_string(i));
  EXPECT_EQ(run.outcome.failed, 39);
}

TEST(Infer, ABatchOutOfReasonIsRefused) {
  InferOptions options;
  for (const std::int64_t batch : {std::int64_t{0}, std::int64_t{1} << 40}) {
    options.batch = batch;
    EXPECT_THROW(check(options), Error);
  }
}

TEST(Infer, ThresholdOutsideOfZeroAndOneIsRefused) {
  InferOptions options;
  options.threshold = 1.0;
  EXPECT_THROW(check(options), Error);
  options.threshold = 0.5;
  EXPECT_NO_THROW(check(options));
}

TEST(Infer, AnExistingMaskIsNotOverwrittenWithoutForce) {
  const std::string folder = fresh_folder("force");
  draw(folder, "a.png");
  create_folders(folder + "/out");
  write_whole(folder + "/out/1.png", "mine", true);
  write_whole(folder + "/in.jsonl", "{\"id\":\"1\",\"image\":\"a.png\"}\n", true);
  InferOptions options;
  options.emit.root = folder;
  options.emit.folder = folder + "/out";
  BrightPredictor predictor;
  ManifestReader reader(folder + "/in.jsonl");
  ManifestWriter writer(folder + "/out.jsonl", true);
  writer.header(reader.header());
  const ModelSpec spec = spec_of(32);
  const std::string hash = "m";
  EXPECT_THROW(infer(reader, writer, {predictor, spec, hash}, options,
                     {[](const Record&) {}, [] {}, [](std::int64_t) {}}),
               Error);
  EXPECT_EQ(read_file(folder + "/out/1.png"), "mine");
}

}  // namespace
}  // namespace tn
