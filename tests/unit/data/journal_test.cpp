#include "libcore/data/journal.hpp"

#include <gtest/gtest.h>

#include "tests/support/temp_folder.hpp"

namespace tn {
namespace {

Record entry(const std::string& key, std::int64_t value) {
  Record record;
  record.set("key", key);
  record.set("value", value);
  return record;
}

std::optional<double> value_of(Journal& journal, const std::string& key) {
  journal.recall();
  const auto found = journal.find(key);
  return found ? found->number("value") : std::nullopt;
}

TEST(Journal, RemembersWhatWasAppended) {
  const test::TempFolder folder;
  Journal(folder.path("j")).append(entry("a", 1));
  Journal journal(folder.path("j"));
  EXPECT_EQ(value_of(journal, "a"), 1);
  EXPECT_EQ(value_of(journal, "b"), std::nullopt);
}

TEST(Journal, TheLastEntryOfAKeyCounts) {
  const test::TempFolder folder;
  Journal journal(folder.path("j"));
  for (const int value : {1, 2, 3}) journal.append(entry("a", value));
  journal.append(entry("b", 9));
  EXPECT_EQ(value_of(journal, "a"), 3);
}

TEST(Journal, ATornLastLineIsCutOff) {
  const test::TempFolder folder;
  const std::string whole = "{\"key\":\"a\",\"value\":1}\n";
  Journal journal(folder.file("j", whole + "{\"key\":\"b\",\"val"));
  EXPECT_EQ(folder.read("j"), whole);
  EXPECT_EQ(value_of(journal, "a"), 1);
}

TEST(Journal, ALineThatIsNoEntryIsPassedOver) {
  const test::TempFolder folder;
  Journal journal(
      folder.file("j", "{\"key\":\"b\",\"va{\"key\":\"c\"}\n{\"other\":1}\n{\"key\":\"a\",\"value\":1}\n"));
  EXPECT_EQ(value_of(journal, "a"), 1);
}

TEST(Journal, WhatAnotherWriterHasOpenIsNotCut) {
  const test::TempFolder folder;
  const Journal first(folder.path("j"));
  const std::string torn = "{\"key\":\"b\",\"val";
  folder.file("j", torn);  // as if the other writer were at it
  Journal second(folder.path("j"));
  EXPECT_TRUE(first.alone());
  EXPECT_FALSE(second.alone());
  EXPECT_EQ(folder.read("j"), torn);
}

}  // namespace
}  // namespace tn
