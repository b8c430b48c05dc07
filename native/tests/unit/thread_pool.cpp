// Each share of a job is computed exactly once, also when the workers have parked; the pool can end at any
// time.
#include "exec/thread_pool.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <thread>

#include "check.h"

using aiedge::exec::ThreadPool;

namespace {

struct Counters {
  std::array<std::uint64_t, 8> runs = {};  // one for each share
};

void count(const void* context, std::uint32_t share) {
  ++const_cast<Counters*>(static_cast<const Counters*>(context))->runs[share];
}

void check_pool(std::uint32_t threads, std::uint64_t rounds) {
  Counters counters;
  ThreadPool pool(threads);
  CHECK(pool.threads() == threads);
  for (std::uint64_t i = 0; i < rounds; ++i) {
    pool.run(count, &counters);
    // Now and then long enough for the workers to park.
    if (i % 500 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  for (std::uint32_t t = 0; t < 8; ++t) CHECK(counters.runs[t] == (t < threads ? rounds : 0));
}

}  // namespace

int main() {
  for (const std::uint32_t threads : {1U, 2U, 3U, 8U}) check_pool(threads, 2000);
  for (int i = 0; i < 200; ++i) const ThreadPool ended_at_once(4);
  return aiedge::test::report();
}
