// The option table of a tool: one line a flag, bound to the field that holds its default.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tn {

struct About {
  std::string name;      // "tn-split", or "tn-viz sheet"
  std::string summary;   // one sentence: what it reads and what it writes
  std::string synopsis;  // what follows the name: "[OPTION]... [INPUT]..."
};

enum class Colour { automatic, always, never };

// What every tool understands.
struct CommonOptions {
  bool quiet = false;
  bool verbose = false;
  std::optional<bool> progress;  // nothing: only on a terminal
  Colour colour = Colour::automatic;
  bool help = false;
  bool version = false;
  bool print_config = false;
  std::optional<std::string> config;
};

// One row of the table.
struct Flag {
  std::string section;
  std::string name;         // long name in kebab case, without dashes
  char letter = 0;          // 0: none
  std::string placeholder;  // empty: the flag takes no value
  std::string help;
  std::string initial;             // the default as text; empty: none
  std::vector<std::string> words;  // the values that it takes, if they are words
  std::string implied;             // the value where none follows "="; empty: a value has to be given
  std::string variable;            // environment variable that sets it, or empty
  bool must = false;               // has to be given
  bool repeats = false;
  bool in_config = true;
  bool in_command_line = true;                       // recorded in `pg` (false: -j, -q, -v, progress, colour)
  std::function<void(const std::string& text)> set;  // throws Error(usage) for a bad value
  std::function<void()> clear;                       // before the first value of a source; lists only
  std::function<std::vector<std::string>()> show;    // the values now, as text
};

constexpr const char* kCommonSection = "General";  // of the flags that every tool has

class Flags {
 public:
  explicit Flags(About about);

  void section(std::string title);  // a heading in --help; rows follow it until the next

  // "names" is "long-name" or "long-name,l". The field keeps its value unless the flag is given.
  void required(std::string_view names, std::string& field, std::string placeholder, std::string help);
  void optional(std::string_view names, std::string& field, std::string placeholder, std::string help);
  void optional(std::string_view names, std::int64_t& field, std::string placeholder, std::string help);
  void optional(std::string_view names, double& field, std::string placeholder, std::string help);
  void optional(std::string_view names, std::optional<std::string>& field, std::string placeholder,
                std::string help);
  void optional(std::string_view names, std::optional<std::int64_t>& field, std::string placeholder,
                std::string help);
  void optional(std::string_view names, std::optional<double>& field, std::string placeholder,
                std::string help);
  void repeated(std::string_view names, std::vector<std::string>& field, std::string placeholder,
                std::string help);
  void required(std::string_view names, std::vector<std::string>& field, std::string placeholder,
                std::string help);  // once at least
  // A value of a form of its own: `set` throws Error(usage) for a text that has not this form.
  void custom(std::string_view names, std::string placeholder, std::string help,
              std::function<void(const std::string& text)> set, const std::function<std::string()>& show);
  void toggle(std::string_view names, bool& field, std::string help);      // given: true
  void toggle_off(std::string_view names, bool& field, std::string help);  // given: false

  // One of several words; each stands for a value of the field.
  template <typename E>
  void choice(std::string_view names, E& field, std::vector<std::pair<std::string, E>> words,
              const std::string& placeholder, const std::string& help) {
    const auto show = [&field, words] {
      for (const auto& [word, value] : words)
        if (value == field) return word;
      return std::string();
    };
    std::vector<std::string> names_of_words;
    names_of_words.reserve(words.size());
    for (const auto& [word, value] : words) names_of_words.push_back(word);
    const auto set = [&field, words](std::size_t index) { field = words[index].second; };
    add_choice(names, std::move(names_of_words), placeholder, help, set, show);
  }

  // Operands, at least `least` and at most `most` of them; refused if the tool declares none.
  void operands(std::vector<std::string>& field, std::string name, std::size_t least, std::size_t most);

  // The last row added: its environment variable; that it leaves no trace in the recorded command line; that
  // it holds for one call and does not belong into a configuration file.
  void from_environment(std::string variable) { rows_.back().variable = std::move(variable); }
  // its value may be left out: "--resume" or "--resume=auto", never "--resume auto";
  void implied(std::string value) { rows_.back().implied = std::move(value); }
  void unrecorded() { rows_.back().in_command_line = false; }
  void once() { rows_.back().in_config = false; }

  // Sets other fields' defaults from one that is known by then (a preset); what was given itself still wins.
  void defaults_from(std::function<void()> set_defaults) { defaults_ = std::move(set_defaults); }

  // Reads configuration file, environment and command line, in rising precedence, into the fields.
  // Throws Error(usage); Error(no_input) for a configuration file that is not there.
  void parse(const std::vector<std::string>& arguments);

  // After parse().
  const CommonOptions& common() const { return *common_; }
  const std::vector<std::string>& typed() const { return typed_; }  // long names on the command line
  std::string command_line() const;  // as typed, shell-quoted, without the rows that are not recorded
  // Every setting as an INI file that --config reads; `work`: but for how the program speaks (--quiet ...).
  enum class Settings { all, work };
  std::string config_text(Settings which = Settings::all) const;
  std::string help_text() const;
  const About& about() const { return about_; }

 private:
  Flag& add(std::string_view names, std::string placeholder, std::string help);
  void add_choice(std::string_view names, std::vector<std::string> words, std::string placeholder,
                  std::string help, std::function<void(std::size_t)> set,
                  const std::function<std::string()>& show);
  void add_common();
  const Flag& row(std::string_view name) const;
  void read_sources(const std::optional<std::string>& config, const std::vector<std::string>& arguments);
  void read_config(const std::string& path);
  void read_environment();
  std::vector<std::string> with_implied(std::vector<std::string> arguments) const;
  void read_arguments(const std::vector<std::string>& arguments);
  void check_required() const;

  About about_;
  std::vector<Flag> rows_;
  std::vector<std::string> given_;  // names set by any source
  std::vector<std::string> typed_;  // names on the command line
  std::string section_ = "Options";
  std::vector<std::string>* operands_ = nullptr;
  std::string operand_name_;
  std::size_t least_operands_ = 0;
  std::size_t most_operands_ = 0;
  std::string command_line_;
  std::function<void()> defaults_;
  std::shared_ptr<CommonOptions> common_;  // shared: a copy of the table binds the same fields
};

}  // namespace tn
