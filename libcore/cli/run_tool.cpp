#include "libcore/cli/run_tool.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <new>
#include <string_view>

#include "libcore/base/file.hpp"
#include "libcore/base/interrupt.hpp"
#include "libcore/base/text.hpp"
#include "libcore/base/version.hpp"

namespace tn {
namespace {

bool wants_colour(Colour colour) {
  if (colour != Colour::automatic) return colour == Colour::always;
  const char* none = std::getenv("NO_COLOR");
  return (none == nullptr || *none == '\0') && ::isatty(STDERR_FILENO) == 1;
}

Exit print(std::string_view text) {
  TextOutput out("-", false);
  out.write(text);
  out.finish();
  return Exit::ok;
}

std::string version_text(const About& about) {
  const std::string tool = about.name.substr(0, about.name.find(' '));
  return fmt::format(
      "{} {}\nFFANet+MTL thyroid nodule tools. Apache-2.0. For research; not a medical device.\n", tool,
      version());
}

std::string first_line(const char* text) {
  const std::string_view all(text);
  return printable(all.substr(0, all.find('\n')), 500);
}

// OpenCV throws a type of its own where memory ends, which this layer does not see; its words tell.
bool is_out_of_memory(const std::exception& error) {
  return std::string_view(error.what()).find("(-4:Insufficient memory)") != std::string_view::npos;
}

int number(Exit code) {
  return static_cast<int>(code);
}

Exit answer(const Flags& flags, const std::function<Exit(const Invocation&)>& body) {
  const CommonOptions& common = flags.common();
  if (common.help) return print(flags.help_text());
  if (common.version) return print(version_text(flags.about()));
  if (common.print_config) return print(flags.config_text());
  const Verbosity verbosity = common.quiet     ? Verbosity::quiet
                              : common.verbose ? Verbosity::verbose
                                               : Verbosity::normal;
  const std::string program = flags.about().name.substr(0, flags.about().name.find(' '));
  const Log log(program, verbosity, wants_colour(common.colour));
  const bool progress = common.progress.value_or(::isatty(STDERR_FILENO) == 1 && !common.quiet);
  return body({log, program, flags.command_line(), flags.config_text(Flags::Settings::work), progress,
               flags.typed()});
}

// No file that is opened later may become stdin, stdout or stderr: the place of a closed one is taken by what
// can be neither read from nor written to, under no name.
void keep_standard_streams() {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    while (::fcntl(stream, F_GETFD) == -1 && errno == EBADF)
      if (::open("/", O_PATH) != stream) return;
}

}  // namespace

int run_tool(int argc, char** argv, Flags flags, const std::function<Exit(const Invocation&)>& body) {
  keep_standard_streams();
  std::signal(SIGPIPE, SIG_DFL);  // a closed pipe ends us quietly, also where a parent ignored the signal
  const std::string program = flags.about().name.substr(0, flags.about().name.find(' '));
  // Made when it is needed: what --color said is known by then, unless the command line itself is wrong.
  const auto say = [&](const std::string& text) {
    Log(program, Verbosity::normal, wants_colour(flags.common().colour)).error(text);
  };
  Exit code = Exit::internal;
  try {
    flags.parse(std::vector<std::string>(argv + 1, argv + argc));
    code = answer(flags, body);
  } catch (const Error& error) {
    say(error.what());
    code = error.exit_code();
  } catch (const std::bad_alloc&) {
    say("out of memory");
    code = Exit::try_again;
  } catch (const std::exception& error) {
    const bool memory = is_out_of_memory(error);
    say(memory ? "out of memory" : fmt::format("internal error: {}", first_line(error.what())));
    if (memory) code = Exit::try_again;
  }
  std::fflush(stderr);
  if (const int signal = interrupt_signal(); signal != 0 && code != Exit::try_again) {
    std::fflush(stdout);
    raise_again(signal);
  }
  return number(code);
}

int run_commands(int argc, char** argv, const About& about, const std::vector<Command>& commands) {
  const Log log(about.name, Verbosity::normal, wants_colour(Colour::automatic));
  const std::string word = argc > 1 ? argv[1] : "";
  try {
    if (word == "-h" || word == "--help") {
      std::string text =
          fmt::format("Usage: {} {}\n{}\n\nCommands:\n", about.name, about.synopsis, about.summary);
      for (const Command& command : commands)
        text += fmt::format("  {:<14}{}\n", command.name, command.summary);
      text += fmt::format("\n'{} COMMAND --help' describes a command's options.\n", about.name);
      return number(print(text));
    }
    if (word == "-V" || word == "--version") return number(print(version_text(about)));
    if (word.empty()) throw Error(Exit::usage, "no command given; --help lists them");
    std::vector<std::string> names;
    for (const Command& command : commands) {
      if (command.name == word) return command.run(argc - 1, argv + 1);
      names.push_back(command.name);
    }
    const auto near = closest(word, names);
    throw Error(Exit::usage, "unknown command '{}'{}", printable(word),
                near ? fmt::format("; did you mean '{}'?", *near) : "; --help lists them");
  } catch (const Error& error) {
    log.error(error.what());
    return number(error.exit_code());
  }
}

}  // namespace tn
