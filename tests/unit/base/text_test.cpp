#include "libcore/base/text.hpp"

#include <gmock/gmock.h>

namespace {

using testing::ElementsAre;

TEST(SplitText, KeepsEmptyParts) {
  EXPECT_THAT(tn::split_text("a,,b", ','), ElementsAre("a", "", "b"));
}
TEST(SplitText, OfNothingIsOneEmptyPart) {
  EXPECT_THAT(tn::split_text("", ','), ElementsAre(""));
}
TEST(SplitText, SeparatorAtTheEndGivesAnEmptyPart) {
  EXPECT_THAT(tn::split_text("a,", ','), ElementsAre("a", ""));
}

TEST(Trim, TakesSpaceFromBothEndsOnly) {
  EXPECT_EQ(tn::trim("\t a b \r\n"), "a b");
}
TEST(Trim, OfSpacesIsEmpty) {
  EXPECT_EQ(tn::trim("  "), "");
}

TEST(ToLower, LeavesLettersBeyondAsciiAlone) {
  EXPECT_EQ(tn::to_lower("AbZÄ9"), "abzÄ9");
}

TEST(IsUtf8, AcceptsOneToFourBytes) {
  EXPECT_TRUE(tn::is_utf8("a\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80"));
}
TEST(IsUtf8, RefusesALoneContinuationByte) {
  EXPECT_FALSE(tn::is_utf8("a\x80"));
}
TEST(IsUtf8, RefusesACutSequence) {
  EXPECT_FALSE(tn::is_utf8("\xE2\x82"));
}
TEST(IsUtf8, RefusesOverlongForms) {
  EXPECT_FALSE(tn::is_utf8("\xC0\xAF"));
  EXPECT_FALSE(tn::is_utf8("\xE0\x80\xAF"));
  EXPECT_FALSE(tn::is_utf8("\xF0\x80\x80\xAF"));
}
TEST(IsUtf8, RefusesSurrogates) {
  EXPECT_FALSE(tn::is_utf8("\xED\xA0\x80"));
}
TEST(IsUtf8, RefusesCodePointsAboveTheLast) {
  EXPECT_FALSE(tn::is_utf8("\xF4\x90\x80\x80"));
}
TEST(IsUtf8, RefusesLatin1) {
  EXPECT_FALSE(tn::is_utf8("caf\xE9"));
}

TEST(Printable, ShowsControlAndInvalidBytesAsHex) {
  EXPECT_EQ(tn::printable("a\nb\x7F\xFF"), "a\\x0Ab\\x7F\\xFF");
}
TEST(Printable, KeepsValidSequences) {
  EXPECT_EQ(tn::printable("Größe"), "Größe");
}
TEST(Printable, CutsLongTextAndSaysSo) {
  EXPECT_EQ(tn::printable("abcdef", 3), "abc...");
}
TEST(Printable, TextOfExactlyTheLimitIsWhole) {
  EXPECT_EQ(tn::printable("abc", 3), "abc");
}

TEST(ParseInt, ReadsNegativeNumbers) {
  EXPECT_EQ(tn::parse_int("-42"), -42);
}
TEST(ParseInt, ReadsTheLargest) {
  EXPECT_EQ(tn::parse_int("9223372036854775807"), INT64_MAX);
}
TEST(ParseInt, RefusesOverflow) {
  EXPECT_FALSE(tn::parse_int("9223372036854775808"));
}
TEST(ParseInt, RefusesARest) {
  EXPECT_FALSE(tn::parse_int("4 "));
  EXPECT_FALSE(tn::parse_int("4x"));
  EXPECT_FALSE(tn::parse_int("4.0"));
}
TEST(ParseInt, RefusesNothing) {
  EXPECT_FALSE(tn::parse_int(""));
}

TEST(ParseDouble, ReadsAnExponent) {
  EXPECT_EQ(tn::parse_double("1.5e-3"), 0.0015);
}
TEST(ParseDouble, RefusesWhatIsNotFinite) {
  EXPECT_FALSE(tn::parse_double("nan"));
  EXPECT_FALSE(tn::parse_double("inf"));
  EXPECT_FALSE(tn::parse_double("1e999"));
}
TEST(ParseDouble, RefusesACommaForThePoint) {
  EXPECT_FALSE(tn::parse_double("0,5"));
}

const std::vector<std::string> kOptions{"--seed", "--select", "--size", "--output"};

TEST(Closest, FindsAMissingLetter) {
  EXPECT_EQ(tn::closest("--slect", kOptions), "--select");
}
TEST(Closest, CountsSwappedNeighboursOnce) {
  const std::vector<std::string> words{"abc"};
  EXPECT_EQ(tn::closest("acb", words), "abc");
}
TEST(Closest, GivesNothingWhenNothingIsNear) {
  EXPECT_FALSE(tn::closest("--zzzzzzzz", kOptions));
}
TEST(Closest, PrefersTheFirstOfEquals) {
  const std::vector<std::string> words{"ab", "ac"};
  EXPECT_EQ(tn::closest("ad", words), "ab");
}

TEST(Counted, OneThingIsSingular) {
  EXPECT_EQ(tn::counted(0, "record"), "0 records");
  EXPECT_EQ(tn::counted(1, "record"), "1 record");
  EXPECT_EQ(tn::counted(2, "record"), "2 records");
}

TEST(Shortest, ReadsBackAsTheSameNumber) {
  EXPECT_EQ(tn::shortest(0.15), "0.15");
  EXPECT_EQ(tn::shortest(1e-5), "1e-05");
  EXPECT_EQ(tn::shortest(0.1 + 0.2), "0.30000000000000004");
}

}  // namespace
