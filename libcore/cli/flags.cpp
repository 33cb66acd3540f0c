#include "libcore/cli/flags.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "libcore/base/error.hpp"
#include "libcore/base/text.hpp"

namespace tn {
namespace {

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
  flag.words = words;
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
  section(kCommonSection);
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

}  // namespace tn
