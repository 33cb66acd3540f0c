#include "libcore/image/frame_store.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "libcore/base/file.hpp"
#include "libcore/image/image_io.hpp"
#include "tests/support/temp_folder.hpp"
#include "tests/unit/image/fixtures.hpp"

namespace tn {
namespace {

using test::TempFolder;

const cv::Mat1b kPixels = grey({{1, 2}, {3, 4}});

TEST(FrameStore, HoldsWhatWasPut) {
  const TempFolder folder;
  const FrameStore store({folder.path("a/b"), ""});
  EXPECT_FALSE(store.holds(FrameKind::image, "x"));
  store.put(FrameKind::image, "x", kPixels);
  EXPECT_TRUE(store.holds(FrameKind::image, "x"));
  EXPECT_FALSE(store.holds(FrameKind::mask, "x"));
  EXPECT_SAME_IMAGE(load_grey(folder.path("a/b/images/x.png")), kPixels);
  store.sync();
}

TEST(FrameStore, NoteComesBack) {
  const TempFolder folder;
  const FrameStore store({folder.path(""), ""});
  store.put(FrameKind::image, "x", kPixels, R"({"crop":[1,2,3,4]})");
  store.put(FrameKind::image, "y", kPixels);
  EXPECT_EQ(store.note(FrameKind::image, "x"), R"({"crop":[1,2,3,4]})");
  EXPECT_EQ(store.note(FrameKind::image, "y"), "");
  EXPECT_EQ(store.note(FrameKind::image, "z"), std::nullopt);
  EXPECT_SAME_IMAGE(load_grey(folder.path("images/x.png")), kPixels);
}

TEST(FrameStore, DoesNotHoldHalfAFile) {
  const TempFolder folder;
  const FrameStore store({folder.path(""), ""});
  store.put(FrameKind::mask, "x", kPixels);
  const std::string path = folder.path("masks/x.png");
  const std::string bytes = read_file(path);
  for (const std::string& half :
       {bytes.substr(0, bytes.size() - 1), std::string(), std::string(bytes.size(), '\0')}) {
    write_whole(path, half, true);
    EXPECT_FALSE(store.holds(FrameKind::mask, "x")) << half.size();
  }
  store.put(FrameKind::mask, "x", kPixels);
  EXPECT_TRUE(store.holds(FrameKind::mask, "x"));
}

TEST(FrameStore, DryRunWritesNothing) {
  const TempFolder folder;
  const FrameStore store({folder.path("a"), "", 1, true});
  store.put(FrameKind::image, "x", kPixels);
  store.sync();
  EXPECT_FALSE(path_exists(folder.path("a")));
}

TEST(FrameStore, FolderThatCannotBeMadeIsNamed) {
  const TempFolder folder;
  write_whole(folder.path("file"), "", false);
  EXPECT_TRUE(error_of([&] {
                FrameStore({folder.path("file"), ""});
              }).starts_with("73: " + (folder.path("file"))));
}

std::string recorded(const std::string& folder, const std::string& root) {
  return FrameStore({folder, root, 1, true}).recorded(FrameKind::image, "x");
}

TEST(FrameStore, RecordsPathsAsTheFolderWasGiven) {
  EXPECT_EQ(recorded("work/pre", ""), "work/pre/images/x.png");
  EXPECT_EQ(recorded("./work/", ""), "work/images/x.png");
  EXPECT_EQ(recorded(".", ""), "images/x.png");
  EXPECT_EQ(recorded("/a/b", ""), "/a/b/images/x.png");
  EXPECT_EQ(recorded("/a/b", "root"), "/a/b/images/x.png");
}

TEST(FrameStore, RecordsPathsFromTheRoot) {
  EXPECT_EQ(recorded("root/pre", "root"), "pre/images/x.png");
  EXPECT_EQ(recorded("pre", "root"), "../pre/images/x.png");
  EXPECT_EQ(recorded("pre", "."), "pre/images/x.png");
  EXPECT_EQ(recorded("/a/b", "/a"), "b/images/x.png");
  EXPECT_EQ(recorded("/a/b", "/a/b"), "images/x.png");
}

TEST(FrameStore, CompressionIsChecked) {
  EXPECT_EQ(error_of([] { check(FrameStoreOptions{"a", "", 10}); }), "2: compression 10 is not in 0 to 9");
}

}  // namespace
}  // namespace tn
