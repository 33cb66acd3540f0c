#include "libcore/base/file.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <random>
#include <system_error>
#include <utility>

#include "libcore/base/error.hpp"
#include "libcore/base/interrupt.hpp"

namespace tn {
namespace {

namespace fs = std::filesystem;

std::string reason(int code) {
  return std::strerror(code);
}

void sync_folder(const std::string& folder) {
  const int handle = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (handle < 0) return;  // the file itself is synced already
  ::fsync(handle);
  ::close(handle);
}

// Makes a file of a name not taken yet, "PATH.tmp-" and six letters, with the rights that the umask leaves.
// (mkostemp makes it private, and asking for the umask would change it for all threads.) -1 and errno where
// that fails.
int create_beside(const std::string& path, std::string& beside) {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz0123456789";
  std::random_device random;
  for (int attempt = 0; attempt < 100; ++attempt) {
    beside = path + ".tmp-";
    for (int i = 0; i < 6; ++i) beside += kLetters[random() % kLetters.size()];
    const int handle = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (handle >= 0 || errno != EEXIST) return handle;
  }
  return -1;
}

using Stream = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

std::string read_stream(std::FILE* file, const std::string& path) {
  struct stat info {};
  if (::fstat(::fileno(file), &info) == 0 && S_ISDIR(info.st_mode))
    throw Error(Exit::no_input, "{}: is a folder, not a file", path);
  std::string bytes;
  std::size_t used = 0;
  bytes.resize(info.st_size > 0 ? static_cast<std::size_t>(info.st_size) + 1 : 65536);
  for (;;) {
    const std::size_t got = std::fread(bytes.data() + used, 1, bytes.size() - used, file);
    used += got;
    if (used < bytes.size()) break;
    bytes.resize(bytes.size() * 2);
  }
  if (std::ferror(file) != 0) throw Error(Exit::io, "{}: {}", path, reason(errno));
  bytes.resize(used);
  return bytes;
}

}  // namespace

std::string read_file(const std::string& path) {
  const Stream file(std::fopen(path.c_str(), "rbe"), &std::fclose);
  if (!file) throw Error(Exit::no_input, "{}: {}", path, reason(errno));
  return read_stream(file.get(), path);
}

std::string read_regular_file(const std::string& path) {
  const int handle = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);  // a pipe opens at once
  const Stream file(handle < 0 ? nullptr : ::fdopen(handle, "rb"), &std::fclose);
  if (!file) throw Error(Exit::no_input, "{}: {}", path, reason(errno));
  struct stat info {};
  if (::fstat(handle, &info) == 0 && !S_ISREG(info.st_mode) && !S_ISDIR(info.st_mode))
    throw Error(Exit::no_input, "{}: is no file, but a pipe or a device", path);
  return read_stream(file.get(), path);
}

bool path_exists(const std::string& path) {
  struct stat info {};
  return ::lstat(path.c_str(), &info) == 0;
}

bool is_regular_file(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode);
}

bool takes_place_of(const std::string& path, const std::string& other) {
  std::error_code none;
  const auto place = [&none](const fs::path& of) {
    const fs::path folder = fs::canonical(folder_of(of.string()), none);
    return none ? fs::path() : folder / of.filename();
  };
  const fs::path target = place(path);
  return !target.empty() && (target == place(other) || target == fs::canonical(other, none));
}

std::string plain_path(const std::string& path) {
  const fs::path given(path);
  for (const fs::path& part : given)
    if (part == "..") return path;
  const fs::path plain = given.lexically_normal();
  return (plain.has_filename() || plain == plain.root_path() ? plain : plain.parent_path()).string();
}

void create_folders(const std::string& folder) {
  std::error_code code;
  fs::create_directories(folder, code);
  if (code) throw Error(Exit::cannot_create, "{}: cannot create folder: {}", folder, code.message());
  if (!fs::is_directory(folder, code))
    throw Error(Exit::cannot_create, "{}: exists and is not a folder", folder);
}

void sync_files(const std::string& folder) {
  const int handle = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (handle < 0) throw Error(Exit::io, "{}: {}", folder, reason(errno));
  const int synced = ::syncfs(handle);
  const int code = errno;
  ::close(handle);
  if (synced != 0) throw Error(Exit::io, "{}: cannot write: {}", folder, reason(code));
}

std::string folder_of(const std::string& path) {
  const std::string folder = fs::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

std::string executable_folder() {
  std::array<char, 4096> path{};
  const ssize_t length = ::readlink("/proc/self/exe", path.data(), path.size());
  if (length <= 0) throw Error(Exit::internal, "/proc/self/exe: cannot be read");
  return folder_of(std::string(path.data(), static_cast<std::size_t>(length)));
}

WholeFile::WholeFile(std::string path, bool force) : path_(std::move(path)), force_(force) {
  struct stat info {};
  const bool found = ::stat(path_.c_str(), &info) == 0;
  if (found && S_ISDIR(info.st_mode)) throw Error(Exit::cannot_create, "{}: is a folder", path_);
  if (found && !S_ISREG(info.st_mode)) {
    // A device such as /dev/null is written in place: renaming over it would replace the device.
    stream_ = std::fopen(path_.c_str(), "wbe");
  } else {
    if (!force && path_exists(path_))
      throw Error(Exit::cannot_create, "{}: exists (--force overwrites it)", path_);
    const int handle = create_beside(path_, beside_);
    if (handle >= 0) stream_ = ::fdopen(handle, "wb");
  }
  if (stream_ == nullptr) {
    const int code = errno;
    beside_.clear();
    throw Error(Exit::cannot_create, "{}: cannot create: {}", path_, reason(code));
  }
}

WholeFile::~WholeFile() {
  if (stream_ != nullptr) std::fclose(stream_);
  if (!beside_.empty()) ::unlink(beside_.c_str());
}

void WholeFile::fail(const char* what, int code) {
  throw Error(Exit::io, "{}: cannot {}: {}", path_, what, reason(code));
}

void WholeFile::write(std::string_view bytes) {
  if (std::fwrite(bytes.data(), 1, bytes.size(), stream_) != bytes.size()) fail("write", errno);
}

void WholeFile::settle(Durability durability) {
  if (stream_ == nullptr) return;
  if (std::fflush(stream_) != 0) fail("write", errno);
  if (durability == Durability::fsync && ::fsync(::fileno(stream_)) != 0 && errno != EINVAL && errno != EROFS)
    fail("write", errno);
  const int closed = std::fclose(std::exchange(stream_, nullptr));
  if (closed != 0) fail("write", errno);
}

void WholeFile::commit(Durability durability) {
  settle(durability);
  if (beside_.empty()) return;
  if (force_) {
    if (::rename(beside_.c_str(), path_.c_str()) != 0) fail("rename into place", errno);
  } else if (::link(beside_.c_str(), path_.c_str()) != 0) {
    // A file that came into being meanwhile is kept; file systems without hard links fall back to rename.
    if (errno == EEXIST) throw Error(Exit::cannot_create, "{}: exists (--force overwrites it)", path_);
    if (::rename(beside_.c_str(), path_.c_str()) != 0) fail("rename into place", errno);
  } else {
    ::unlink(beside_.c_str());
  }
  beside_.clear();
  if (durability == Durability::fsync) sync_folder(folder_of(path_));
}

void write_whole(const std::string& path, std::string_view bytes, bool force, Durability durability) {
  WholeFile file(path, force);
  file.write(bytes);
  file.commit(durability);
}

// Reads as a stream does, but a signal or stop() ends the wait for input: -1 and EINTR or ECANCELED.
ssize_t LineReader::read_unless_stopped(void* handles, char* out, std::size_t count) {
  const auto [input, stop] = *static_cast<const Handles*>(handles);
  for (;;) {
    pollfd waits[] = {{input, POLLIN, 0}, {interrupt_handle(), POLLIN, 0}, {stop, POLLIN, 0}};
    if (::poll(waits, 3, -1) < 0 && errno != EINTR) return -1;
    const bool interrupted = waits[1].fd >= 0 && interrupt_signal() != 0;
    if (interrupted || waits[2].revents != 0) {
      errno = interrupted ? EINTR : ECANCELED;
      return -1;
    }
    if (waits[0].revents != 0) return ::read(input, out, count);
  }
}

LineReader::LineReader(const std::string& path, char separator)
    : name_(path == "-" ? "<stdin>" : path), separator_(separator) {
  handles_.input = path == "-" ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (handles_.input < 0) throw Error(Exit::no_input, "{}: {}", path, reason(errno));
  const bool own = handles_.input != STDIN_FILENO;
  struct stat info {};
  if (own && ::fstat(handles_.input, &info) == 0 && S_ISDIR(info.st_mode)) {
    ::close(handles_.input);
    throw Error(Exit::no_input, "{}: is a folder, not a file", path);
  }
  handles_.stop = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  const cookie_io_functions_t calls{&read_unless_stopped, nullptr, nullptr, nullptr};
  if (handles_.stop >= 0) stream_ = ::fopencookie(&handles_, "r", calls);
  if (stream_ == nullptr) {
    const int code = errno;
    close();
    throw Error(Exit::io, "{}: {}", path, reason(code));
  }
}

LineReader::~LineReader() {
  std::fclose(stream_);
  close();
}

void LineReader::close() {
  if (handles_.input != STDIN_FILENO) ::close(handles_.input);
  if (handles_.stop >= 0) ::close(handles_.stop);
}

void LineReader::stop() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(handles_.stop, &one, sizeof one);
}

bool LineReader::next(std::string& line) {
  line.clear();
  int c = 0;
  ::flockfile(stream_);
  while (line.size() <= kLineCap && (c = ::getc_unlocked(stream_)) != EOF && c != separator_)
    line.push_back(static_cast<char>(c));
  ::funlockfile(stream_);
  if (std::ferror(stream_) != 0) {
    const int code = errno;
    const int signal = interrupt_signal();
    if (code == EINTR && signal != 0)
      throw Error(signal == SIGINT ? Exit::interrupted : Exit::terminated, "{}: reading was interrupted",
                  name_);
    if (code == ECANCELED) throw Error(Exit::interrupted, "{}: reading was stopped", name_);
    throw Error(Exit::io, "{}: {}", name_, reason(code));
  }
  ended_ = c == separator_;
  if (c == EOF && line.empty()) return false;
  ++number_;
  if (line.size() > kLineCap)
    throw Error(Exit::bad_data, "{}:{}: line is longer than 16 MiB", name_, number_);
  if (separator_ == '\n' && !line.empty() && line.back() == '\r') line.pop_back();
  return true;
}

TextOutput::TextOutput(const std::string& path, bool force) {
  if (path != "-") file_ = std::make_unique<WholeFile>(path, force);
}

void TextOutput::write(std::string_view text) {
  if (file_) {
    file_->write(text);
  } else if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) {
    throw Error(Exit::io, "<stdout>: cannot write: {}", reason(errno));
  }
}

void TextOutput::flush() {
  if (!file_ && std::fflush(stdout) != 0) throw Error(Exit::io, "<stdout>: cannot write: {}", reason(errno));
}

void TextOutput::settle() {
  if (file_) {
    file_->settle();
  } else {
    flush();
  }
}

void TextOutput::finish() {
  if (file_) {
    file_->commit();
  } else {
    flush();
  }
}

}  // namespace tn
