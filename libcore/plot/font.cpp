#include "libcore/plot/font.hpp"

#include <cairo-ft.h>
#include <ft2build.h>
#include FT_FREETYPE_H

#include <string_view>

#include "libcore/base/error.hpp"
#include "libcore/plot/embedded.hpp"

namespace tn {
namespace {

// Neither library nor face is ever given back: Cairo keeps glyphs of them until the program ends.
FT_Library open_library() {
  FT_Library library = nullptr;
  if (FT_Init_FreeType(&library) != 0) throw Error(Exit::internal, "FreeType cannot be opened");
  return library;
}

cairo_font_face_t* open_face(std::string_view bytes) {
  static const FT_Library library = open_library();
  FT_Face face = nullptr;
  if (FT_New_Memory_Face(library, reinterpret_cast<const FT_Byte*>(bytes.data()),
                         static_cast<FT_Long>(bytes.size()), 0, &face) != 0)
    throw Error(Exit::internal, "the program's own font cannot be read");
  return cairo_ft_font_face_create_for_ft_face(face, FT_LOAD_NO_HINTING);
}

}  // namespace

cairo_font_face_t* font_face(bool bold) {
  // NOLINTBEGIN(cppcoreguidelines-avoid-non-const-global-variables): Cairo counts references within its faces
  static cairo_font_face_t* const regular_face = open_face(regular_font());
  static cairo_font_face_t* const bold_face = open_face(bold_font());
  // NOLINTEND(cppcoreguidelines-avoid-non-const-global-variables)
  return bold ? bold_face : regular_face;
}

void set_font_options(cairo_t* pen) {
  cairo_font_options_t* options = cairo_font_options_create();
  cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
  cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
  cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
  cairo_set_font_options(pen, options);
  cairo_font_options_destroy(options);
}

}  // namespace tn
