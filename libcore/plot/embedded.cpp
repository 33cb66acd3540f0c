#include "libcore/plot/embedded.hpp"

// The assembler copies the file's bytes between two symbols.
#define TN_EMBED(name, path)                                                                             \
  asm(".section .rodata\n.balign 16\n" #name "_first:\n.incbin \"" path "\"\n" #name                     \
      "_end:\n.byte 0\n.previous\n"                                                                      \
      ".hidden " #name "_first\n.hidden " #name "_end\n.globl " #name "_first\n.globl " #name "_end\n"); \
  extern "C" const char name##_first[];                                                                  \
  extern "C" const char name##_end[]

TN_EMBED(tn_regular_font, TN_FONTS "/DejaVuSans.ttf");
TN_EMBED(tn_bold_font, TN_FONTS "/DejaVuSans-Bold.ttf");
TN_EMBED(tn_report_style, TN_PAGE "/report.css");
TN_EMBED(tn_report_script, TN_PAGE "/report.js");

namespace tn {

std::string_view regular_font() {
  return {tn_regular_font_first, tn_regular_font_end};
}

std::string_view bold_font() {
  return {tn_bold_font_first, tn_bold_font_end};
}

std::string_view report_style() {
  return {tn_report_style_first, tn_report_style_end};
}

std::string_view report_script() {
  return {tn_report_script_first, tn_report_script_end};
}

}  // namespace tn
