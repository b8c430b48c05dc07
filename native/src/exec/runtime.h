// A loaded model: bundle, plan, steps with packed weights, arena, threads.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/buffer.h"
#include "base/status.h"
#include "cpu/isa.h"
#include "exec/thread_pool.h"
#include "kernels/kernel.h"
#include "model/bundle.h"
#include "ops/operator.h"
#include "plan/plan.h"

namespace aiedge::exec {

inline constexpr std::uint32_t kMaxThreads = 64;
inline constexpr std::uint32_t kMaxSpinUs = 1000000;

struct Threads {
  std::uint32_t count = 1;              // 1 to kMaxThreads, the caller's included
  std::span<const std::uint32_t> cpus;  // one for each but the caller's; empty: where the system likes
  std::uint32_t realtime_priority = 0;  // SCHED_FIFO, 1 to 99; 0: as the program
  std::uint32_t spin_us = 0;            // 0: ThreadPool::kSpinUs
};

struct Memory {
  std::size_t arena = 0;    // activations, and scratch of all threads
  std::size_t weights = 0;  // packed weights, tables, and constants of the bundle that are still held
  std::size_t peak = 0;     // the most that is held at once, during load or after it
};

// One node, ready to run.
struct Task {
  const ops::Operator* operation = nullptr;
  std::unique_ptr<ops::Step> step;
  std::string name;
  std::vector<std::size_t> inputs;  // tensors that are read at run
  std::size_t output = 0;           // the tensor that is written
  std::size_t packed_offset = 0;
  std::size_t packed_bytes = 0;
  std::size_t scratch_bytes = 0;  // of one thread
  std::int32_t units = 0;
  std::uint32_t shares = 1;  // threads that are worth their while
  bool in_place = false;     // nothing to run
  kernels::Work work{};      // of all units; what the caller's buffers decide is filled in at each run
};

class Runtime {
 public:
  // Validate, plan, prepare. May throw std::bad_alloc and std::system_error.
  [[nodiscard]] static Result<std::unique_ptr<Runtime>> load(Buffer file, const Threads& threads,
                                                             cpu::Isa isa);

  // One buffer of exactly the tensor's bytes for each graph input and output, any alignment, none
  // overlapping. Allocates nothing, checks nothing.
  void run(const void* const* inputs, void* const* outputs);

  // The same, and `traced` is called after each node with its index, output tensor and that tensor's bytes.
  using Traced = void (*)(const void* context, std::size_t node, const Tensor& output, const void* data);
  void trace(const void* const* inputs, void* const* outputs, Traced traced, const void* context);

  [[nodiscard]] const model::Bundle& bundle() const { return bundle_; }
  [[nodiscard]] const std::vector<Task>& tasks() const { return tasks_; }
  [[nodiscard]] const std::vector<std::string>& input_names() const { return input_names_; }
  [[nodiscard]] const std::vector<std::string>& output_names() const { return output_names_; }
  [[nodiscard]] const Memory& memory() const { return memory_; }

  // The plan as text, one line a node, written as snprintf writes: at most `bytes` with the terminator;
  // returns the length of the whole text.
  std::size_t print_plan(char* text, std::size_t bytes) const;

 private:
  Runtime(model::Bundle bundle, const Threads& threads)
      : bundle_(std::move(bundle)), pool_(threads.count, threads.spin_us) {}

  Status prepare(cpu::Isa isa);
  Status make_task(std::size_t index, cpu::Isa isa);
  Status pack();
  Status allocate_arena();
  void count_memory();
  // A pointer that follows one of the caller's buffers.
  template <typename Pointer>
  struct Bound {
    Pointer* place;
    std::size_t index;   // of the graph input or output
    std::size_t offset;  // in it, bytes
  };

  void bind();
  void bind_buffers(const void* const* inputs, void* const* outputs);
  void copy_inputs(const void* const* inputs, void* const* outputs);
  [[nodiscard]] bool alone() const;
  void run_task(const Task& task);

  model::Bundle bundle_;
  plan::Plan plan_;
  std::vector<Task> tasks_;
  std::vector<std::string> input_names_;
  std::vector<std::string> output_names_;
  Buffer packed_;
  std::size_t released_ = 0;  // bytes of the bundle's constants that are no longer held
  Buffer arena_;
  std::vector<const void*> sources_;  // what the tasks' works point to
  std::vector<Bound<const void*>> bound_inputs_;
  std::vector<Bound<const void*>> bound_outputs_;  // a graph output that another node reads
  std::vector<Bound<void*>> bound_targets_;
  std::size_t scratch_offset_ = 0;  // in the arena: each thread's scratch, one after another
  std::size_t scratch_stride_ = 0;
  Memory memory_;
  double estimated_ns_ = 0;                         // of a run on one thread
  bool parallel_ = false;                           // a task has more than one share
  std::chrono::steady_clock::time_point last_end_;  // kept up only where it is asked for
  ThreadPool pool_;
};

}  // namespace aiedge::exec
