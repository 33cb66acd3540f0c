// libtn_mpi.so: sums over processes by MPI (MPI-3.1, 5.12: non-blocking collectives).
#include <fmt/format.h>
#include <mpi.h>

#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <exception>
#include <mutex>
#include <set>
#include <thread>
#include <utility>

#include "libcore/net/mpi_border.hpp"

namespace tn {
namespace {

using Clock = std::chrono::steady_clock;

struct Sum {
  std::uint64_t ticket = 0;
  void* values = nullptr;
  std::size_t count = 0;
  MPI_Datatype type = MPI_FLOAT;
  MPI_Request request = MPI_REQUEST_NULL;
  Clock::time_point started = {};
};

std::string mpi_text(int code) {
  char text[MPI_MAX_ERROR_STRING] = "";
  int length = 0;
  MPI_Error_string(code, text, &length);
  return {text, static_cast<std::size_t>(length)};
}

// All calls of MPI are made by one thread of its own. It starts sums in the order in which they come, and
// looks after those under way while the network computes.
class MpiProcesses : public JoinedProcesses {
 public:
  explicit MpiProcesses(double timeout_s) : timeout_(timeout_s), thread_([this] { serve(); }) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return joined_ || broken(); });
  }
  ~MpiProcesses() override { end(std::uncaught_exceptions() > 0 ? End::alone : End::together); }
  MpiProcesses(const MpiProcesses&) = delete;
  MpiProcesses& operator=(const MpiProcesses&) = delete;

  CollectiveFailure failure() const {
    const std::lock_guard lock(mutex_);
    return failure_;
  }
  int rank() const noexcept override { return rank_; }
  int size() const noexcept override { return size_; }
  double timeout_s() const noexcept override { return timeout_.count(); }
  std::uint64_t start_sum(std::span<float> values) noexcept override {
    return start(values.data(), values.size(), MPI_FLOAT);
  }
  std::uint64_t start_sum(std::span<double> values) noexcept override {
    return start(values.data(), values.size(), MPI_DOUBLE);
  }
  CollectiveFailure wait(std::uint64_t sum) noexcept override {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return done_.count(sum) > 0 || broken(); });
    return done_.erase(sum) > 0 ? CollectiveFailure() : failure_;
  }
  [[noreturn]] void end_all(int code) noexcept override {
    code_ = code;
    std::thread([code] {  // where MPI waits for a launcher that is gone
      std::this_thread::sleep_for(std::chrono::seconds(10));
      std::_Exit(code);
    })
        .detach();
    end(End::all);
    std::_Exit(code);  // where MPI does not
  }

 private:
  enum class End { none, together, alone, all };

  void end(End how) {
    {
      const std::lock_guard lock(mutex_);
      end_ = how;
    }
    changed_.notify_all();
    thread_.join();
  }

  bool broken() const { return failure_.code != Exit::ok; }

  std::uint64_t start(void* values, std::size_t count, MPI_Datatype type) {
    const std::lock_guard lock(mutex_);
    waiting_.push_back({++last_, values, count, type, MPI_REQUEST_NULL, {}});
    changed_.notify_all();
    return last_;
  }

  // False once it does not work; says why.
  bool worked(int code, const char* what) {
    if (code == MPI_SUCCESS) return true;
    break_off({Exit::try_again, fmt::format("{}: {}", what, mpi_text(code))});
    return false;
  }

  void break_off(CollectiveFailure failure) {
    const std::lock_guard lock(mutex_);
    failure_ = std::move(failure);
    changed_.notify_all();
  }

  void serve() {
    int level = MPI_THREAD_SINGLE;
    if (!worked(MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &level), "MPI cannot be started"))
      return;
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
    MPI_Comm_size(MPI_COMM_WORLD, &size_);
    {
      const std::lock_guard lock(mutex_);
      joined_ = true;
      changed_.notify_all();
    }
    std::deque<Sum> under_way;
    while (take(under_way) && look_after(under_way)) {
    }
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return end_ != End::none; });
    // After a failure MPI_Finalize would wait for ever.
    if (end_ == End::together && !broken()) MPI_Finalize();
    if (end_ == End::all) MPI_Abort(MPI_COMM_WORLD, code_);
  }

  // Starts what came. Waits if there is nothing to do. False at the end; at once where not all end well.
  bool take(std::deque<Sum>& under_way) {
    std::deque<Sum> fresh;
    {
      std::unique_lock lock(mutex_);
      if (under_way.empty()) changed_.wait(lock, [this] { return end_ != End::none || !waiting_.empty(); });
      if (end_ == End::alone || end_ == End::all) return false;
      if (under_way.empty() && waiting_.empty()) return false;
      fresh.swap(waiting_);
    }
    for (Sum& sum : fresh) {
      sum.started = Clock::now();
      if (!worked(MPI_Iallreduce(MPI_IN_PLACE, sum.values, static_cast<int>(sum.count), sum.type, MPI_SUM,
                                 MPI_COMM_WORLD, &sum.request),
                  "the processes cannot add up"))
        return false;
      under_way.push_back(sum);
    }
    return true;
  }

  bool look_after(std::deque<Sum>& under_way) {
    int ready = 0;
    Sum& first = under_way.front();
    if (!worked(MPI_Test(&first.request, &ready, MPI_STATUS_IGNORE), "a process is gone")) return false;
    if (ready != 0) {
      const std::lock_guard lock(mutex_);
      done_.insert(first.ticket);
      under_way.pop_front();
      changed_.notify_all();
      return true;
    }
    if (Clock::now() - first.started > timeout_) {
      break_off(
          {Exit::try_again, fmt::format("another process did not answer within {} s", timeout_.count())});
      return false;
    }
    std::this_thread::sleep_for(std::chrono::microseconds(100));
    return true;
  }

  std::chrono::duration<double> timeout_;
  int rank_ = 0, size_ = 1;  // written before joined_
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool joined_ = false;
  End end_ = End::none;
  int code_ = 0;  // with End::all; written before
  std::uint64_t last_ = 0;
  std::deque<Sum> waiting_;
  std::set<std::uint64_t> done_;
  CollectiveFailure failure_;
  std::thread thread_;  // last: it uses all of the above
};

class MpiModule : public MpiBorder {
 public:
  int version() const noexcept override { return kMpiBorder; }
  CollectiveFailure join(double timeout_s,
                         std::unique_ptr<JoinedProcesses>& processes) const noexcept override {
    try {
      auto joined = std::make_unique<MpiProcesses>(timeout_s);
      const CollectiveFailure failure = joined->failure();
      if (failure.code == Exit::ok) processes = std::move(joined);
      return failure;
    } catch (const std::exception& error) {
      return {Exit::internal, error.what()};
    }
  }
};

}  // namespace
}  // namespace tn

extern "C" __attribute__((visibility("default"))) const tn::MpiBorder* tn_mpi_border() noexcept {
  static const tn::MpiModule module;
  return &module;
}
