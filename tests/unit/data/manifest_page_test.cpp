#include <gtest/gtest.h>

#include <fstream>

#include "libcore/data/manifest.hpp"
#include "tests/support/temp_folder.hpp"

namespace {

TEST(ManifestPage, ItsExampleReads) {
  std::ifstream page(TN_FIXTURES "/../../man/tn-manifest.5");
  std::string example;
  for (std::string line; std::getline(page, line);)
    if (line.starts_with('{')) example += line + "\n";
  const tn::test::TempFolder folder;
  const tn::Manifest manifest = tn::load_manifest(folder.file("m", example));
  EXPECT_EQ(manifest.header.text("label_source"), "TI-RADS");
  ASSERT_EQ(manifest.records.size(), 2U);
  EXPECT_TRUE(manifest.records[1].failed());
}

}  // namespace
