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

JointTable table_of(const std::string& name) {
  return {{{"dice.mean", "Dice (mean)", 1}}, {{name, {{0.5, {}, {}, false}}}}, {}, 2};
}

// The line of the row.
std::string latex_row(const std::string& name) {
  const std::string text = table_latex(table_of(name));
  const std::size_t begin = text.find("\\midrule\n") + 9;
  return text.substr(begin, text.find('\n', begin) - begin);
}

TEST(TableLatex, EscapesWhatTexTakesForACommand) {
  EXPECT_EQ(latex_row("a_b 5 % & #1 $x {y}"), "a\\_b 5 \\% \\& \\#1 \\$x \\{y\\} & 0.50 \\\\");
  EXPECT_EQ(latex_row("a\\b"), "a\\textbackslash{}b & 0.50 \\\\");
  EXPECT_EQ(latex_row("~^"), "\\textasciitilde{}\\textasciicircum{} & 0.50 \\\\");
}

TEST(TableLatex, WritesWhatTheDefaultFontsHaveInAnothersPlace) {
  EXPECT_EQ(latex_row("<a|b>"), "\\textless{}a\\textbar{}b\\textgreater{} & 0.50 \\\\");
}

TEST(TableLatex, KeepsSignsApartThatFontsWouldJoin) {
  EXPECT_EQ(latex_row("a--b"), "a-{}-b & 0.50 \\\\");
  EXPECT_EQ(latex_row("---"), "-{}-{}- & 0.50 \\\\");
  EXPECT_EQ(latex_row("?`!`"), "?{}`!{}` & 0.50 \\\\");
  EXPECT_EQ(latex_row("``a''"), "`{}`a'{}' & 0.50 \\\\");
  EXPECT_EQ(latex_row("a-b?!"), "a-b?! & 0.50 \\\\");
}

TEST(TableLatex, NoNameIsAnOptionOfTheRowBefore) {
  EXPECT_EQ(latex_row("[a]*"), "{[}a]{*} & 0.50 \\\\");
}

TEST(TableLatex, ANameIsOneLine) {
  EXPECT_EQ(latex_row("a\nb\tc"), "a b c & 0.50 \\\\");
}

TEST(TableLatex, ANoteIsOneComment) {
  JointTable table = table_of("a");
  table.notes = {"two\nlines"};
  EXPECT_TRUE(table_latex(table).ends_with("\\end{tabular}\n% two lines\n"));
}

}  // namespace
}  // namespace tn
