// One case in a box: image, outlines, two lines of words.
#pragma once

#include "libcore/plot/canvas.hpp"
#include "libcore/plot/case_picture.hpp"

namespace tn {

constexpr double kCaptionHeight = 34;    // points below the image
constexpr const char* kWrongMark = "✗";  // behind the probability of a case whose class was wrong

// The image is fitted into the box above the caption. A case with an error shows the error in its place.
void draw_tile(Canvas& canvas, const CasePicture& picture, const Box& box);

// Outlines of a mask {0,>0} whose pixels fill the box; holes included.
void draw_outline(Canvas& canvas, const cv::Mat1b& mask, const Box& box, const Stroke& stroke);

}  // namespace tn
