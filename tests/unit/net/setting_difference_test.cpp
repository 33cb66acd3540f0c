#include "libcore/net/setting_difference.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "libcore/net/options.hpp"

namespace tn {
namespace {

using nlohmann::json;
using testing::AnyOf;
using testing::StartsWith;

std::string difference(const TrainOptions& before, const TrainOptions& now) {
  return setting_difference({{"options", to_json(before)}}, {{"options", to_json(now)}});
}

TEST(SettingDifference, OfEqualsIsEmpty) {
  EXPECT_EQ(difference({}, {}), "");
}

TEST(SettingDifference, SpeaksAsTheCommandLine) {
  TrainOptions now;
  now.learning_rate = 0.01;
  now.max_seconds = 90;
  now.schedule = Schedule::constant;
  now.warmup_steps = 0;
  EXPECT_EQ(
      difference({}, now),
      "--lr 0.001, not 0.01; no --max-time, not 90s; --schedule cosine, not constant; --warmup 100, not 0");
  EXPECT_EQ(
      difference(now, {}),
      "--lr 0.01, not 0.001; --max-time 90s, not none; --schedule constant, not cosine; --warmup 0, not 100");
}

TEST(SettingDifference, OfSwitchesHasNoValues) {
  TrainOptions now;
  now.nesterov = true;
  now.calibrate = false;
  EXPECT_EQ(difference({}, now), "no --no-calibrate; no --nesterov");
  EXPECT_EQ(difference(now, {}), "--no-calibrate, not without it; --nesterov, not without it");
}

// Steps that are not done stand in no file.
TEST(SettingDifference, SeesAugmentationThatIsSwitchedOffOrOn) {
  TrainOptions now;
  now.augment.rotate.probability = 0;
  now.augment.flip_vertical = 0.25;
  EXPECT_EQ(difference({}, now), "--augment-flip-vertical 0.5, not 0.25; --augment-rotate 0.5:-30:30, not 0");
  EXPECT_EQ(difference(now, {}), "--augment-flip-vertical 0.25, not 0.5; --augment-rotate 0, not 0.5:-30:30");
}

TEST(SettingDifference, OfWhatNoOptionSetsGoesByItsName) {
  EXPECT_EQ(setting_difference({{"init", nullptr}, {"manifest", "a"}, {"pre", "b"}},
                               {{"init", "c"}, {"manifest", "d"}, {"pre", "e"}}),
            "no --init, not c; manifest a, not d; preprocessing b, not e");
}

TEST(SettingDifference, OfPresetsStandsFirst) {
  EXPECT_THAT(difference({}, preset_options(Preset::paper)),
              StartsWith("--preset practical, not paper; --augment-"));
}

TEST(SettingDifference, NamesFiveAndCountsTheRest) {
  const json before = {{"options", {{"a", 1}, {"b", 1}, {"c", 1}, {"d", 1}, {"e", 1}, {"f", 1}, {"g", 1}}}};
  EXPECT_EQ(
      setting_difference(before, {{"options", json::object()}}),
      "--a 1, not none; --b 1, not none; --c 1, not none; --d 1, not none; --e 1, not none; and 2 more");
}

// A setting that is added is named somehow, and that it differs is never missed.
TEST(SettingDifference, OfEverySettingIsSeen) {
  const json settings = {{"arch", to_json(NetOptions{})}, {"options", to_json(TrainOptions{})}};
  for (const auto& [part, values] : settings.items())
    for (const auto& [name, value] : values.items()) {
      if (name == "augment") continue;
      json other = settings;
      other[part][name] = value.is_boolean() ? json(!value.get<bool>()) : json("other");
      EXPECT_THAT(setting_difference(settings, other),
                  AnyOf(StartsWith("--"), StartsWith("no --"), StartsWith("preset version "),
                        StartsWith("mask head "), StartsWith("class head "), StartsWith("in channels ")))
          << name;
    }
}

}  // namespace
}  // namespace tn
