// What stands around every tool: options in, one body, errors to one line and an exit code.
#pragma once

#include <algorithm>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "libcore/base/error.hpp"
#include "libcore/base/log.hpp"
#include "libcore/cli/flags.hpp"

namespace tn {

// What a tool's body needs to know of how it was called.
struct Invocation {
  const Log& log;
  std::string program;             // "tn-split"
  std::string command_line;        // for the `pg` entry of outputs
  std::string config_text;         // as --print-config prints it, but for how the program speaks
  bool progress = false;           // whether progress may be shown on stderr
  std::vector<std::string> typed;  // long names of the options on the command line itself

  bool has_typed(std::string_view option) const { return std::ranges::find(typed, option) != typed.end(); }
};

// Parses, answers --help, --version and --print-config, runs the body and translates exceptions:
// Error -> its line and code, memory that ends -> 75, anything else -> its first line and 70. Ends by signal
// if one was noted.
int run_tool(int argc, char** argv, Flags flags, const std::function<Exit(const Invocation&)>& body);

// A tool made of subcommands ("tn-viz sheet"), each with its own table and --help.
struct Command {
  std::string name;
  std::string summary;
  std::function<int(int argc, char** argv)> run;  // argv[0] is the subcommand's name
};
int run_commands(int argc, char** argv, const About& about, const std::vector<Command>& commands);

}  // namespace tn
