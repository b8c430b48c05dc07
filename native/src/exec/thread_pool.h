// Threads that wait for the next piece of a run.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

namespace aiedge::exec {

// A job has one share for each thread. The caller computes share 0, and each other share is computed by its
// worker, or by the caller when it is done before the worker has begun: a worker that the system keeps asleep
// or has given no processor costs what it would have saved, and no more. Between two jobs the workers spin
// for some microseconds and then park; waking them is the only system call of a run. Nothing is allocated
// after construction. Not for use from two threads at once, nor across fork().
class ThreadPool {
 public:
  using Job = void (*)(const void* context, std::uint32_t share);

  explicit ThreadPool(
      std::uint32_t threads);  // throws std::system_error when the system has no thread to give
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  [[nodiscard]] std::uint32_t threads() const { return static_cast<std::uint32_t>(workers_.size()) + 1; }

  // Calls the job once for each share; returns when all have ended.
  void run(Job job, const void* context);

 private:
  // The last round of which a share was begun. Rounds count the jobs.
  struct alignas(64) Claim {
    std::atomic<std::uint32_t> round = 0;
  };

  void work(std::uint32_t share);
  [[nodiscard]] bool claim(std::uint32_t share, std::uint32_t round);
  void stop();

  const int spins_;
  std::unique_ptr<Claim[]> claims_;
  std::vector<std::thread> workers_;
  Job job_ = nullptr;  // null: end
  const void* context_ = nullptr;
  alignas(64) std::atomic<std::uint32_t> round_ = 0;    // publishes job_ and context_
  alignas(64) std::atomic<std::uint32_t> running_ = 0;  // shares that have not ended, but share 0
};

}  // namespace aiedge::exec
