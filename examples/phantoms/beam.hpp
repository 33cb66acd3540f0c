// From tissue to a B-mode picture: speckle, attenuation, time gain, noise and log compression.
#pragma once

#include <opencv2/core/mat.hpp>

#include "examples/phantoms/tissue.hpp"

namespace tn {

// How the scanner is set for one picture.
struct Scanner {
  double axial_px = 0.8;       // standard deviation of the pulse, downwards
  double lateral_px = 1.6;     // of the beam at the focus; wider above and below
  double video_px = 0.6;       // of the filter behind the detector
  double focus = 0.4;          // depth, image heights
  double attenuation_db = 30;  // over the whole depth
  double time_gain_db = 30;    // given back over the whole depth
  double noise_db = -55;       // of the electronics before the time gain, beside the gland's echo at the top
  double gain_db = 0;          // of the whole picture
  double range_db = 55;        // shown from black to white
};
Scanner draw_scanner(Random& random, cv::Size size);

// The power received from each pixel; the gland's mean at the top is 1. Scatterers of random phase under a
// Gaussian beam: the envelope is Rayleigh speckle where nothing glints.
cv::Mat1f receive(const Tissue& tissue, const Scanner& scanner, Random& random);

// Log-compressed to grey levels.
cv::Mat1b show(const cv::Mat1f& received, const Scanner& scanner);

}  // namespace tn
