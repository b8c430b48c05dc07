// Threads that wait for the next piece of a run.
#pragma once

#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

namespace aiedge::exec {

// A job runs once on every thread, the caller's included, each with its own number. Between two jobs the
// workers spin for some microseconds and then park; waking them is the only system call of a run. Nothing is
// allocated after construction. Not for use from two threads at once, nor across fork().
class ThreadPool {
 public:
  using Job = void (*)(const void* context, std::uint32_t thread);

  explicit ThreadPool(
      std::uint32_t threads);  // throws std::system_error when the system has no thread to give
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  [[nodiscard]] std::uint32_t threads() const { return static_cast<std::uint32_t>(workers_.size()) + 1; }

  // Returns when the job has ended on all threads.
  void run(Job job, const void* context);

 private:
  void work(std::uint32_t thread);
  void stop();

  const int spins_;
  std::vector<std::thread> workers_;
  Job job_ = nullptr;  // null: end
  const void* context_ = nullptr;
  alignas(64) std::atomic<std::uint32_t> round_ = 0;    // counts jobs; publishes job_ and context_
  alignas(64) std::atomic<std::uint32_t> running_ = 0;  // workers that have not ended the current job
};

}  // namespace aiedge::exec
