#include "libcore/base/file.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <thread>

#include "libcore/base/interrupt.hpp"
#include "tests/support/expect_error.hpp"
#include "tests/support/temp_folder.hpp"

namespace {

using tn::test::TempFolder;
using tn::test::Thrown;
using tn::test::thrown_by;

TEST(ReadFile, GivesEveryByte) {
  const TempFolder folder;
  const std::string bytes("a\0\r\n\xFF", 5);
  EXPECT_EQ(tn::read_file(folder.file("x", bytes)), bytes);
}
TEST(ReadFile, ReadsFilesThatStateNoSize) {
  EXPECT_NE(tn::read_file("/proc/self/status").find("Name:"), std::string::npos);
}
TEST(ReadFile, MissingFileIs66AndNamed) {
  const Thrown thrown = thrown_by([] { tn::read_file("/nowhere/x"); });
  EXPECT_EQ(thrown.exit_code, 66);
  EXPECT_EQ(thrown.text, "/nowhere/x: No such file or directory");
}
TEST(ReadFile, FolderIs66) {
  const TempFolder folder;
  EXPECT_EQ(thrown_by([&] { tn::read_file(folder.path("")); }).exit_code, 66);
}

TEST(ReadRegularFile, GivesEveryByte) {
  const TempFolder folder;
  EXPECT_EQ(tn::read_regular_file(folder.file("x", "ab")), "ab");
  EXPECT_NE(tn::read_regular_file("/proc/self/status").find("Name:"), std::string::npos);
}
TEST(ReadRegularFile, MissingFileIs66AndNamed) {
  EXPECT_EQ(thrown_by([] { tn::read_regular_file("/nowhere/x"); }).text,
            "/nowhere/x: No such file or directory");
}
// Nobody writes into the pipe: to open it and wait would have no end.
TEST(ReadRegularFile, PipeIsRefusedAtOnce) {
  const TempFolder folder;
  ASSERT_EQ(::mkfifo(folder.path("pipe").c_str(), 0600), 0);
  const Thrown thrown = thrown_by([&] { tn::read_regular_file(folder.path("pipe")); });
  EXPECT_EQ(thrown.exit_code, 66);
  EXPECT_EQ(thrown.text, folder.path("pipe") + ": is no file, but a pipe or a device");
}
TEST(ReadRegularFile, FolderIs66) {
  const TempFolder folder;
  EXPECT_EQ(thrown_by([&] { tn::read_regular_file(folder.path("")); }).text,
            folder.path("") + ": is a folder, not a file");
}

TEST(PathExists, SeesADanglingLink) {
  const TempFolder folder;
  ASSERT_EQ(::symlink("nowhere", folder.path("link").c_str()), 0);
  EXPECT_TRUE(tn::path_exists(folder.path("link")));
  EXPECT_FALSE(tn::path_exists(folder.path("other")));
}

TEST(CreateFolders, MakesParentsAndAcceptsWhatIsThere) {
  const TempFolder folder;
  tn::create_folders(folder.path("a/b"));
  tn::create_folders(folder.path("a/b"));
  EXPECT_TRUE(tn::path_exists(folder.path("a/b")));
}
TEST(CreateFolders, BelowAFileIs73) {
  const TempFolder folder;
  folder.file("x", "");
  EXPECT_EQ(thrown_by([&] { tn::create_folders(folder.path("x/y")); }).exit_code, 73);
  EXPECT_EQ(thrown_by([&] { tn::create_folders(folder.path("x")); }).exit_code, 73);
}

TEST(PlainPath, LeavesOutWhatLeadsNowhere) {
  EXPECT_EQ(tn::plain_path("./a//b/"), "a/b");
  EXPECT_EQ(tn::plain_path("a/"), "a");
  EXPECT_EQ(tn::plain_path("/"), "/");
  EXPECT_EQ(tn::plain_path("./"), ".");
  EXPECT_EQ(tn::plain_path(""), "");
  EXPECT_EQ(tn::plain_path("a/../b/"), "a/../b/");
}

TEST(TakesPlaceOf, KnowsThePlacesThatLinksLeadTo) {
  const TempFolder folder;
  folder.file("x", "same");
  tn::create_folders(folder.path("a"));
  ASSERT_EQ(::symlink("x", folder.path("link").c_str()), 0);
  ASSERT_EQ(::symlink("a", folder.path("b").c_str()), 0);
  ASSERT_EQ(::link(folder.path("x").c_str(), folder.path("hard").c_str()), 0);
  EXPECT_TRUE(tn::takes_place_of(folder.path("x"), folder.path("a/../x")));
  EXPECT_TRUE(tn::takes_place_of(folder.path("x"), folder.path("link")));
  EXPECT_TRUE(tn::takes_place_of(folder.path("a/new"), folder.path("b/new")));
  EXPECT_FALSE(tn::takes_place_of(folder.path("link"), folder.path("x")));
  EXPECT_FALSE(tn::takes_place_of(folder.path("hard"), folder.path("x")));
  EXPECT_FALSE(tn::takes_place_of(folder.path("none/x"), folder.path("none/x")));
}

TEST(FolderOf, PlainNameIsTheCurrentFolder) {
  EXPECT_EQ(tn::folder_of("b.txt"), ".");
  EXPECT_EQ(tn::folder_of("a/b.txt"), "a");
}

TEST(WholeFile, AppearsOnCommitOnly) {
  const TempFolder folder;
  tn::WholeFile file(folder.path("x"), false);
  file.write("text");
  EXPECT_FALSE(tn::path_exists(folder.path("x")));
  file.commit();
  EXPECT_EQ(folder.read("x"), "text");
  EXPECT_EQ(folder.file_count(), 1U);
}
TEST(WholeFile, LeavesNothingWhenDropped) {
  const TempFolder folder;
  { tn::WholeFile(folder.path("x"), false).write("text"); }
  EXPECT_EQ(folder.file_count(), 0U);
}
TEST(WholeFile, RefusesAnExistingFile) {
  const TempFolder folder;
  folder.file("x", "old");
  const Thrown thrown = thrown_by([&] { tn::WholeFile(folder.path("x"), false); });
  EXPECT_EQ(thrown.exit_code, 73);
  EXPECT_EQ(thrown.text, folder.path("x") + ": exists (--force overwrites it)");
}
TEST(WholeFile, KeepsTheOldFileUntilCommit) {
  const TempFolder folder;
  folder.file("x", "old");
  tn::WholeFile file(folder.path("x"), true);
  file.write("new");
  EXPECT_EQ(folder.read("x"), "old");
  file.commit();
  EXPECT_EQ(folder.read("x"), "new");
}
TEST(WholeFile, KeepsAFileThatCameIntoBeingMeanwhile) {
  const TempFolder folder;
  tn::WholeFile file(folder.path("x"), false);
  file.write("mine");
  folder.file("x", "theirs");
  EXPECT_EQ(thrown_by([&] { file.commit(); }).exit_code, 73);
  EXPECT_EQ(folder.read("x"), "theirs");
}
TEST(WholeFile, MissingFolderIs73) {
  EXPECT_EQ(thrown_by([] { tn::WholeFile("/nowhere/x", false); }).exit_code, 73);
}
TEST(WholeFile, FolderAsTargetIs73) {
  const TempFolder folder;
  tn::create_folders(folder.path("d"));
  EXPECT_EQ(thrown_by([&] { tn::WholeFile(folder.path("d"), true); }).exit_code, 73);
}
TEST(WholeFile, FullDiskIs74) {
  tn::WholeFile file("/dev/full", false);
  file.write("text");
  EXPECT_EQ(thrown_by([&] { file.commit(); }).exit_code, 74);
}
TEST(WholeFile, DevicesAreWrittenInPlaceAndStay) {
  tn::write_whole("/dev/null", "text", false);
  struct stat info {};
  ASSERT_EQ(::stat("/dev/null", &info), 0);
  EXPECT_TRUE(S_ISCHR(info.st_mode));
}
TEST(WholeFile, ObeysTheUmask) {
  const TempFolder folder;
  const mode_t before = ::umask(027);
  tn::write_whole(folder.path("x"), "", false);
  ::umask(before);
  struct stat info {};
  ASSERT_EQ(::stat(folder.path("x").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0640U);
}

std::vector<std::string> lines_of(const std::string& path, char separator = '\n') {
  tn::LineReader reader(path, separator);
  std::vector<std::string> lines;
  std::string line;
  while (reader.next(line)) lines.push_back(line);
  return lines;
}

TEST(LineReader, TakesLfAndCrLf) {
  const TempFolder folder;
  EXPECT_EQ(lines_of(folder.file("x", "a\r\nb\n\nc")), (std::vector<std::string>{"a", "b", "", "c"}));
}
TEST(LineReader, EmptyFileHasNoLines) {
  const TempFolder folder;
  EXPECT_TRUE(lines_of(folder.file("x", "")).empty());
}
TEST(LineReader, NulSeparatedItemsKeepLineEnds) {
  const TempFolder folder;
  EXPECT_EQ(lines_of(folder.file("x", std::string("a\r\nb\0c\r\0", 8)), '\0'),
            (std::vector<std::string>{"a\r\nb", "c\r"}));
}
TEST(LineReader, CountsLinesFromOne) {
  const TempFolder folder;
  tn::LineReader reader(folder.file("x", "a\nb\n"));
  std::string line;
  reader.next(line);
  reader.next(line);
  EXPECT_EQ(reader.line_number(), 2);
}
TEST(LineReader, KnowsWhetherTheLastLineEnded) {
  const TempFolder folder;
  tn::LineReader reader(folder.file("x", "a\nb"));
  std::string line;
  reader.next(line);
  EXPECT_TRUE(reader.line_ended());
  reader.next(line);
  EXPECT_FALSE(reader.line_ended());
}
TEST(LineReader, LineOfExactlyTheCapIsTaken) {
  const TempFolder folder;
  EXPECT_EQ(lines_of(folder.file("x", std::string(tn::LineReader::kLineCap, 'x') + "\n")).size(), 1U);
}
TEST(LineReader, LongerLineIsRefusedWithItsNumber) {
  const TempFolder folder;
  const std::string path = folder.file("x", "a\n" + std::string(tn::LineReader::kLineCap + 1, 'x') + "\n");
  const Thrown thrown = thrown_by([&] { lines_of(path); });
  EXPECT_EQ(thrown.exit_code, 65);
  EXPECT_EQ(thrown.text, path + ":2: line is longer than 16 MiB");
}
TEST(LineReader, MissingFileIs66) {
  EXPECT_EQ(thrown_by([] { tn::LineReader("/nowhere/x"); }).exit_code, 66);
}
TEST(LineReader, FolderIs66) {
  EXPECT_EQ(thrown_by([] { tn::LineReader("/"); }).exit_code, 66);
}
// A pipe whose other end stays open and silent: only the signal ends the wait.
TEST(LineReader, SignalEndsTheWaitForInput) {
  const TempFolder folder;
  ASSERT_EQ(::mkfifo(folder.path("pipe").c_str(), 0600), 0);
  const int other_end = ::open(folder.path("pipe").c_str(), O_RDWR | O_CLOEXEC);
  const tn::InterruptScope scope;
  tn::LineReader reader(folder.path("pipe"));
  std::string line;
  ASSERT_EQ(::write(other_end, "a\n", 2), 2);
  EXPECT_TRUE(reader.next(line));
  std::jthread signaller([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    ::kill(::getpid(), SIGTERM);
  });
  EXPECT_EQ(thrown_by([&] { reader.next(line); }).exit_code, 143);
  ::close(other_end);
}

TEST(LineReader, StopEndsTheWaitForInput) {
  const TempFolder folder;
  ASSERT_EQ(::mkfifo(folder.path("pipe").c_str(), 0600), 0);
  const int other_end = ::open(folder.path("pipe").c_str(), O_RDWR | O_CLOEXEC);
  tn::LineReader reader(folder.path("pipe"));
  std::string line;
  std::jthread stopper([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    reader.stop();
  });
  EXPECT_EQ(thrown_by([&] { reader.next(line); }).exit_code, 130);
  EXPECT_EQ(thrown_by([&] { reader.next(line); }).exit_code, 130);
  ::close(other_end);
}

TEST(TextOutput, FileAppearsOnFinish) {
  const TempFolder folder;
  tn::TextOutput out(folder.path("x"), false);
  out.write("a");
  out.flush();
  EXPECT_FALSE(tn::path_exists(folder.path("x")));
  out.finish();
  EXPECT_EQ(folder.read("x"), "a");
}
TEST(TextOutput, DashIsStdout) {
  testing::internal::CaptureStdout();
  tn::TextOutput out("-", false);
  out.write("a\n");
  out.finish();
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "a\n");
}

}  // namespace
