#include "libcore/cli/run_tool.hpp"

#include <gmock/gmock.h>

#include <csignal>
#include <new>
#include <stdexcept>

#include "libcore/base/interrupt.hpp"

namespace {

using testing::HasSubstr;
using testing::StartsWith;

struct Outcome {
  int status = -1;
  std::string out;
  std::string err;
};

using Body = std::function<tn::Exit(const tn::Invocation&)>;

int status_of(std::vector<std::string> arguments, const Body& body) {
  tn::Flags flags({"tn-x", "Does one thing.", "[OPTION]..."});
  arguments.insert(arguments.begin(), "tn-x");
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  return tn::run_tool(static_cast<int>(argv.size()), argv.data(), flags, body);
}

Outcome run(const std::vector<std::string>& arguments, const Body& body) {
  Outcome outcome;
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  outcome.status = status_of(arguments, body);
  outcome.out = testing::internal::GetCapturedStdout();
  outcome.err = testing::internal::GetCapturedStderr();
  return outcome;
}

tn::Exit never(const tn::Invocation&) {
  ADD_FAILURE() << "the body ran";
  return tn::Exit::ok;
}

TEST(RunTool, GivesTheBodysExitCode) {
  EXPECT_EQ(run({}, [](const tn::Invocation&) { return tn::Exit::partial; }).status, 1);
}
TEST(RunTool, HelpGoesToStdoutAndTheBodyDoesNotRun) {
  const Outcome outcome = run({"--help"}, never);
  EXPECT_EQ(outcome.status, 0);
  EXPECT_THAT(outcome.out, StartsWith("Usage: tn-x [OPTION]...\nDoes one thing.\n"));
  EXPECT_EQ(outcome.err, "");
}
TEST(RunTool, VersionGoesToStdout) {
  const Outcome outcome = run({"-V"}, never);
  EXPECT_EQ(outcome.status, 0);
  EXPECT_THAT(outcome.out, StartsWith("tn-x "));
}
TEST(RunTool, ConfigurationGoesToStdout) {
  EXPECT_THAT(run({"--print-config"}, never).out, HasSubstr("color = auto\n"));
}
TEST(RunTool, WrongCommandLineIs2) {
  const Outcome outcome = run({"--nonsense"}, never);
  EXPECT_EQ(outcome.status, 2);
  EXPECT_EQ(outcome.err, "tn-x: error: unknown option '--nonsense'; --help lists them all\n");
}
TEST(RunTool, ErrorsBecomeTheirLineAndCode) {
  const Outcome outcome = run(
      {}, [](const tn::Invocation&) -> tn::Exit { throw tn::Error(tn::Exit::bad_data, "a.csv:3: short"); });
  EXPECT_EQ(outcome.status, 65);
  EXPECT_EQ(outcome.err, "tn-x: error: a.csv:3: short\n");
}
TEST(RunTool, OtherExceptionsAre70WithTheirFirstLine) {
  const Outcome outcome =
      run({}, [](const tn::Invocation&) -> tn::Exit { throw std::runtime_error("first\nsecond"); });
  EXPECT_EQ(outcome.status, 70);
  EXPECT_EQ(outcome.err, "tn-x: error: internal error: first\n");
}
TEST(RunTool, OutOfMemoryIs75) {
  EXPECT_EQ(run({}, [](const tn::Invocation&) -> tn::Exit { throw std::bad_alloc(); }).status, 75);
}
// The words of cv::Exception, which a golden case of tn-preprocess meets for real.
TEST(RunTool, OutOfMemoryInOpenCvIs75Too) {
  const Outcome outcome = run({}, [](const tn::Invocation&) -> tn::Exit {
    throw std::runtime_error(
        "OpenCV(4.6.0) alloc.cpp:73: error: (-4:Insufficient memory) Failed to allocate 9 bytes");
  });
  EXPECT_EQ(outcome.status, 75);
  EXPECT_EQ(outcome.err, "tn-x: error: out of memory\n");
}
TEST(RunTool, ColourIsPaintedOnDemandOnly) {
  const Body body = [](const tn::Invocation& call) {
    call.log.warning("w");
    return tn::Exit::ok;
  };
  EXPECT_EQ(run({}, body).err, "tn-x: warning: w\n");
  EXPECT_EQ(run({"--color", "always"}, body).err, "tn-x: \033[33mwarning: \033[0mw\n");
}
TEST(RunTool, ProgressIsOffWhereStderrIsNoTerminal) {
  run({}, [](const tn::Invocation& call) {
    EXPECT_FALSE(call.progress);
    return tn::Exit::ok;
  });
  run({"--progress"}, [](const tn::Invocation& call) {
    EXPECT_TRUE(call.progress);
    return tn::Exit::ok;
  });
}
TEST(RunToolDeathTest, EndsByTheSignalThatWasNoted) {
  EXPECT_EXIT(status_of({},
                        [](const tn::Invocation&) {
                          const tn::InterruptScope scope;
                          std::raise(SIGINT);
                          return tn::Exit::interrupted;
                        }),
              testing::KilledBySignal(SIGINT), "");
}

Outcome run_command(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "tn-y");
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  const std::vector<tn::Command> commands{{"sheet", "draws a sheet", [](int argc, char** words) {
                                             return argc == 2 && words[1][0] == 'a' ? 0 : 9;
                                           }}};
  Outcome outcome;
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  outcome.status =
      tn::run_commands(static_cast<int>(argv.size()), argv.data(), {"tn-y", "Draws.", "COMMAND"}, commands);
  outcome.out = testing::internal::GetCapturedStdout();
  outcome.err = testing::internal::GetCapturedStderr();
  return outcome;
}

TEST(RunCommands, HandsTheRestToTheCommand) {
  EXPECT_EQ(run_command({"sheet", "a"}).status, 0);
}
TEST(RunCommands, HelpListsTheCommands) {
  const Outcome outcome = run_command({"--help"});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_THAT(outcome.out, HasSubstr("  sheet         draws a sheet\n"));
}
TEST(RunCommands, MisspeltCommandNamesTheClosest) {
  const Outcome outcome = run_command({"shet"});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_EQ(outcome.err, "tn-y: error: unknown command 'shet'; did you mean 'sheet'?\n");
}
TEST(RunCommands, NoCommandIs2) {
  EXPECT_EQ(run_command({}).status, 2);
}

}  // namespace
