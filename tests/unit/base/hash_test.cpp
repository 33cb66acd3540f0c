#include "libcore/base/hash.hpp"

#include <gtest/gtest.h>

#include "tests/support/expect_error.hpp"
#include "tests/support/temp_folder.hpp"

namespace {

// FIPS 180-4's examples.
TEST(Sha256, OfAbc) {
  EXPECT_EQ(tn::sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}
TEST(Sha256, OfNothing) {
  EXPECT_EQ(tn::sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}
TEST(Sha256, DoesNotDependOnThePortions) {
  tn::Sha256 hash;
  hash.update("a");
  hash.update("");
  hash.update("bc");
  EXPECT_EQ(hash.hex(), tn::sha256_hex("abc"));
}
TEST(Sha256, OfAFileIsThatOfItsBytes) {
  const tn::test::TempFolder folder;
  EXPECT_EQ(tn::sha256_file(folder.file("x", "abc")), tn::sha256_hex("abc"));
}
TEST(Sha256, OfAMissingFileIs66) {
  EXPECT_EQ(tn::test::thrown_by([] { tn::sha256_file("/nowhere/x"); }).exit_code, 66);
}

// RFC 4231, test case 2.
TEST(HmacSha256, OfTheRfc) {
  EXPECT_EQ(tn::hmac_sha256_hex("Jefe", "what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}
TEST(Hash64, DependsOnTheSeed) {
  EXPECT_NE(tn::hash64("a", 0), tn::hash64("a", 1));
}
TEST(Hash64, DependsOnTheOrderOfBytes) {
  EXPECT_NE(tn::hash64("ab"), tn::hash64("ba"));
}
TEST(Hash64, TellsAZeroByteFromNothing) {
  EXPECT_NE(tn::hash64(""), tn::hash64(std::string_view("\0", 1)));
}
TEST(Hash64, IsTheSameOnEveryPlatform) {
  // FNV-1a of "a" is af63dc4c8601ec8c; the mix is splitmix64's. Worked out with Python's integers.
  EXPECT_EQ(tn::hash64("a"), 0x02c0bdbf481420f8ULL);
}

}  // namespace
