#include "libcore/cli/flags.hpp"

#include <gmock/gmock.h>

#include <cstdlib>

#include "tests/support/expect_error.hpp"
#include "tests/support/temp_folder.hpp"

namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using tn::test::TempFolder;
using tn::test::Thrown;
using tn::test::thrown_by;

enum class Fit { stretch, letterbox };

struct Options {
  std::string out = "-";
  std::int64_t size = 256;
  double rate = 0.15;
  std::optional<std::string> root;
  std::optional<std::int64_t> limit;
  std::optional<double> cut;
  std::vector<std::string> select{"first"};
  bool force = false;
  bool history = true;
  Fit fit = Fit::letterbox;
  std::int64_t jobs = 4;
  std::vector<std::string> inputs;
};

tn::Flags table(Options& o, std::size_t least = 0, std::size_t most = 9) {
  tn::Flags flags({"tn-x", "Reads and writes.", "[OPTION]... [INPUT]..."});
  flags.section("Output");
  flags.optional("output,o", o.out, "FILE", "where to");
  flags.toggle("force", o.force, "overwrite");
  flags.section("Work");
  flags.optional("size", o.size, "PX", "side");
  flags.optional("rate", o.rate, "SHARE", "share");
  flags.optional("root", o.root, "DIR", "folder");
  flags.optional("limit", o.limit, "N", "at most");
  flags.optional("cut", o.cut, "X", "cut");
  flags.repeated("select", o.select, "KEY=VALUE", "only these");
  flags.toggle_off("no-pg", o.history, "no history");
  flags.choice("fit", o.fit, {{"stretch", Fit::stretch}, {"letterbox", Fit::letterbox}}, "HOW", "fit");
  flags.optional("jobs,j", o.jobs, "N", "threads");
  flags.unrecorded();
  flags.from_environment("TN_TEST_JOBS");
  flags.operands(o.inputs, "INPUT", least, most);
  return flags;
}

Options parsed(const std::vector<std::string>& arguments) {
  Options o;
  table(o).parse(arguments);
  return o;
}

Thrown refused(const std::vector<std::string>& arguments) {
  return thrown_by([&] { parsed(arguments); });
}

// A variable that is set while in scope.
class Environment {
 public:
  explicit Environment(const char* value) { ::setenv("TN_TEST_JOBS", value, 1); }
  ~Environment() { ::unsetenv("TN_TEST_JOBS"); }
};

TEST(Flags, DefaultsAreTheFields) {
  const Options o = parsed({});
  EXPECT_EQ(o.size, 256);
  EXPECT_FALSE(o.root);
  EXPECT_THAT(o.select, ElementsAre("first"));
}
TEST(Flags, LongOptionsTakeTheValueEitherWay) {
  EXPECT_EQ(parsed({"--size", "64"}).size, 64);
  EXPECT_EQ(parsed({"--size=64"}).size, 64);
}
TEST(Flags, LettersTakeTheValueEitherWay) {
  EXPECT_EQ(parsed({"-j", "2"}).jobs, 2);
  EXPECT_EQ(parsed({"-j2"}).jobs, 2);
}
TEST(Flags, NegativeNumbersAreValues) {
  EXPECT_EQ(parsed({"--limit", "-5"}).limit, -5);
}
TEST(Flags, TheLastOfTwoWins) {
  EXPECT_EQ(parsed({"--size", "1", "--size", "2"}).size, 2);
}
TEST(Flags, TogglesSwitchOnAndOff) {
  const Options o = parsed({"--force", "--no-pg"});
  EXPECT_TRUE(o.force);
  EXPECT_FALSE(o.history);
}
TEST(Flags, OptionalNumbersAreSet) {
  const Options o = parsed({"--limit", "3", "--cut", "0.5", "--root", "a b"});
  EXPECT_EQ(o.limit, 3);
  EXPECT_EQ(o.cut, 0.5);
  EXPECT_EQ(o.root, "a b");
}
TEST(Flags, AListReplacesItsDefault) {
  EXPECT_THAT(parsed({"--select", "a=1", "--select", "b=2"}).select, ElementsAre("a=1", "b=2"));
}
TEST(Flags, ChoiceTakesOneOfItsWords) {
  EXPECT_EQ(parsed({"--fit", "stretch"}).fit, Fit::stretch);
}
TEST(Flags, ChoiceNamesItsWords) {
  const Thrown thrown = refused({"--fit", "crop"});
  EXPECT_EQ(thrown.exit_code, 2);
  EXPECT_EQ(thrown.text, "--fit: 'crop' is not one of stretch, letterbox");
}

TEST(Flags, OperandsMayComeAnywhere) {
  const Options o = parsed({"a", "--size", "8", "b"});
  EXPECT_THAT(o.inputs, ElementsAre("a", "b"));
  EXPECT_EQ(o.size, 8);
}
TEST(Flags, DashIsAnOperand) {
  EXPECT_THAT(parsed({"-"}).inputs, ElementsAre("-"));
}
TEST(Flags, DashIsAValue) {
  EXPECT_EQ(parsed({"-o", "-"}).out, "-");
}
TEST(Flags, TwoDashesEndTheOptions) {
  EXPECT_THAT(parsed({"--", "--size", "-j"}).inputs, ElementsAre("--size", "-j"));
}
TEST(Flags, TooManyOperandsAreRefused) {
  Options o;
  EXPECT_EQ(thrown_by([&] {
              table(o, 0, 1).parse({"a", "b"});
            }).text,
            "unexpected operand 'b': at most 1 expected");
  EXPECT_EQ(thrown_by([&] { table(o, 0, 0).parse({"a"}); }).text, "unexpected operand 'a'");
}
TEST(Flags, TooFewOperandsAreRefused) {
  Options o;
  EXPECT_EQ(thrown_by([&] { table(o, 1, 1).parse({}); }).text, "no INPUT given");
}
TEST(Flags, OperandsAreNotAnOption) {
  EXPECT_EQ(refused({"--operand", "x"}).exit_code, 2);
}

TEST(Flags, MisspeltOptionNamesTheClosest) {
  const Thrown thrown = refused({"--slect", "a=b"});
  EXPECT_EQ(thrown.exit_code, 2);
  EXPECT_EQ(thrown.text, "unknown option '--slect'; did you mean '--select'?");
}
TEST(Flags, MisspeltOptionWithAValueNamesTheClosest) {
  EXPECT_EQ(refused({"--slect=a=b"}).text, "unknown option '--slect'; did you mean '--select'?");
}
TEST(Flags, UnknownLetterIsRefused) {
  EXPECT_EQ(refused({"-x"}).text, "unknown option '-x'; --help lists them all");
}
TEST(Flags, PartOfANameIsNotTheName) {
  EXPECT_EQ(refused({"--siz", "4"}).text, "unknown option '--siz'; did you mean '--size'?");
}
TEST(Flags, MissingValueIsNamed) {
  EXPECT_EQ(refused({"--size"}).text, "--size needs a value");
  EXPECT_EQ(refused({"--size="}).text, "--size needs a value after '='");
}
TEST(Flags, TogglesTakeNoValue) {
  EXPECT_EQ(refused({"--force=yes"}).text, "--force takes no value");
}
TEST(Flags, NumbersAreCheckedToTheEnd) {
  EXPECT_EQ(refused({"--size", "4px"}).text, "--size: '4px' is not a whole number");
  EXPECT_EQ(refused({"--rate", "nan"}).text, "--rate: 'nan' is not a number");
}

TEST(Flags, RequiredOptionMustBeGiven) {
  std::string model;
  tn::Flags flags({"tn-x", "", ""});
  flags.required("model,m", model, "FILE", "the model");
  EXPECT_EQ(thrown_by([&] { flags.parse({}); }).text, "--model FILE is required");
}
TEST(Flags, RequiredOptionIsNotAskedOfHelp) {
  std::string model;
  tn::Flags flags({"tn-x", "", ""});
  flags.required("model,m", model, "FILE", "the model");
  flags.parse({"--help"});
  EXPECT_TRUE(flags.common().help);
}
TEST(Flags, QuietAndVerboseContradict) {
  EXPECT_EQ(refused({"-q", "-v"}).exit_code, 2);
}

TEST(Flags, EnvironmentBeatsTheDefault) {
  const Environment environment("7");
  EXPECT_EQ(parsed({}).jobs, 7);
}
TEST(Flags, CommandLineBeatsTheEnvironment) {
  const Environment environment("7");
  EXPECT_EQ(parsed({"-j", "2"}).jobs, 2);
}
TEST(Flags, BadEnvironmentNamesTheVariable) {
  const Environment environment("many");
  EXPECT_EQ(refused({}).text, "environment variable TN_TEST_JOBS: --jobs: 'many' is not a whole number");
}
TEST(Flags, EmptyEnvironmentIsNone) {
  const Environment environment("");
  EXPECT_EQ(parsed({}).jobs, 4);
}

TEST(Flags, ConfigurationBeatsTheDefault) {
  const TempFolder folder;
  const std::string path =
      folder.file("c.ini", "# words\nsize = 64\nforce = true\nselect = a=1\nselect = b=2\n");
  const Options o = parsed({"--config", path});
  EXPECT_EQ(o.size, 64);
  EXPECT_TRUE(o.force);
  EXPECT_THAT(o.select, ElementsAre("a=1", "b=2"));
}
TEST(Flags, CommandLineBeatsTheConfiguration) {
  const TempFolder folder;
  const std::string path = folder.file("c.ini", "size = 64\nselect = a=1\n");
  const Options o = parsed({"--select", "c=3", "--size", "32", "--config=" + path});
  EXPECT_EQ(o.size, 32);
  EXPECT_THAT(o.select, ElementsAre("c=3"));
}
TEST(Flags, EnvironmentBeatsTheConfiguration) {
  const TempFolder folder;
  const Environment environment("7");
  EXPECT_EQ(parsed({"--config", folder.file("c.ini", "jobs = 3\n")}).jobs, 7);
}
TEST(Flags, UnknownSettingNamesTheFile) {
  const TempFolder folder;
  const std::string path = folder.file("c.ini", "sise = 64\n");
  const Thrown thrown = refused({"--config", path});
  EXPECT_EQ(thrown.exit_code, 2);
  EXPECT_EQ(thrown.text, path + ": unknown setting 'sise'; did you mean 'size'?");
}
TEST(Flags, BadSettingNamesTheFile) {
  const TempFolder folder;
  const std::string path = folder.file("c.ini", "size = big\n");
  EXPECT_EQ(refused({"--config", path}).text, path + ": --size: 'big' is not a whole number");
}
TEST(Flags, MissingConfigurationIs66) {
  EXPECT_EQ(refused({"--config", "/nowhere/c.ini"}).exit_code, 66);
}
TEST(Flags, RequiredOptionMayComeFromTheConfiguration) {
  const TempFolder folder;
  std::string model;
  tn::Flags flags({"tn-x", "", ""});
  flags.required("model,m", model, "FILE", "the model");
  flags.parse({"--config", folder.file("c.ini", "model = a.safetensors\n")});
  EXPECT_EQ(model, "a.safetensors");
}

TEST(Flags, PrintedConfigurationReadsBack) {
  const TempFolder folder;
  Options o;
  tn::Flags flags = table(o);
  flags.parse({"--size", "64", "--select", "a=1", "--no-pg", "--fit", "stretch", "--rate", "0.2"});
  const Options again = parsed({"--config", folder.file("c.ini", flags.config_text())});
  EXPECT_EQ(again.size, 64);
  EXPECT_THAT(again.select, ElementsAre("a=1"));
  EXPECT_FALSE(again.history);
  EXPECT_EQ(again.fit, Fit::stretch);
  EXPECT_EQ(again.rate, 0.2);
  EXPECT_FALSE(again.root);
}

TEST(Flags, PrintedConfigurationKeepsEveryText) {
  const TempFolder folder;
  for (const std::string text :
       {"a#b", " a ", "\"a\"", "a\\b #\t\n", "#", "a = b", "[x]", "\u00e4 b", "r#\xE9", "\"", "\\"}) {
    Options o;
    tn::Flags flags = table(o);
    flags.parse({"--output", text, "--select", text, "--select", "b=2"});
    const Options again = parsed({"--config", folder.file("c.ini", flags.config_text())});
    EXPECT_EQ(again.out, text);
    EXPECT_THAT(again.select, ElementsAre(text, "b=2"));
  }
}
TEST(Flags, BrokenTextOfAConfigurationIsRefused) {
  const TempFolder folder;
  const std::string path = folder.file("c.ini", "output = \"a\n");
  EXPECT_EQ(refused({"--config", path}).text, path + ": --output: \"a is no text in quotes");
}
TEST(Flags, WhatHoldsForOneCallIsNotInTheConfiguration) {
  bool force = false;
  tn::Flags flags({"tn-x", "", ""});
  flags.toggle("force", force, "overwrite");
  flags.once();
  flags.parse({"--force"});
  EXPECT_TRUE(force);
  EXPECT_THAT(flags.config_text(), testing::Not(HasSubstr("force")));
}

TEST(Flags, ImpliedValueMayBeLeftOutAndFollowsAnEqualsSignOnly) {
  enum class When { never, always, automatic };
  for (const auto& [word, expected, recorded] :
       {std::tuple("--resume", When::always, "tn-x --resume=always a"),
        std::tuple("--resume=auto", When::automatic, "tn-x --resume=auto a"),
        std::tuple("--resume=never", When::never, "tn-x --resume=never a")}) {
    When when = When::never;
    std::vector<std::string> operands;
    tn::Flags flags({"tn-x", "", ""});
    flags.operands(operands, "input", 0, 1);
    flags.choice("resume", when,
                 {{"never", When::never}, {"always", When::always}, {"auto", When::automatic}}, "WHEN",
                 "go on");
    flags.implied("always");
    EXPECT_THAT(flags.help_text(), HasSubstr("--resume[=WHEN]"));
    flags.parse({word, "a"});
    EXPECT_EQ(when, expected);
    EXPECT_THAT(operands, ElementsAre("a"));
    EXPECT_EQ(flags.command_line(), recorded);
  }
}
TEST(Flags, TypedOptionsAreThoseOfTheCommandLineItself) {
  const TempFolder folder;
  Options o;
  tn::Flags flags = table(o);
  flags.parse({"--config", folder.file("c.ini", "output = a\n"), "--force", "x"});
  EXPECT_THAT(flags.typed(), ElementsAre("config", "force"));
}
TEST(Flags, CommandLineIsRecordedAsTyped) {
  Options o;
  tn::Flags flags = table(o);
  flags.parse({"a b", "-o", "x", "--force", "--select=it's"});
  EXPECT_EQ(flags.command_line(), "tn-x 'a b' --output x --force --select 'it'\\''s'");
}
TEST(Flags, ThreadsAndColourAreNotRecorded) {
  Options o;
  tn::Flags flags = table(o);
  flags.parse({"-j", "3", "-q", "--color", "never", "--no-progress"});
  EXPECT_EQ(flags.command_line(), "tn-x");
}
TEST(Flags, CommandLineIsRecordedOnceBesideAConfiguration) {
  const TempFolder folder;
  const std::string path = folder.file("c.ini", "size = 64\n");
  Options o;
  tn::Flags flags = table(o);
  flags.parse({"--config", path, "--force", "a"});
  EXPECT_EQ(flags.command_line(), "tn-x --config " + path + " --force a");
  EXPECT_THAT(o.inputs, ElementsAre("a"));
}

TEST(Flags, ProgressMayBeForcedOrForbidden) {
  Options o;
  tn::Flags on = table(o);
  on.parse({"--progress"});
  EXPECT_EQ(on.common().progress, true);
  tn::Flags off = table(o);
  off.parse({"--no-progress"});
  EXPECT_EQ(off.common().progress, false);
  tn::Flags neither = table(o);
  neither.parse({});
  EXPECT_EQ(neither.common().progress, std::nullopt);
}

TEST(HelpText, ShowsDefaultsSectionsAndVariables) {
  Options o;
  tn::Flags flags = table(o);
  flags.parse({"--help"});
  const std::string text = flags.help_text();
  EXPECT_THAT(text, HasSubstr("Usage: tn-x [OPTION]... [INPUT]...\nReads and writes.\n\nOutput:\n"));
  EXPECT_THAT(text, HasSubstr("      --size PX               side (default: 256)\n"));
  EXPECT_THAT(text,
              HasSubstr("  -j, --jobs N                threads (default: 4) [environment: TN_TEST_JOBS]\n"));
  EXPECT_THAT(text, HasSubstr("(may be given more than once)"));
}
TEST(HelpText, DefaultIsNotTheValueGiven) {
  Options o;
  tn::Flags flags = table(o);
  flags.parse({"--size", "64"});
  EXPECT_THAT(flags.help_text(), HasSubstr("side (default: 256)"));
}
TEST(HelpText, WrapsLongLinesInTheHelpColumn) {
  bool field = false;
  tn::Flags flags({"tn-x", "", ""});
  std::string words;
  for (int i = 0; i < 20; ++i) words += i == 0 ? "words" : " words";
  flags.toggle("x", field, words);
  for (std::size_t at = 0, end = 0; (end = flags.help_text().find('\n', at)) != std::string::npos;
       at = end + 1)
    EXPECT_LE(end - at, 100U);
  EXPECT_THAT(flags.help_text(), HasSubstr("\n" + std::string(30, ' ') + "words"));
}

}  // namespace
