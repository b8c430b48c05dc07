#include "exec/thread_pool.h"

#include <system_error>

namespace aiedge::exec {
namespace {

constexpr int kSpins = 2000;  // some tens of microseconds: longer than the pause between two nodes

void relax() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

// Wait until the value is no longer `old`: first by looking often, then asleep.
void await_change(const std::atomic<std::uint32_t>& value, std::uint32_t old, int spins) {
  for (int i = 0; i < spins; ++i) {
    if (value.load(std::memory_order_acquire) != old) return;
    relax();
  }
  value.wait(old, std::memory_order_acquire);
}

}  // namespace

// More threads than processors must not spin: each would hold up the one that it waits for.
ThreadPool::ThreadPool(std::uint32_t threads)
    : spins_(threads <= std::thread::hardware_concurrency() ? kSpins : 0),
      claims_(std::make_unique<Claim[]>(threads)) {
  workers_.reserve(threads - 1);
  try {
    for (std::uint32_t share = 1; share < threads; ++share) {
      workers_.emplace_back([this, share] { work(share); });
    }
  } catch (const std::system_error&) {
    stop();
    throw;
  }
}

ThreadPool::~ThreadPool() { stop(); }

void ThreadPool::stop() {
  job_ = nullptr;
  round_.fetch_add(1, std::memory_order_release);
  round_.notify_all();
  for (std::thread& worker : workers_) worker.join();
  workers_.clear();
}

// At the start of a round every share has been begun in the round before, by somebody. So only the first to
// ask gets it, and a worker that woke up too late gets nothing.
bool ThreadPool::claim(std::uint32_t share, std::uint32_t round) {
  std::uint32_t before = round - 1;
  return claims_[share].round.compare_exchange_strong(before, round, std::memory_order_acq_rel,
                                                      std::memory_order_relaxed);
}

void ThreadPool::run(Job job, const void* context) {
  job_ = job;
  context_ = context;
  running_.store(threads() - 1, std::memory_order_relaxed);
  const std::uint32_t round = round_.fetch_add(1, std::memory_order_release) + 1;
  round_.notify_all();
  job(context, 0);
  for (std::uint32_t share = 1; share < threads(); ++share) {
    if (!claim(share, round)) continue;
    job(context, share);
    running_.fetch_sub(1, std::memory_order_relaxed);
  }
  for (std::uint32_t left = running_.load(std::memory_order_acquire); left != 0;
       left = running_.load(std::memory_order_acquire)) {
    await_change(running_, left, spins_);
  }
}

void ThreadPool::work(std::uint32_t share) {
  std::uint32_t seen = 0;
  for (;;) {
    await_change(round_, seen, spins_);
    seen = round_.load(std::memory_order_acquire);
    if (!claim(share, seen)) continue;
    // The round cannot end before this share does, so job_ and context_ are its own.
    const Job job = job_;
    if (job == nullptr) return;
    job(context_, share);
    if (running_.fetch_sub(1, std::memory_order_acq_rel) == 1) running_.notify_one();
  }
}

}  // namespace aiedge::exec
