// Where flags get their values from: configuration file, environment, command line; and what they came to.
#include <fmt/format.h>

#include <algorithm>
#include <boost/program_options/cmdline.hpp>
#include <boost/program_options/errors.hpp>
#include <boost/program_options/options_description.hpp>
#include <boost/program_options/parsers.hpp>
#include <boost/program_options/positional_options.hpp>
#include <boost/program_options/value_semantic.hpp>
#include <cstdlib>
#include <sstream>

#include "libcore/base/error.hpp"
#include "libcore/base/file.hpp"
#include "libcore/base/text.hpp"
#include "libcore/cli/flags.hpp"
#include "libcore/cli/quoting.hpp"

namespace tn {
namespace {

namespace po = boost::program_options;

constexpr const char* kOperandKey = "operand";

po::options_description describe(const std::vector<Flag>& rows, bool config, bool operands) {
  po::options_description table;
  for (const Flag& row : rows) {
    if (config && !row.in_config) continue;
    auto* value = po::value<std::string>();
    if (row.placeholder.empty()) value->implicit_value("true")->zero_tokens();
    const std::string names =
        row.letter != 0 && !config ? fmt::format("{},{}", row.name, row.letter) : row.name;
    table.add_options()(names.c_str(), value, "");
  }
  if (operands) table.add_options()(kOperandKey, po::value<std::vector<std::string>>(), "");
  return table;
}

// Boost's sentences, shortened to ours.
std::string syntax_message(const po::error_with_option_name& error) {
  const std::string name = error.get_option_name();
  if (const auto* syntax = dynamic_cast<const po::invalid_syntax*>(&error)) {
    switch (syntax->kind()) {
      case po::invalid_syntax::missing_parameter:
        return fmt::format("{} needs a value", name);
      case po::invalid_syntax::empty_adjacent_parameter:
        return fmt::format("{} needs a value after '='", name);
      case po::invalid_syntax::extra_parameter:
        return fmt::format("{} takes no value", name);
      default:
        break;
    }
  }
  return error.what();
}

}  // namespace

void Flags::parse(const std::vector<std::string>& arguments) {
  add_common();
  read_arguments(arguments);  // a first look, for --config and for what decides defaults
  if (!common_->help && !common_->version) {
    const std::optional<std::string> config = common_->config;
    if (defaults_) {
      read_sources(config, arguments);
      defaults_();
    }
    read_sources(config, arguments);
    if (common_->quiet && common_->verbose)
      throw Error(Exit::usage, "--quiet and --verbose contradict each other");
    if (!common_->print_config) check_required();
  }
}

void Flags::read_sources(const std::optional<std::string>& config,
                         const std::vector<std::string>& arguments) {
  given_.clear();
  if (config) read_config(*config);
  read_environment();
  read_arguments(arguments);
}

void Flags::read_config(const std::string& path) {
  std::istringstream text(read_file(path));
  std::vector<std::string> seen;
  try {
    const auto parsed = po::parse_config_file(text, describe(rows_, true, false), false);
    for (const auto& option : parsed.options) {
      const Flag& flag = row(option.string_key);
      const bool first = std::find(seen.begin(), seen.end(), flag.name) == seen.end();
      if (first && flag.clear) flag.clear();
      seen.push_back(flag.name);
      given_.push_back(flag.name);
      for (const std::string& value : option.value) flag.set(ini_unquoted(flag.name, value));
    }
  } catch (const po::unknown_option& error) {
    std::vector<std::string> names;
    for (const Flag& flag : rows_)
      if (flag.in_config) names.push_back(flag.name);
    const std::string wrong = error.get_option_name();
    const auto near = closest(wrong, names);
    throw Error(Exit::usage, "{}: unknown setting '{}'{}", path, printable(wrong),
                near ? fmt::format("; did you mean '{}'?", *near) : "");
  } catch (const po::error& error) {
    throw Error(Exit::usage, "{}: {}", path, error.what());
  } catch (const Error& error) {
    if (error.exit_code() != Exit::usage) throw;
    throw Error(Exit::usage, "{}: {}", path, error.what());
  }
}

void Flags::read_environment() {
  for (const Flag& flag : rows_) {
    if (flag.variable.empty()) continue;
    const char* value = std::getenv(flag.variable.c_str());
    if (value == nullptr || *value == '\0') continue;
    // Known from the first look: what is typed wins, also over a value that would be wrong.
    if (std::find(typed_.begin(), typed_.end(), flag.name) != typed_.end()) continue;
    try {
      flag.set(value);
    } catch (const Error& error) {
      throw Error(Exit::usage, "environment variable {}: {}", flag.variable, error.what());
    }
  }
}

// "--resume" alone as "--resume=always": Boost would take the next word for its value.
std::vector<std::string> Flags::with_implied(std::vector<std::string> arguments) const {
  for (std::size_t i = 0; i < arguments.size() && arguments[i] != "--"; ++i)
    for (const Flag& flag : rows_) {
      if (flag.implied.empty() || arguments[i] != "--" + flag.name) continue;
      const std::string next = i + 1 < arguments.size() ? arguments[i + 1] : "";
      if (std::find(flag.words.begin(), flag.words.end(), next) != flag.words.end())
        throw Error(Exit::usage, "--{0} takes its value after an equals sign: --{0}={1}", flag.name, next);
      arguments[i] += "=" + flag.implied;
    }
  return arguments;
}

void Flags::read_arguments(const std::vector<std::string>& arguments) {
  namespace style = po::command_line_style;
  const auto table = describe(rows_, false, true);
  po::positional_options_description positional;
  positional.add(kOperandKey, -1);
  std::vector<std::string> seen;
  command_line_ = about_.name;
  typed_.clear();
  if (operands_ != nullptr) operands_->clear();
  std::size_t operand_count = 0;
  try {
    const auto parsed = po::command_line_parser(with_implied(arguments))
                            .options(table)
                            .positional(positional)
                            .style(style::unix_style & ~style::allow_guessing)
                            .run();
    for (const auto& option : parsed.options) {
      if (option.string_key == kOperandKey) {
        if (option.position_key < 0) throw po::unknown_option("--operand");
        for (const std::string& value : option.value) {
          if (++operand_count > most_operands_)
            throw Error(Exit::usage, "unexpected operand '{}'{}", printable(value),
                        most_operands_ == 0 ? "" : fmt::format(": at most {} expected", most_operands_));
          operands_->push_back(value);
          command_line_ += " " + shell_quoted(value);
        }
        continue;
      }
      const Flag& flag = row(option.string_key);
      const bool first = std::find(seen.begin(), seen.end(), flag.name) == seen.end();
      if (first && flag.clear) flag.clear();
      seen.push_back(flag.name);
      given_.push_back(flag.name);
      typed_.push_back(flag.name);
      for (const std::string& value : option.value.empty() ? std::vector<std::string>{"true"} : option.value)
        flag.set(value);
      if (!flag.in_command_line) continue;
      command_line_ += " --" + flag.name;
      if (!flag.implied.empty()) {
        for (const std::string& value : option.value) command_line_ += "=" + shell_quoted(value);
      } else if (!flag.placeholder.empty())
        for (const std::string& value : option.value) command_line_ += " " + shell_quoted(value);
    }
  } catch (const po::unknown_option& error) {
    std::vector<std::string> names;
    for (const Flag& flag : rows_) names.push_back("--" + flag.name);
    std::string wrong = error.get_option_name();
    wrong = wrong.substr(0, wrong.find('='));
    const auto near = closest(wrong, names);
    throw Error(Exit::usage, "unknown option '{}'{}", printable(wrong),
                near ? fmt::format("; did you mean '{}'?", *near) : "; --help lists them all");
  } catch (const po::error_with_option_name& error) {
    throw Error(Exit::usage, "{}", syntax_message(error));
  } catch (const po::error& error) {
    throw Error(Exit::usage, "{}", error.what());
  }
}

void Flags::check_required() const {
  for (const Flag& flag : rows_)
    if (flag.must && std::find(given_.begin(), given_.end(), flag.name) == given_.end())
      throw Error(Exit::usage, "--{} {} is required", flag.name, flag.placeholder);
  if (operands_ != nullptr && operands_->size() < least_operands_)
    throw Error(Exit::usage, "no {} given", operand_name_);
}

std::string Flags::command_line() const {
  return command_line_;
}

std::string Flags::config_text(Settings which) const {
  std::string text;
  std::string section;
  for (const Flag& flag : rows_) {
    if (!flag.in_config || (which == Settings::work && flag.section == kCommonSection)) continue;
    if (flag.section != section) {
      section = flag.section;
      text += fmt::format("{}# {}\n", text.empty() ? "" : "\n", section);
    }
    const std::vector<std::string> values = flag.show();
    if (values.empty()) text += fmt::format("# {} =\n", flag.name);
    for (const std::string& value : values)
      text += value.empty() ? fmt::format("# {} =\n", flag.name)
                            : fmt::format("{} = {}\n", flag.name, ini_quoted(value));
  }
  return text;
}

}  // namespace tn
