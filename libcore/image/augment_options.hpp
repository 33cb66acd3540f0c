// Which random changes a network meets while it learns, how often and how strong.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>

namespace tn {

// A step that is done with a probability, its strength drawn evenly from [low, high].
struct Step {
  double probability = 0;
  double low = 0;
  double high = 0;
  friend bool operator==(const Step&, const Step&) = default;
};

// Nothing is done by default; ranges are the usual ones.
struct AugmentOptions {
  double flip_horizontal = 0;   // probability
  double flip_vertical = 0;     // probability
  Step rotate{0, -30, 30};      // degrees, anticlockwise
  Step scale{0, 0.8, 1.25};     // factor > 0; above 1 enlarges
  Step shift{0, -0.1, 0.1};     // share of the side, drawn for x and y apart
  Step gamma{0, 0.7, 1.4};      // exponent > 0 on levels in [0,1]
  Step gain{0, 0.8, 1.25};      // factor
  Step contrast{0, 0.8, 1.25};  // factor on the distance from the mean level
  Step blur{0, 0.3, 1.2};       // sigma of a Gaussian, px
  Step speckle{0, 0.03, 0.15};  // standard deviation of multiplicative noise, grain of 2 px
  Step time_gain{0, 0.1, 0.4};  // most that brightness changes at any of 5 depths, relative
  Step shadow{0, 0.3, 0.8};     // share of light that an acoustic shadow takes, [0,1]
  Step elastic{0, 0.01, 0.03};  // most that a point is pulled, share of the side, up to 0.06
  Step sector{0, 0.2, 0.8};     // share of the upper edge that a fan-shaped field of view hides, [0,1]
  friend bool operator==(const AugmentOptions&, const AugmentOptions&) = default;
};

enum class AugmentPreset { none, paper, practical };

// none: nothing. paper: METHOD 3, flips and rotation by up to 30 degrees, each with p 0.5. practical: the
// same, and every other step but elastic and sector.
AugmentOptions augment_preset(AugmentPreset preset);

// One row of the table that options, documents and pictures read: a probability alone (`chance`), or a step.
struct AugmentField {
  const char* name;  // in kebab case
  double AugmentOptions::*chance;
  Step AugmentOptions::*step;
  double lowest, highest;  // strengths that make sense
  const char* help;
};
std::span<const AugmentField> augment_fields();  // in the order in which they are declared

// "P", or "P:LOW:HIGH" of a step.
std::string augment_text(const AugmentOptions& options, const AugmentField& field);

// The options with the field as the text says; "P" alone keeps a step's range. Throws Error(usage): no
// number, a probability outside [0,1], a range that is empty or makes no sense.
AugmentOptions with_augment_text(AugmentOptions options, const AugmentField& field, const std::string& text);

void check(const AugmentOptions& options);  // throws Error(usage), with the field's name

// What may happen: P of a flip, [P,LOW,HIGH] of a step, under the field's name with '_'; steps of probability
// 0 are left out.
nlohmann::json to_json(const AugmentOptions& options);

}  // namespace tn
