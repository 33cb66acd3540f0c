// Colours that people with any colour vision can tell apart (Okabe and Ito, "Color Universal Design", 2008).
#pragma once

#include <array>

#include "libcore/plot/canvas.hpp"

namespace tn {

inline constexpr Rgb kBlack{0, 0, 0};
inline constexpr Rgb kWhite{1, 1, 1};
inline constexpr Rgb kGrey{0.45, 0.45, 0.45};
inline constexpr Rgb kLightGrey{0.87, 0.87, 0.87};
inline constexpr Rgb kOrange{230 / 255.0, 159 / 255.0, 0};
inline constexpr Rgb kSkyBlue{86 / 255.0, 180 / 255.0, 233 / 255.0};
inline constexpr Rgb kGreen{0, 158 / 255.0, 115 / 255.0};
inline constexpr Rgb kBlue{0, 114 / 255.0, 178 / 255.0};
inline constexpr Rgb kVermilion{213 / 255.0, 94 / 255.0, 0};
inline constexpr Rgb kPurple{204 / 255.0, 121 / 255.0, 167 / 255.0};

// On white, in the order in which series take them.
inline constexpr std::array<Rgb, 5> kSeriesColours{kBlue, kVermilion, kGreen, kPurple, kOrange};

// On ultrasound: the drawn outline is solid, the predicted one dashed.
inline constexpr Rgb kDrawn = kSkyBlue;
inline constexpr Rgb kPredicted = kOrange;

}  // namespace tn
