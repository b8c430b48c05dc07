// Each share of a job is computed exactly once, also when the workers have parked; the pool can end at any
// time.
#include "exec/thread_pool.h"

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <thread>

#include "check.h"

using aiedge::exec::ThreadPool;

namespace {

constexpr std::uint32_t kMost = 8;

struct Counters {
  std::array<std::uint64_t, kMost> runs = {};  // one for each share
};

void count(const void* context, std::uint32_t share) {
  ++const_cast<Counters*>(static_cast<const Counters*>(context))->runs[share];
}

void check_pool(std::uint32_t threads, std::uint64_t rounds, std::uint32_t spin_us) {
  Counters counters;
  std::array<std::uint64_t, kMost> expected = {};
  ThreadPool pool(threads, spin_us);
  CHECK(pool.threads() == threads);
  for (std::uint64_t i = 0; i < rounds; ++i) {
    // Not every thread takes part in every round.
    const auto shares = static_cast<std::uint32_t>(2 + i * i % (threads - 1));
    pool.run(count, &counters, shares);
    for (std::uint32_t share = 0; share < shares; ++share) ++expected[share];
    // Now and then long enough for the workers to park.
    if (i % 500 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  CHECK(counters.runs == expected);
}

// A share that takes long enough for the caller to fall asleep over it.
void check_long_share() {
  ThreadPool pool(2);
  for (int i = 0; i < 20; ++i) {
    std::atomic<int> ended = 0;
    pool.run(
        [](const void* context, std::uint32_t share) {
          if (share == 1) std::this_thread::sleep_for(std::chrono::milliseconds(1));
          ++*const_cast<std::atomic<int>*>(static_cast<const std::atomic<int>*>(context));
        },
        &ended, 2);
    CHECK(ended == 2);
  }
}

}  // namespace

int main() {
  for (const std::uint32_t threads : {2U, 3U, 8U}) {
    for (const std::uint32_t spin_us : {0U, 1U, 5000U}) check_pool(threads, 2000, spin_us);
  }
  check_long_share();
  for (int i = 0; i < 200; ++i) const ThreadPool ended_at_once(4);
  return aiedge::test::report();
}
