#include "libcore/image/preprocess_manifest.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <nlohmann/json.hpp>

#include "libcore/base/file.hpp"
#include "libcore/base/interrupt.hpp"
#include "tests/support/temp_folder.hpp"
#include "tests/unit/image/fixtures.hpp"

namespace tn {
namespace {

using test::TempFolder;

class PreprocessManifest : public testing::Test {
 protected:
  PreprocessManifest() {
    options_.frame = {32, Fit::stretch};
    options_.store = {folder_.path("pre"), folder_.path("")};
    for (int i = 0; i < 12; ++i)
      save_png(folder_.path(fmt::format("{}.png", i)), cv::Mat1b(8 + i, 9, static_cast<std::uint8_t>(i)),
               false);
  }

  // Twelve records, of which number 5 names no file; then `more`.
  void write_input(const std::string& more = "") {
    std::string text;
    for (int i = 0; i < 12; ++i)
      text += fmt::format("{{\"id\":\"{}\",\"image\":\"{}.png\"}}\n", i, i == 5 ? 99 : i);
    write_whole(folder_.path("in.jsonl"), text + more, true);
  }

  std::int64_t run() {
    ManifestReader reader(folder_.path("in.jsonl"));
    ManifestWriter writer(folder_.path("out.jsonl"), true);
    const FrameStore store(options_.store);
    return preprocess_manifest(
        reader, writer, store, options_,
        [&](const Record&, const std::string& failure) { failures_ += failure.empty() ? "." : "F"; });
  }

  TempFolder folder_;
  PreprocessManifestOptions options_;
  std::string failures_;
};

TEST_F(PreprocessManifest, WritesALineForALineAndCountsFailures) {
  write_input();
  EXPECT_EQ(run(), 1);
  EXPECT_EQ(failures_, ".....F......");
  const Manifest out = load_manifest(folder_.path("out.jsonl"));
  ASSERT_EQ(out.records.size(), 12U);
  for (std::size_t i = 0; i < 12; ++i) EXPECT_EQ(out.records[i].id(), std::to_string(i));
  EXPECT_TRUE(read_file(folder_.path("out.jsonl")).ends_with("{\"tn\":\"end\",\"n\":12,\"errors\":1}\n"));
}

TEST_F(PreprocessManifest, AnyJobsGiveTheSameBytes) {
  write_input();
  options_.jobs = 1;
  run();
  const std::string one = read_file(folder_.path("out.jsonl"));
  for (const std::int64_t jobs : {0, 2, 7}) {
    options_.jobs = jobs;
    run();
    EXPECT_EQ(read_file(folder_.path("out.jsonl")), one);
  }
}

TEST_F(PreprocessManifest, RecordsBeforeABrokenLineAreDone) {
  write_input("{\"id\":\n");
  EXPECT_TRUE(error_of([&] { run(); }).starts_with("65: "));
  EXPECT_EQ(failures_, ".....F......");
}

TEST_F(PreprocessManifest, FailFastStopsAtTheFirst) {
  write_input();
  options_.fail_fast = true;
  const std::string error = error_of([&] { run(); });
  EXPECT_EQ(error, "1: 5: " + (folder_.path("99.png")) + ": No such file or directory");
  EXPECT_EQ(failures_, ".....");
  EXPECT_FALSE(path_exists(folder_.path("out.jsonl")));
}

TEST_F(PreprocessManifest, SignalEndsItWithoutAnEndRecord) {
  write_input();
  const InterruptScope scope;
  std::raise(SIGTERM);
  EXPECT_EQ(run(), 0);
  EXPECT_EQ(failures_, "");
  EXPECT_FALSE(path_exists(folder_.path("out.jsonl")));
  const InterruptScope forget;
}

TEST_F(PreprocessManifest, SelectionCountsMatchingRecords) {
  write_input();
  options_.selection.conditions = {{"id", "0", false}};
  options_.selection.limit = 3;
  EXPECT_EQ(run(), 0);
  EXPECT_EQ(load_manifest(folder_.path("out.jsonl")).records.front().id(), "1");
  EXPECT_EQ(failures_, "...");
}

TEST(PreprocessedHeader, NamesOptionsAndHash) {
  EXPECT_EQ(preprocessed_header(Header(), {64, Fit::stretch}, "a").json("pre")->dump(),
            fmt::format(R"({{"hash":"{}","options":{{"fit":"stretch","size":64}}}})",
                        preprocess_hash({64, Fit::stretch})));
}

TEST(PreprocessedHeader, OfTheSameOptionsIsKept) {
  const Header once = preprocessed_header(Header(), {64, Fit::stretch}, "a");
  EXPECT_EQ(preprocessed_header(once, {64, Fit::stretch}, "a").line(), once.line());
}

TEST(PreprocessedHeader, OfOtherOptionsIsRefused) {
  const Header once = preprocessed_header(Header(), {64, Fit::stretch}, "a");
  EXPECT_TRUE(error_of([&] {
                preprocessed_header(once, {96, Fit::stretch}, "a");
              }).starts_with("65: a: is preprocessed with "));
}

TEST(PreprocessManifestOptions, AreChecked) {
  const auto error = [](auto change) {
    PreprocessManifestOptions options;
    change(options);
    return error_of([&] { check(options); });
  };
  EXPECT_EQ(error([](auto& o) { o.jobs = -1; }), "2: --jobs: -1 is not a number from 0 up");
  EXPECT_EQ(error([](auto& o) { o.max_pixels = 0; }), "2: --max-pixels: 0 is not a number from 1 up");
  EXPECT_EQ(error([](auto& o) { o.selection.limit = -2; }), "2: a limit of -2 records");
  EXPECT_EQ(error([](auto& o) { o.frame.size = 8; }), "2: --size: 8 is not in 32 to 4096 px");
  EXPECT_EQ(error([](auto& o) { o.store.compression = -1; }), "2: compression -1 is not in 0 to 9");
  EXPECT_EQ(error([](auto&) {}), "no error");
}

}  // namespace
}  // namespace tn
