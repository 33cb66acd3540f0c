// Reading whole files, and outputs that appear whole or not at all.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

namespace tn {

// The file's bytes. Throws Error: no_input if it cannot be opened, io if reading fails.
std::string read_file(const std::string& path);

// The same of a regular file alone: a pipe could let it wait for ever. Throws Error(no_input) for others too.
std::string read_regular_file(const std::string& path);

// Whether something stands at the path (a dangling link counts).
bool path_exists(const std::string& path);

// Whether the path leads to a regular file, which can be opened again: no pipe, no device, no stdin.
bool is_regular_file(const std::string& path);

// Whether a file that is renamed to `path` would take the place of `other`, or of what that link leads to.
// Another name of the same file (a hard link) is another place.
bool takes_place_of(const std::string& path, const std::string& other);

// Without what leads nowhere: "./a//b/" -> "a/b". A path with ".." stays as it is: links may lie before it.
std::string plain_path(const std::string& path);

// The folder and its parents. Throws Error(cannot_create).
void create_folders(const std::string& folder);

// "a/b.txt" -> "a"; "b.txt" -> ".".
std::string folder_of(const std::string& path);

// Where the running program lies: libraries of its own are found from there. Throws Error(internal).
std::string executable_folder();

enum class Durability { rename_only, fsync };

// Brings everything written on the folder's file system to the disk. Throws Error(io).
void sync_files(const std::string& folder);

// A file written beside its final place and renamed on commit(): readers see the old file or the whole new
// one. Unless committed, nothing is left behind. The folder must exist.
class WholeFile {
 public:
  // Throws Error(cannot_create) if the target exists and `force` is false, or the folder cannot be written.
  WholeFile(std::string path, bool force);
  ~WholeFile();
  WholeFile(const WholeFile&) = delete;
  WholeFile& operator=(const WholeFile&) = delete;

  void write(std::string_view bytes);  // throws Error(io), disk full included

  // Settled, all bytes are on the disk and only the name is not: whoever writes several files settles all
  // before the first appears. commit() settles what is not. Both throw Error(io), and commit()
  // Error(cannot_create) for a file that came into being meanwhile.
  void settle(Durability durability = Durability::fsync);
  void commit(Durability durability = Durability::fsync);

  const std::string& path() const { return path_; }

 private:
  [[noreturn]] void fail(const char* what, int code);

  std::string path_;
  std::string beside_;
  std::FILE* stream_ = nullptr;
  bool force_;
};

// write_whole("a.json", text, force): the three calls above in one.
void write_whole(const std::string& path, std::string_view bytes, bool force,
                 Durability durability = Durability::fsync);

// Lines of a file or, for "-", of stdin. Lines end with LF, CR LF, or with `separator` if another is given.
class LineReader {
 public:
  explicit LineReader(const std::string& path, char separator = '\n');  // throws Error(no_input)
  ~LineReader();
  LineReader(const LineReader&) = delete;
  LineReader& operator=(const LineReader&) = delete;

  // The next line without its end, false at the end of input. Throws Error(bad_data) for a line over the cap,
  // Error(io) if reading fails, Error(interrupted | terminated) when a signal comes (interrupt.hpp) while it
  // waits for input, and Error(interrupted) after stop().
  bool next(std::string& line);

  // From any thread: ends the wait for input, for one who needs no more of it.
  void stop();

  std::int64_t line_number() const { return number_; }  // of the line last read, from 1
  bool line_ended() const { return ended_; }            // false: the input stopped before the line's end
  const std::string& name() const { return name_; }     // the path, or "<stdin>"
  static constexpr std::size_t kLineCap = 16U << 20;    // bytes

 private:
  std::string name_;
  struct Handles {
    int input = -1;
    int stop = -1;  // becomes readable by stop()
  };
  static ssize_t read_unless_stopped(void* handles, char* out, std::size_t count);
  void close();

  Handles handles_;  // what stream_ reads; their address is handed to the stream
  std::FILE* stream_ = nullptr;
  char separator_;
  std::int64_t number_ = 0;
  bool ended_ = true;
};

// A text output: a whole file (see WholeFile) or, for "-", stdout, where every write is checked.
class TextOutput {
 public:
  TextOutput(const std::string& path, bool force);

  void write(std::string_view text);
  void flush();   // on stdout: hands over what is known so far; throws Error(io) if that fails
  void settle();  // see WholeFile
  void finish();  // must be called for success; throws Error(io)

 private:
  std::unique_ptr<WholeFile> file_;  // none: stdout
};

}  // namespace tn
