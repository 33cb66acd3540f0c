#include "libcore/plot/bounds.hpp"

#include <gtest/gtest.h>

#include "libcore/base/error.hpp"

namespace tn {
namespace {

const Record kRecord = Record::parse(R"({"id":"a","p":0.5,"metrics":{"dice":0.25},"word":"x"})", "here");

bool holds(const std::string& bound) {
  return within(kRecord, {parse_bound(bound)});
}

TEST(Bounds, CompareNumbersOfARecord) {
  EXPECT_TRUE(holds("metrics.dice<0.3"));
  EXPECT_FALSE(holds("metrics.dice<0.25"));
  EXPECT_TRUE(holds("metrics.dice<=0.25"));
  EXPECT_TRUE(holds("p>0.4"));
  EXPECT_FALSE(holds("p>0.5"));
  EXPECT_TRUE(holds("p>=0.5"));
}

TEST(Bounds, KeyThatIsAbsentOrNoNumberKeepsNone) {
  EXPECT_FALSE(holds("none<1"));
  EXPECT_FALSE(holds("word>0"));
}

TEST(Bounds, OtherTextIsRefused) {
  for (const char* text : {"p", "p=1", "<1", "p<", "p<x"}) EXPECT_THROW(parse_bound(text), Error);
}

}  // namespace
}  // namespace tn
