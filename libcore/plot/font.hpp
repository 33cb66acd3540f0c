// The one font of all pictures: DejaVu Sans, carried by the program, drawn without hinting.
#pragma once

#include <cairo.h>

namespace tn {

cairo_font_face_t* font_face(bool bold);  // lives as long as the program
void set_font_options(cairo_t* pen);      // the same on every machine, whatever the screen

}  // namespace tn
