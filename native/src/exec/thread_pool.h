// Threads that wait for the next piece of a run.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <thread>
#include <vector>

#include "base/status.h"

namespace aiedge::exec {

// A job has some shares, at most one for each thread. The caller computes share 0, and each other share is
// computed by its worker, or by the caller when it is done before the worker has begun: a worker that the
// system keeps asleep or has given no processor costs what it would have saved, and no more.
//
// After a job the workers spin for a time and then park; waking them is the only system call of a run (futex,
// and futex again when a worker was taken off its processor in the middle of a share). What passes between
// caller and worker lies in one cache line each way. Nothing is allocated after construction. Not for use
// from two threads at once, nor across fork().
class ThreadPool {
 public:
  using Job = void (*)(const void* context, std::uint32_t share);

  // Throws std::system_error when the system has no thread to give. `spin_us`: how long a worker looks for
  // the next job before it parks; 0 is kSpinUs.
  explicit ThreadPool(std::uint32_t threads, std::uint32_t spin_us = 0);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  static constexpr std::uint32_t kSpinUs = 50;  // longer than the pause between two parallel nodes

  [[nodiscard]] std::uint32_t threads() const { return static_cast<std::uint32_t>(workers_.size()) + 1; }

  // Worker i (from 0) runs on cpus[i] only; empty: where the system likes. kInvalidArgument, kRefused.
  Status pin(std::span<const std::uint32_t> cpus);
  // SCHED_FIFO with this priority for the workers. kInvalidArgument, kRefused.
  Status set_realtime(std::uint32_t priority);

  // No worker has parked.
  [[nodiscard]] bool awake() const;

  // Calls the job once for each share; returns when all have ended. 2 <= shares <= threads().
  void run(Job job, const void* context, std::uint32_t shares);

 private:
  // How far a worker's share is: the round and what became of it there. Written by whoever begins and ends
  // the share, awaited by the caller.
  struct alignas(64) Progress {
    std::atomic<std::uint64_t> value = 1;  // round << 2 | State
  };
  enum State : std::uint64_t {
    kBegun = 0,
    kDone = 1,
    kAwaited = 2
  };  // kAwaited: begun, and the caller sleeps
  struct alignas(64) Bed {
    std::atomic<std::uint32_t> asleep = 0;
  };

  void work(std::uint32_t share);
  std::uint64_t await_call(std::uint64_t seen, Bed* bed) const;
  void await_end(std::uint64_t round, std::atomic<std::uint64_t>* progress);
  void call(Job job, const void* context, std::uint64_t round, std::uint32_t shares);
  [[nodiscard]] bool claim(std::uint32_t share, std::uint64_t round, State state);
  void stop();

  const std::uint32_t spin_us_;
  std::unique_ptr<Progress[]> progress_;  // one for each thread; the caller's is not used
  std::unique_ptr<Bed[]> beds_;           // likewise
  std::vector<std::thread> workers_;
  std::atomic<std::uint32_t> born_ = 0;  // workers that run
  std::uint64_t round_ = 0;              // the caller's
  Bed caller_;
  // What the workers look at: all of a call in one cache line.
  alignas(64) std::atomic<std::uint64_t> call_ = 0;  // round << 8 | shares; publishes the next two
  Job job_ = nullptr;                                // null: end
  const void* context_ = nullptr;
};

}  // namespace aiedge::exec
