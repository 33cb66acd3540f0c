// One case in a box: image, outlines or areas, a scale bar, two lines of words.
#pragma once

#include "libcore/plot/canvas.hpp"
#include "libcore/plot/case_picture.hpp"

namespace tn {

constexpr const char* kWrongMark = "✗";  // behind the probability of a case whose class was wrong

// Points below the image: two lines, and a third for the scale of an activation map.
double caption_height(ActivationHead head);

// Areas and an activation map would both tint the image. Throws Error(usage).
void check_tints(bool areas, ActivationHead head);

// The image, under its activation map if it has one, is fitted into the box above the caption. A case with an
// error shows the error in its place. areas: see tinted(); else outlines. Where the spacing is known there is
// a scale bar.
void draw_tile(Canvas& canvas, const CasePicture& picture, const Box& box, bool areas = false);

// Image, masks and scale bar alone, in the middle of the room, which is filled with black.
void draw_case(Canvas& canvas, const CasePicture& picture, const Box& room, bool areas);
void draw_error(Canvas& canvas, const std::string& message, const Box& room);

// Id, Dice, label and P(malignant) in two lines; the scale of the activation map in a third.
void draw_caption(Canvas& canvas, const CasePicture& picture, const Box& box);

// Outlines of a mask {0,>0} whose pixels fill the box; holes included.
void draw_outline(Canvas& canvas, const cv::Mat1b& mask, const Box& box, const Stroke& stroke);

// The image in colour, tinted where masks are: both green, predicted alone orange, drawn alone blue.
cv::Mat3b tinted(const CasePicture& picture);

// Of 1, 2 or 5 times a power of ten mm, about a quarter of the box long, in its lower left corner.
void draw_scale_bar(Canvas& canvas, double points_per_mm, const Box& box);

// What colours mean, from `at` rightwards; returns the x behind the last word.
double draw_mask_legend(Canvas& canvas, Point at, bool areas);

}  // namespace tn
