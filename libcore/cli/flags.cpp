#include "libcore/cli/flags.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <boost/program_options/cmdline.hpp>
#include <boost/program_options/errors.hpp>
#include <boost/program_options/options_description.hpp>
#include <boost/program_options/parsers.hpp>
#include <boost/program_options/positional_options.hpp>
#include <boost/program_options/value_semantic.hpp>
#include <charconv>
#include <cstdlib>
#include <sstream>

#include "libcore/base/error.hpp"
#include "libcore/base/file.hpp"
#include "libcore/base/text.hpp"

namespace tn {
namespace {

namespace po = boost::program_options;

constexpr const char* kOperandKey = "operand";

std::int64_t to_int(const std::string& name, const std::string& text) {
  if (const auto value = parse_int(text)) return *value;
  throw Error(Exit::usage, "--{}: '{}' is not a whole number", name, printable(text));
}

double to_double(const std::string& name, const std::string& text) {
  if (const auto value = parse_double(text)) return *value;
  throw Error(Exit::usage, "--{}: '{}' is not a number", name, printable(text));
}

bool to_bool(const std::string& name, const std::string& text) {
  if (text == "true") return true;
  if (text == "false") return false;
  throw Error(Exit::usage, "--{}: '{}' is neither true nor false", name, printable(text));
}

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

std::string shell_quoted(const std::string& word) {
  const auto plain = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) ||
           std::string_view("_-./,:=@%+").find(c) != std::string_view::npos;
  };
  if (!word.empty() && std::all_of(word.begin(), word.end(), plain)) return word;
  std::string quoted = "'";
  for (const char c : word) {
    if (c == '\'')
      quoted += "'\\''";
    else
      quoted += c;
  }
  return quoted + "'";
}

// A value of an INI file as Boost reads it back: a '#' would begin a comment, blanks at the ends would be
// lost. Such a value stands in quotes with JSON's escapes for '"', '\\', '#' and controls; other bytes stay.
std::string ini_quoted(const std::string& value) {
  const auto plain = [](char c) { return static_cast<unsigned char>(c) >= ' ' && c != '#' && c != '\x7f'; };
  if (!value.empty() && std::all_of(value.begin(), value.end(), plain) && trim(value) == value &&
      value.front() != '"')
    return value;
  std::string quoted = "\"";
  for (const char c : value) {
    if (c == '"' || c == '\\')
      quoted += {'\\', c};
    else if (plain(c))
      quoted += c;
    else
      quoted += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
  }
  return quoted + '"';
}

std::string ini_unquoted(const std::string& name, const std::string& value) {
  if (!value.starts_with('"')) return value;
  const auto fail = [&] {
    throw Error(Exit::usage, "--{}: {} is no text in quotes", name, printable(value));
  };
  if (value.size() < 2 || !value.ends_with('"')) fail();
  const std::string_view inner = std::string_view(value).substr(1, value.size() - 2);
  std::string text;
  for (std::size_t i = 0; i < inner.size(); ++i) {
    if (inner[i] == '"') fail();
    if (inner[i] != '\\') {
      text += inner[i];
      continue;
    }
    const std::string_view rest = inner.substr(i + 1);
    unsigned code = 0;
    if (rest.starts_with('"') || rest.starts_with('\\')) {
      text += rest.front();
      i += 1;
    } else if (rest.starts_with("u00") && rest.size() >= 5 &&
               std::from_chars(rest.data() + 3, rest.data() + 5, code, 16).ptr == rest.data() + 5) {
      text += static_cast<char>(code);
      i += 5;
    } else {
      fail();
    }
  }
  return text;
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

Flags::Flags(About about) : about_(std::move(about)), common_(std::make_shared<CommonOptions>()) {}

void Flags::section(std::string title) {
  section_ = std::move(title);
}

Flag& Flags::add(std::string_view names, std::string placeholder, std::string help) {
  Flag flag;
  flag.section = section_;
  const std::size_t comma = names.find(',');
  flag.name = names.substr(0, comma);
  if (comma != std::string_view::npos) flag.letter = names[comma + 1];
  flag.placeholder = std::move(placeholder);
  flag.help = std::move(help);
  rows_.push_back(std::move(flag));
  return rows_.back();
}

void Flags::required(std::string_view names, std::string& field, std::string placeholder, std::string help) {
  optional(names, field, std::move(placeholder), std::move(help));
  rows_.back().must = true;
  rows_.back().initial.clear();
}

void Flags::optional(std::string_view names, std::string& field, std::string placeholder, std::string help) {
  Flag& flag = add(names, std::move(placeholder), std::move(help));
  flag.initial = field;
  flag.set = [&field](const std::string& text) { field = text; };
  flag.show = [&field] { return std::vector{field}; };
}

void Flags::optional(std::string_view names, std::int64_t& field, std::string placeholder, std::string help) {
  Flag& flag = add(names, std::move(placeholder), std::move(help));
  flag.initial = std::to_string(field);
  flag.set = [&field, name = flag.name](const std::string& text) { field = to_int(name, text); };
  flag.show = [&field] { return std::vector{std::to_string(field)}; };
}

void Flags::optional(std::string_view names, double& field, std::string placeholder, std::string help) {
  Flag& flag = add(names, std::move(placeholder), std::move(help));
  flag.initial = shortest(field);
  flag.set = [&field, name = flag.name](const std::string& text) { field = to_double(name, text); };
  flag.show = [&field] { return std::vector{shortest(field)}; };
}

void Flags::optional(std::string_view names, std::optional<std::string>& field, std::string placeholder,
                     std::string help) {
  Flag& flag = add(names, std::move(placeholder), std::move(help));
  flag.set = [&field](const std::string& text) { field = text; };
  flag.show = [&field] { return field ? std::vector{*field} : std::vector<std::string>{}; };
}

void Flags::optional(std::string_view names, std::optional<std::int64_t>& field, std::string placeholder,
                     std::string help) {
  Flag& flag = add(names, std::move(placeholder), std::move(help));
  flag.set = [&field, name = flag.name](const std::string& text) { field = to_int(name, text); };
  flag.show = [&field] { return field ? std::vector{std::to_string(*field)} : std::vector<std::string>{}; };
}

void Flags::optional(std::string_view names, std::optional<double>& field, std::string placeholder,
                     std::string help) {
  Flag& flag = add(names, std::move(placeholder), std::move(help));
  flag.set = [&field, name = flag.name](const std::string& text) { field = to_double(name, text); };
  flag.show = [&field] { return field ? std::vector{shortest(*field)} : std::vector<std::string>{}; };
}

void Flags::repeated(std::string_view names, std::vector<std::string>& field, std::string placeholder,
                     std::string help) {
  Flag& flag = add(names, std::move(placeholder), std::move(help));
  flag.repeats = true;
  flag.clear = [&field] { field.clear(); };
  flag.set = [&field](const std::string& text) { field.push_back(text); };
  flag.show = [&field] { return field; };
}

void Flags::required(std::string_view names, std::vector<std::string>& field, std::string placeholder,
                     std::string help) {
  repeated(names, field, std::move(placeholder), std::move(help));
  rows_.back().must = true;
}

void Flags::custom(std::string_view names, std::string placeholder, std::string help,
                   std::function<void(const std::string&)> set, const std::function<std::string()>& show) {
  Flag& flag = add(names, std::move(placeholder), std::move(help));
  flag.initial = show();
  flag.show = [show] { return std::vector{show()}; };
  flag.set = [name = flag.name, set = std::move(set)](const std::string& text) {
    try {
      set(text);
    } catch (const Error& error) {
      throw Error(Exit::usage, "--{}: {}", name, error.what());
    }
  };
}

void Flags::toggle(std::string_view names, bool& field, std::string help) {
  Flag& flag = add(names, "", std::move(help));
  flag.set = [&field, name = flag.name](const std::string& text) { field = to_bool(name, text); };
  flag.show = [&field] { return field ? std::vector<std::string>{"true"} : std::vector<std::string>{}; };
}

void Flags::toggle_off(std::string_view names, bool& field, std::string help) {
  Flag& flag = add(names, "", std::move(help));
  flag.set = [&field, name = flag.name](const std::string& text) { field = !to_bool(name, text); };
  flag.show = [&field] { return field ? std::vector<std::string>{} : std::vector<std::string>{"true"}; };
}

void Flags::add_choice(std::string_view names, std::vector<std::string> words, std::string placeholder,
                       std::string help, std::function<void(std::size_t)> set,
                       const std::function<std::string()>& show) {
  Flag& flag = add(names, std::move(placeholder), std::move(help));
  flag.initial = show();
  flag.show = [show] {
    const std::string word = show();
    return word.empty() ? std::vector<std::string>{} : std::vector{word};
  };
  flag.set = [name = flag.name, words = std::move(words), set = std::move(set)](const std::string& text) {
    const auto found = std::find(words.begin(), words.end(), text);
    if (found == words.end())
      throw Error(Exit::usage, "--{}: '{}' is not one of {}", name, printable(text), fmt::join(words, ", "));
    set(static_cast<std::size_t>(found - words.begin()));
  };
}

void Flags::operands(std::vector<std::string>& field, std::string name, std::size_t least, std::size_t most) {
  operands_ = &field;
  operand_name_ = std::move(name);
  least_operands_ = least;
  most_operands_ = most;
}

void Flags::add_common() {
  CommonOptions& common = *common_;
  section("General");
  toggle("quiet,q", common.quiet, "print errors and warnings only");
  unrecorded();
  toggle("verbose,v", common.verbose, "print details too");
  unrecorded();
  Flag& progress = add("progress", "", "show progress even when stderr is not a terminal");
  progress.in_command_line = false;
  progress.set = [&common](const std::string& text) { common.progress = to_bool("progress", text); };
  progress.show = [&common] {
    return common.progress == true ? std::vector<std::string>{"true"} : std::vector<std::string>{};
  };
  Flag& no_progress = add("no-progress", "", "never show progress");
  no_progress.in_command_line = false;
  no_progress.set = [&common](const std::string& text) { common.progress = !to_bool("no-progress", text); };
  no_progress.show = [&common] {
    return common.progress == false ? std::vector<std::string>{"true"} : std::vector<std::string>{};
  };
  choice("color", common.colour,
         {{"auto", Colour::automatic}, {"always", Colour::always}, {"never", Colour::never}}, "WHEN",
         "colour on stderr: auto, always or never; NO_COLOR is obeyed by auto");
  unrecorded();
  from_environment("TN_COLOR");
  optional("config", common.config, "FILE", "read settings from an INI file; the command line wins");
  rows_.back().in_config = false;
  toggle("print-config", common.print_config, "print every setting as an INI file and exit");
  rows_.back().in_config = false;
  toggle("help,h", common.help, "print this help and exit");
  rows_.back().in_config = false;
  toggle("version,V", common.version, "print the version and exit");
  rows_.back().in_config = false;
}

const Flag& Flags::row(std::string_view name) const {
  const auto found =
      std::find_if(rows_.begin(), rows_.end(), [&](const Flag& flag) { return flag.name == name; });
  if (found == rows_.end()) throw Error(Exit::internal, "option '{}' has no row", name);
  return *found;
}

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
  for (std::string& argument : arguments) {
    if (argument == "--") break;
    for (const Flag& flag : rows_)
      if (!flag.implied.empty() && argument == "--" + flag.name) argument += "=" + flag.implied;
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

std::string Flags::config_text() const {
  std::string text;
  std::string section;
  for (const Flag& flag : rows_) {
    if (!flag.in_config) continue;
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
