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
    : spins_(threads <= std::thread::hardware_concurrency() ? kSpins : 0) {
  workers_.reserve(threads - 1);
  try {
    for (std::uint32_t thread = 1; thread < threads; ++thread) {
      workers_.emplace_back([this, thread] { work(thread); });
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

void ThreadPool::run(Job job, const void* context) {
  job_ = job;
  context_ = context;
  running_.store(static_cast<std::uint32_t>(workers_.size()), std::memory_order_relaxed);
  round_.fetch_add(1, std::memory_order_release);
  round_.notify_all();
  job(context, 0);
  for (std::uint32_t left = running_.load(std::memory_order_acquire); left != 0;
       left = running_.load(std::memory_order_acquire)) {
    await_change(running_, left, spins_);
  }
}

void ThreadPool::work(std::uint32_t thread) {
  std::uint32_t seen = 0;
  for (;;) {
    await_change(round_, seen, spins_);
    ++seen;  // the caller starts no next round before this one has ended here
    const Job job = job_;
    if (job == nullptr) return;
    job(context_, thread);
    if (running_.fetch_sub(1, std::memory_order_acq_rel) == 1) running_.notify_one();
  }
}

}  // namespace aiedge::exec
