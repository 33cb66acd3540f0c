#include <dlfcn.h>
#include <sys/mman.h>

#include <algorithm>
#include <cstring>
#include <string>

#include "libcore/base/file.hpp"
#include "libcore/base/module.hpp"
#include "libcore/image/child.hpp"
#include "libcore/image/gdcm_border.hpp"

namespace tn {
namespace {

constexpr ModuleName kName{"the decoders of DICOM", "the decoders of DICOM are"};

const GdcmBorder& load() {
  void* module = open_module(executable_folder() + "/" TN_GDCM_MODULE, RTLD_NOW | RTLD_LOCAL, kName);
  return border_of<GdcmBorder>(module, "tn_gdcm_border", kGdcmBorder, kName);
}

// Memory that a child process shares.
class SharedMemory {
 public:
  explicit SharedMemory(std::size_t size)
      : size_(size),
        start_(::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)) {
    if (start_ == MAP_FAILED) throw Error(Exit::try_again, "out of memory");
  }
  ~SharedMemory() { ::munmap(start_, size_); }
  SharedMemory(const SharedMemory&) = delete;
  SharedMemory& operator=(const SharedMemory&) = delete;

  char* start() const { return static_cast<char*>(start_); }

 private:
  std::size_t size_;
  void* start_;
};

// What a child leaves in front of the samples.
struct Outcome {
  Exit code = Exit::internal;
  char text[200] = "";
};
static_assert(sizeof(Outcome) <= 256);
constexpr std::size_t kOutcome = 256;   // bytes
constexpr unsigned kMostSeconds = 120;  // of processor time

void decode_into(const GdcmBorder& border, const CodedFrame& frame, char* shared) noexcept {
  std::vector<char> samples;
  const CodecFailure failure = border.decode(frame, samples);
  Outcome outcome;
  outcome.code = failure.code;
  std::strncpy(outcome.text, failure.text.c_str(), sizeof outcome.text - 1);
  std::memcpy(shared, &outcome, sizeof outcome);
  std::copy(samples.begin(), samples.end(), shared + kOutcome);
}

}  // namespace

CodecFailure decode_with_gdcm(const CodedFrame& frame, std::vector<char>& samples) {
  static const GdcmBorder& border = load();  // never closed
  const std::size_t size =
      std::size_t{frame.width} * frame.height * frame.samples * (frame.bits_allocated / 8U);
  const SharedMemory shared(kOutcome + size);
  const ChildEnd end = run_in_child([&] { decode_into(border, frame, shared.start()); }, kMostSeconds);
  if (end == ChildEnd::out_of_time)
    return {Exit::bad_data, fmt::format("cannot be decoded within {} s", kMostSeconds)};
  if (end != ChildEnd::done) return {Exit::bad_data, "cannot be decoded"};
  Outcome outcome;
  std::memcpy(&outcome, shared.start(), sizeof outcome);
  if (outcome.code != Exit::ok) return {outcome.code, outcome.text};
  samples.assign(shared.start() + kOutcome, shared.start() + kOutcome + size);
  return {};
}

}  // namespace tn
