// tn-phantoms: a seed -> a data set of drawn B-mode pictures with masks, labels and patients.
#include <fmt/format.h>

#include <algorithm>
#include <opencv2/core/utility.hpp>
#include <thread>

#include "examples/phantoms/write_set.hpp"
#include "libcore/cli/progress.hpp"
#include "libcore/cli/run_tool.hpp"

namespace {

struct Options {
  std::string folder;
  tn::SetOptions set;
  std::int64_t jobs = 0;
  bool force = false;
};

tn::Flags flags(Options& o) {
  tn::Flags f({"tn-phantoms", "Draws B-mode pictures of thyroid nodules with masks, labels and patients.",
               "[OPTION]... -o DIR"});
  f.required("output,o", o.folder, "DIR", "folder of the data set");
  f.choice("layout", o.set.layout, {{"csv", tn::SetLayout::csv}, {"folders", tn::SetLayout::folders}},
           "LAYOUT", "csv: images/, masks/ and labels.csv; folders: benign/ and malignant/");
  f.optional("patients", o.set.patients, "N", "patients to draw, with 1 to 3 pictures each");
  f.optional("first", o.set.first, "N", "number of the first patient");
  f.optional("width", o.set.phantom.width, "PX", "width of the pictures");
  f.optional("height", o.set.phantom.height, "PX", "height of the pictures");
  f.optional("seed", o.set.phantom.seed, "N", "same seed, same pictures");
  f.optional("jobs,j", o.jobs, "N", "pictures drawn at a time; 0: as many as there are cores");
  f.unrecorded();
  f.from_environment("TN_JOBS");
  f.toggle("force", o.force, "write over files of that name");
  return f;
}

tn::Exit run(const Options& o, const tn::Invocation& call) {
  if (o.jobs < 0) throw tn::Error(tn::Exit::usage, "--jobs {}: at least 1, or 0 for every core", o.jobs);
  cv::setNumThreads(1);
  const auto cores = static_cast<std::int64_t>(std::max(1U, std::thread::hardware_concurrency()));
  const std::int64_t jobs = o.jobs == 0 ? cores : std::min(o.jobs, cores);
  tn::Progress progress(call.program, "pictures", 0, call.progress);
  const std::int64_t count =
      tn::write_set(o.set, o.folder, static_cast<int>(jobs), o.force, [&] { progress.advance(); });
  call.log.note(fmt::format("{} pictures of {} patients in {}", count, o.set.patients, o.folder));
  return tn::Exit::ok;
}

}  // namespace

int main(int argc, char** argv) {
  Options o;
  return tn::run_tool(argc, argv, flags(o), [&](const tn::Invocation& call) { return run(o, call); });
}
