#include "libcore/eval/joint_table.hpp"

#include <gtest/gtest.h>

namespace tn {
namespace {

using Names = std::vector<std::string>;

TEST(ShortNames, AreWhatTellsPathsApart) {
  EXPECT_EQ(short_names({"runs/a/report.json", "runs/b/report.json"}), (Names{"a", "b"}));
  EXPECT_EQ(short_names({"a.json", "b.json"}), (Names{"a", "b"}));
  EXPECT_EQ(short_names({"x/a/1/r.json", "x/b/2/r.json"}), (Names{"a/1", "b/2"}));
  EXPECT_EQ(short_names({"/x/rad.jsonl", "/x/res.jsonl"}), (Names{"rad", "res"}));
}

TEST(ShortNames, OneAloneKeepsItsPath) {
  EXPECT_EQ(short_names({"runs/a/report.json"}), (Names{"runs/a/report"}));
}

TEST(ShortNames, PathsOfDifferentDepthKeepTheirDifference) {
  EXPECT_EQ(short_names({"runs/report.json", "runs/a/report.json"}), (Names{"report", "a/report"}));
}

}  // namespace
}  // namespace tn
