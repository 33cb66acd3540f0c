// Colours that people with any colour vision can tell apart (Okabe and Ito, "Color Universal Design", 2008).
#pragma once

#include <array>
#include <cstddef>

namespace tn {

struct Rgb {
  double red = 0;  // in [0,1]
  double green = 0;
  double blue = 0;
};

inline constexpr Rgb kBlack{0, 0, 0};
inline constexpr Rgb kWhite{1, 1, 1};
inline constexpr Rgb kOrange{230 / 255.0, 159 / 255.0, 0};
inline constexpr Rgb kSkyBlue{86 / 255.0, 180 / 255.0, 233 / 255.0};
inline constexpr Rgb kGreen{0, 158 / 255.0, 115 / 255.0};
inline constexpr Rgb kYellow{240 / 255.0, 228 / 255.0, 66 / 255.0};
inline constexpr Rgb kBlue{0, 114 / 255.0, 178 / 255.0};
inline constexpr Rgb kVermilion{213 / 255.0, 94 / 255.0, 0};
inline constexpr Rgb kPurple{204 / 255.0, 121 / 255.0, 167 / 255.0};

// What a picture is drawn in beside the pixels of its cases.
struct Theme {
  Rgb paper;
  Rgb ink;
  Rgb quiet;    // marks and notes
  Rgb rule;     // lines of the grid
  Rgb warning;  // words about what went wrong
  std::array<Rgb, 6> series;

  const Rgb& of_series(std::size_t i) const { return series[i % series.size()]; }
};

inline constexpr Theme kLight{kWhite,
                              kBlack,
                              {0.45, 0.45, 0.45},
                              {0.87, 0.87, 0.87},
                              kVermilion,
                              {kBlue, kVermilion, kGreen, kPurple, kOrange, kSkyBlue}};
inline constexpr Theme kDark{{0.09, 0.10, 0.11},
                             {0.92, 0.92, 0.92},
                             {0.65, 0.65, 0.65},
                             {0.25, 0.26, 0.28},
                             kOrange,
                             {kSkyBlue, kOrange, kGreen, kPurple, kYellow, kVermilion}};

enum class ThemeName { light, dark };
inline constexpr const Theme& theme_of(ThemeName name) {
  return name == ThemeName::dark ? kDark : kLight;
}

// On ultrasound: the drawn outline is solid, the predicted one dashed.
inline constexpr Rgb kDrawn = kSkyBlue;
inline constexpr Rgb kPredicted = kOrange;

// Areas on ultrasound.
inline constexpr Rgb kTruePositive = kGreen;
inline constexpr Rgb kFalsePositive = kPredicted;  // predicted alone
inline constexpr Rgb kFalseNegative = kDrawn;      // drawn alone

}  // namespace tn
