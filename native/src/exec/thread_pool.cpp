#include "exec/thread_pool.h"

#include <chrono>
#include <system_error>

#include "exec/futex.h"
#include "exec/place_thread.h"

namespace aiedge::exec {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint32_t kSharesBits = 8;
constexpr std::uint32_t kStateBits = 2;
constexpr int kLooksPerClock = 64;  // reading the clock is no system call, but slower than looking

void relax() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

// Look until the value is no longer `old` or the time is over; gives the last value seen.
std::uint64_t spin(const std::atomic<std::uint64_t>& value, std::uint64_t old, std::uint32_t spin_us) {
  std::uint64_t now = value.load(std::memory_order_acquire);
  if (spin_us == 0 || now != old) return now;
  const auto end = Clock::now() + std::chrono::microseconds(spin_us);
  do {
    for (int i = 0; i < kLooksPerClock && now == old; ++i) {
      relax();
      now = value.load(std::memory_order_acquire);
    }
  } while (now == old && Clock::now() < end);
  return now;
}

}  // namespace

// More threads than processors must not spin: each would hold up the one that it waits for.
ThreadPool::ThreadPool(std::uint32_t threads, std::uint32_t spin_us)
    : spin_us_(threads > std::thread::hardware_concurrency() ? 0
               : spin_us == 0                                ? kSpinUs
                                                             : spin_us),
      progress_(std::make_unique<Progress[]>(threads)),
      beds_(std::make_unique<Bed[]>(threads)) {
  workers_.reserve(threads - 1);
  try {
    for (std::uint32_t share = 1; share < threads; ++share) {
      workers_.emplace_back([this, share] { work(share); });
    }
    // A thread that is born late would make its first system calls during somebody's run.
    for (std::uint32_t born = 0; born < threads - 1; born = born_.load()) born_.wait(born);
  } catch (const std::system_error&) {
    stop();
    throw;
  }
}

ThreadPool::~ThreadPool() { stop(); }

void ThreadPool::stop() {
  call(nullptr, nullptr, ++round_, threads());
  for (std::thread& worker : workers_) worker.join();
  workers_.clear();
}

Status ThreadPool::pin(std::span<const std::uint32_t> cpus) {
  if (!cpus.empty() && cpus.size() != workers_.size()) {
    return Status::error(Code::kInvalidArgument,
                         "options.cpus must name one CPU for each thread but the caller's: "
                         "%zu, given are %zu",
                         workers_.size(), cpus.size());
  }
  for (std::size_t i = 0; i < cpus.size(); ++i) {
    AIEDGE_TRY(pin_thread(workers_[i].native_handle(), cpus[i]));
  }
  return {};
}

Status ThreadPool::set_realtime(std::uint32_t priority) {
  for (std::thread& worker : workers_) AIEDGE_TRY(make_realtime(worker.native_handle(), priority));
  return {};
}

bool ThreadPool::awake() const {
  for (std::uint32_t share = 1; share < threads(); ++share) {
    if (beds_[share].asleep.load(std::memory_order_relaxed) != 0) return false;
  }
  return true;
}

void ThreadPool::call(Job job, const void* context, std::uint64_t round, std::uint32_t shares) {
  job_ = job;
  context_ = context;
  // Sequentially consistent, as are the worker's store to `asleep` and its last look at `call_`: one of the
  // two sees the other.
  call_.store(round << kSharesBits | shares);
  for (std::uint32_t share = 1; share < shares; ++share) {
    std::atomic<std::uint32_t>& asleep = beds_[share].asleep;
    if (asleep.load() != 0 && asleep.exchange(0) != 0) futex_wake(&asleep);
  }
}

// Only the first to ask begins a share of a round, and a worker that woke up too late begins nothing: either
// the caller has begun that share, or a later round.
bool ThreadPool::claim(std::uint32_t share, std::uint64_t round, State state) {
  std::atomic<std::uint64_t>& progress = progress_[share].value;
  std::uint64_t before = progress.load(std::memory_order_relaxed);
  return before >> kStateBits < round &&
         progress.compare_exchange_strong(before, round << kStateBits | state, std::memory_order_acq_rel,
                                          std::memory_order_relaxed);
}

void ThreadPool::run(Job job, const void* context, std::uint32_t shares) {
  const std::uint64_t round = ++round_;
  call(job, context, round, shares);
  job(context, 0);
  for (std::uint32_t share = 1; share < shares; ++share) {
    if (claim(share, round, kDone)) job(context, share);
  }
  for (std::uint32_t share = 1; share < shares; ++share) await_end(round, &progress_[share].value);
}

void ThreadPool::await_end(std::uint64_t round, std::atomic<std::uint64_t>* progress) {
  std::uint64_t begun = round << kStateBits | kBegun;
  if (spin(*progress, begun, spin_us_) != begun) return;
  caller_.asleep.store(1);
  if (!progress->compare_exchange_strong(begun, round << kStateBits | kAwaited)) return;
  while (caller_.asleep.load() != 0) futex_wait(&caller_.asleep, 1);
}

std::uint64_t ThreadPool::await_call(std::uint64_t seen, Bed* bed) const {
  for (;;) {
    std::uint64_t now = spin(call_, seen, spin_us_);
    if (now != seen) return now;
    bed->asleep.store(1);
    now = call_.load();
    if (now != seen) {
      bed->asleep.store(0);
      return now;
    }
    while (bed->asleep.load() != 0) futex_wait(&bed->asleep, 1);
  }
}

void ThreadPool::work(std::uint32_t share) {
  born_.fetch_add(1);
  born_.notify_one();
  std::uint64_t seen = 0;
  for (;;) {
    seen = await_call(seen, &beds_[share]);
    const std::uint64_t round = seen >> kSharesBits;
    if (share >= (seen & ((1U << kSharesBits) - 1U)) || !claim(share, round, kBegun)) continue;
    // The round cannot end before this share does, so job_ and context_ are its own.
    const Job job = job_;
    if (job == nullptr) return;
    job(context_, share);
    if (progress_[share].value.exchange(round << kStateBits | kDone) == (round << kStateBits | kAwaited)) {
      caller_.asleep.store(0);
      futex_wake(&caller_.asleep);
    }
  }
}

}  // namespace aiedge::exec
