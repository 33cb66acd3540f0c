#include "libcore/image/ordered.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "libcore/base/hash.hpp"
#include "tests/unit/image/fixtures.hpp"

namespace tn {
namespace {

std::function<std::optional<Record>()> count_to(int last) {
  return [n = 0, last]() mutable -> std::optional<Record> {
    if (n == last) return std::nullopt;
    return Record::of(std::to_string(n++));
  };
}

// Work of uneven length, so that later records overtake earlier ones.
Record uneven(Record record) {
  std::string text = record.id();
  const int rounds = text.back() == '0' ? 3000 : 3;
  for (int i = 0; i < rounds; ++i) text = sha256_hex(text);
  record.set("hash", text);
  return record;
}

std::vector<std::string> lines(int jobs, int count) {
  std::vector<std::string> out;
  for_each_ordered(jobs, count_to(count), uneven,
                   [&](const Record& record) { out.push_back(record.line()); });
  return out;
}

TEST(Ordered, SinkSeesTheOrderOfTheSource) {
  std::vector<std::string> ids;
  for_each_ordered(4, count_to(200), uneven, [&](const Record& record) { ids.push_back(record.id()); });
  ASSERT_EQ(ids.size(), 200U);
  for (int i = 0; i < 200; ++i) EXPECT_EQ(ids[static_cast<std::size_t>(i)], std::to_string(i));
}

TEST(Ordered, AnyNumberOfJobsGivesTheSame) {
  const std::vector<std::string> one = lines(1, 50);
  EXPECT_EQ(one.size(), 50U);
  EXPECT_EQ(lines(2, 50), one);
  EXPECT_EQ(lines(8, 50), one);
}

TEST(Ordered, EmptySourceIsNoWork) {
  EXPECT_TRUE(lines(2, 0).empty());
}

TEST(Ordered, BoundsTheRecordsAlive) {
  const int jobs = 3;
  int read = 0;
  std::atomic<int> written = 0;
  int most = 0;
  for_each_ordered(
      jobs,
      [&]() -> std::optional<Record> {
        if (read == 300) return std::nullopt;
        ++read;
        most = std::max(most, read - written);
        return Record::of(std::to_string(read));
      },
      uneven, [&](const Record&) { ++written; });
  EXPECT_LE(most, 2 * jobs + 2);
  EXPECT_EQ(written, 300);
}

TEST(Ordered, WorksOnNoMoreThreadsThanJobs) {
  std::mutex lock;
  std::set<std::thread::id> threads;
  for_each_ordered(
      2, count_to(100),
      [&](Record record) {
        const std::lock_guard guard(lock);
        threads.insert(std::this_thread::get_id());
        return record;
      },
      [](const Record&) {});
  EXPECT_LE(threads.size(), 2U);
}

TEST(Ordered, ErrorOfTheSourceComesOut) {
  EXPECT_EQ(error_of([] {
              for_each_ordered(
                  2, []() -> std::optional<Record> { throw Error(Exit::bad_data, "source"); }, uneven,
                  [](const Record&) {});
            }),
            "65: source");
}

TEST(Ordered, ErrorOfTheWorkComesOut) {
  EXPECT_EQ(error_of([] {
              for_each_ordered(
                  2, count_to(20),
                  [](Record record) {
                    if (record.id() == "7") throw Error(Exit::io, "work");
                    return record;
                  },
                  [](const Record&) {});
            }),
            "74: work");
}

TEST(Ordered, ErrorOfTheSinkComesOutAndNothingFollows) {
  int written = 0;
  const std::string error = error_of([&] {
    for_each_ordered(2, count_to(100), uneven, [&](const Record& record) {
      if (record.id() == "5") throw Error(Exit::io, "sink");
      ++written;
    });
  });
  EXPECT_EQ(error, "74: sink");
  EXPECT_EQ(written, 5);
}

// A source that waits until it is stopped and then fails itself: what comes out is why it was stopped.
TEST(Ordered, ErrorOfTheSinkStopsAWaitingSource) {
  std::promise<void> stopped;
  std::atomic<bool> once = false;
  int given = 0;
  const std::string error = error_of([&] {
    for_each_ordered(
        2,
        [&]() -> std::optional<Record> {
          if (given++ == 0) return Record::of("0");
          stopped.get_future().wait();
          throw Error(Exit::interrupted, "source");
        },
        [](Record record) { return record; }, [](const Record&) { throw Error(Exit::io, "sink"); },
        [&] {
          if (!once.exchange(true)) stopped.set_value();
        });
  });
  EXPECT_EQ(error, "74: sink");
}

}  // namespace
}  // namespace tn
