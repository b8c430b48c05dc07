#include "exec/runtime.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/checked.h"
#include "exec/constant_pages.h"
#include "exec/cost.h"
#include "plan/arena.h"

namespace aiedge::exec {
namespace {

constexpr std::size_t kMaxPackedBytes = std::size_t{1} << 31U;

// Runs that follow each other within this time are worth waking a worker for.
constexpr std::chrono::microseconds kTogether(200);

// What all threads of one task share.
struct Share {
  const Task* task;
  std::size_t scratch_stride;
};

void run_share(const void* context, std::uint32_t index) {
  const Share& share = *static_cast<const Share*>(context);
  const std::int64_t units = share.task->units;
  kernels::Work work = share.task->work;
  work.begin = static_cast<std::int32_t>(units * index / share.task->shares);
  work.end = static_cast<std::int32_t>(units * (index + 1) / share.task->shares);
  if (work.scratch != nullptr)
    work.scratch = static_cast<std::uint8_t*>(work.scratch) + index * share.scratch_stride;
  share.task->step->run(work);
}

}  // namespace

Result<std::unique_ptr<Runtime>> Runtime::load(Buffer file, const Threads& threads, cpu::Isa isa) {
  Result<model::Bundle> bundle = model::read_bundle(std::move(file));
  if (!bundle.ok()) return bundle.status();
  std::unique_ptr<Runtime> runtime(new Runtime(std::move(bundle.value()), threads));
  AIEDGE_TRY(runtime->pool_.pin(threads.cpus));
  if (threads.realtime_priority != 0) AIEDGE_TRY(runtime->pool_.set_realtime(threads.realtime_priority));
  AIEDGE_TRY(runtime->prepare(isa));
  return runtime;
}

Status Runtime::prepare(cpu::Isa isa) {
  for (const std::uint32_t tensor : bundle_.inputs) input_names_.emplace_back(bundle_.tensors[tensor].name);
  for (const std::uint32_t tensor : bundle_.outputs) output_names_.emplace_back(bundle_.tensors[tensor].name);
  tasks_.reserve(bundle_.nodes.size());
  for (std::size_t i = 0; i < bundle_.nodes.size(); ++i) AIEDGE_TRY(make_task(i, isa));
  // The plan relies on what the operators have checked.
  Result<plan::Plan> plan = plan::make_plan(bundle_);
  if (!plan.ok()) return plan.status();
  plan_ = std::move(plan.value());
  for (std::size_t i = 0; i < tasks_.size(); ++i) tasks_[i].in_place = plan_.in_place[i];
  for (const Task& task : tasks_) parallel_ |= task.shares > 1 && !task.in_place;
  AIEDGE_TRY(pack());
  AIEDGE_TRY(allocate_arena());
  bind();
  count_memory();
  return {};
}

Status Runtime::make_task(std::size_t index, cpu::Isa isa) {
  const model::Node& node = bundle_.nodes[index];
  Task task;
  task.operation = ops::find(node.code);
  task.name = node.name;
  if (task.operation == nullptr) {
    return Status::error(Code::kBadModel, "the operation %u is unknown to this version",
                         static_cast<unsigned>(node.code))
        .at("node %zu '%s'", index, task.name.c_str());
  }
  std::vector<const Tensor*> inputs;
  std::vector<const Tensor*> outputs;
  for (const std::uint32_t tensor : node.inputs) inputs.push_back(&bundle_.tensors[tensor]);
  for (const std::uint32_t tensor : node.outputs) outputs.push_back(&bundle_.tensors[tensor]);
  Result<std::unique_ptr<ops::Step>> step = task.operation->make({node.attributes, inputs, outputs}, isa);
  if (!step.ok()) {
    return step.status().at("node %zu %s '%s'", index, task.operation->name, task.name.c_str());
  }
  task.step = std::move(step.value());
  const std::size_t read = std::min(task.operation->activations, node.inputs.size());
  task.inputs.assign(node.inputs.begin(), node.inputs.begin() + static_cast<std::ptrdiff_t>(read));
  task.output = node.outputs[0];
  task.packed_bytes = task.step->packed_bytes();
  task.scratch_bytes = task.step->scratch_bytes();
  task.units = task.step->units();
  const auto code = static_cast<OpCode>(node.code);
  const double ns = estimate_ns({
      .kernel = task.step->kernel_name(),
      .depthwise = code == OpCode::kDepthwiseConv2D || code == OpCode::kFloatDepthwiseConv2D,
      .floating = outputs[0]->dtype == DType::kFloat32,
      .macs = task.step->macs(),
      .out_bytes = outputs[0]->bytes(),
  });
  task.shares = best_shares(ns, task.units, pool_.threads());
  estimated_ns_ += ns;
  tasks_.push_back(std::move(task));
  return {};
}

Status Runtime::pack() {
  std::size_t packed = 0;
  for (Task& task : tasks_) {
    if (task.packed_bytes > kMaxPackedBytes - packed) {
      return Status::error(Code::kOutOfMemory, "the packed weights need more than %zu bytes",
                           kMaxPackedBytes);
    }
    task.packed_offset = packed;
    packed = std::min(round_up(packed + task.packed_bytes, kAlignment), kMaxPackedBytes);
  }
  packed_ = Buffer::untouched(packed);
  if (packed_.empty()) return Status::error(Code::kOutOfMemory, "there is not enough memory");
  const std::size_t file_bytes = bundle_.file.size() - bundle_.released;
  memory_.peak = bundle_.file.size();
  ConstantPages pages(bundle_, tasks_);
  for (std::size_t i = 0; i < tasks_.size(); ++i) {
    const Task& task = tasks_[i];
    if (task.packed_bytes == 0) continue;
    packed_.touch(task.packed_offset, task.packed_bytes);
    task.step->pack(packed_.data() + task.packed_offset);
    memory_.peak = std::max(memory_.peak, file_bytes - released_ + task.packed_offset + task.packed_bytes);
    released_ += pages.release_after(i, &bundle_.file);
  }
  return {};
}

Status Runtime::allocate_arena() {
  for (const Task& task : tasks_) scratch_stride_ = std::max(scratch_stride_, task.scratch_bytes);
  scratch_stride_ = round_up(scratch_stride_, kAlignment);
  scratch_offset_ = plan_.arena_bytes;
  arena_ = Buffer::zeroed(scratch_offset_ + scratch_stride_ * pool_.threads());
  if (arena_.empty()) return Status::error(Code::kOutOfMemory, "there is not enough memory");
  return {};
}

void Runtime::count_memory() {
  memory_.arena = arena_.size();
  for (const Tensor& tensor : bundle_.tensors) memory_.weights += tensor.is_constant() ? tensor.bytes() : 0;
  memory_.weights += packed_.size() - released_;
  std::size_t records = bundle_.tensors.size() * (sizeof(Tensor) + sizeof(plan::Storage)) +
                        bundle_.nodes.size() * sizeof(model::Node) +
                        bundle_.pool.size() * sizeof(std::uint32_t);
  for (const Task& task : tasks_) {
    memory_.weights += task.step->table_bytes();
    records += task.step->table_bytes() + sizeof(Task) + task.name.size();
  }
  const std::size_t file_bytes = bundle_.file.size() - bundle_.released;
  const std::size_t held = file_bytes - released_ + packed_.size() + arena_.size();
  memory_.peak = std::max(memory_.peak, held) + records;
}

// Everything that a work points to, once. Only the caller's buffers are another's at each run.
void Runtime::bind() {
  std::size_t count = 0;
  for (const Task& task : tasks_) count += task.inputs.size();
  sources_.resize(count);
  const void** source = sources_.data();
  for (Task& task : tasks_) {
    task.work.input = source;
    for (const std::size_t tensor : task.inputs) {
      const plan::Storage& storage = plan_.storage[tensor];
      switch (storage.place) {
        case plan::Place::kConstant:
          *source = bundle_.tensors[storage.index].data + storage.offset;
          break;
        case plan::Place::kArena:
          *source = arena_.data() + storage.offset;
          break;
        case plan::Place::kInput:
          bound_inputs_.push_back({source, storage.index, storage.offset});
          break;
        case plan::Place::kOutput:
          bound_outputs_.push_back({source, storage.index, storage.offset});
          break;
      }
      ++source;
    }
    const plan::Storage& target = plan_.storage[task.output];
    if (target.place == plan::Place::kOutput) {
      bound_targets_.push_back({&task.work.output, target.index, target.offset});
    } else {
      task.work.output = arena_.data() + target.offset;
    }
    task.work.packed = task.packed_bytes == 0 ? nullptr : packed_.data() + task.packed_offset;
    task.work.scratch = task.scratch_bytes == 0 ? nullptr : arena_.data() + scratch_offset_;
    task.work.begin = 0;
    task.work.end = task.units;
  }
}

// The workers have parked and would come too late for this run; whether another one follows, nobody knows.
bool Runtime::alone() const {
  return estimated_ns_ < kWakeNs && !pool_.awake() &&
         std::chrono::steady_clock::now() - last_end_ > kTogether;
}

void Runtime::run_task(const Task& task) {
  if (task.shares == 1) {
    task.step->run(task.work);
    return;
  }
  const Share share = {&task, scratch_stride_};
  pool_.run(run_share, &share, task.shares);
}

void Runtime::bind_buffers(const void* const* inputs, void* const* outputs) {
  for (const auto& bound : bound_inputs_) {
    *bound.place = static_cast<const std::uint8_t*>(inputs[bound.index]) + bound.offset;
  }
  for (const auto& bound : bound_outputs_) {
    *bound.place = static_cast<const std::uint8_t*>(outputs[bound.index]) + bound.offset;
  }
  for (const auto& bound : bound_targets_) {
    *bound.place = static_cast<std::uint8_t*>(outputs[bound.index]) + bound.offset;
  }
}

void Runtime::copy_inputs(const void* const* inputs, void* const* outputs) {
  for (std::size_t i = 0; i < plan_.copied_inputs.size(); ++i) {
    const std::size_t input = plan_.copied_inputs[i];
    if (input != plan::kNone)
      std::memcpy(outputs[i], inputs[input], bundle_.tensors[bundle_.outputs[i]].bytes());
  }
}

void Runtime::run(const void* const* inputs, void* const* outputs) {
  bind_buffers(inputs, outputs);
  if (!parallel_ || alone()) {
    for (const Task& task : tasks_) {
      if (!task.in_place) task.step->run(task.work);
    }
  } else {
    for (const Task& task : tasks_) {
      if (!task.in_place) run_task(task);
    }
  }
  if (parallel_ && estimated_ns_ < kWakeNs) last_end_ = std::chrono::steady_clock::now();
  copy_inputs(inputs, outputs);
}

void Runtime::trace(const void* const* inputs, void* const* outputs, Traced traced, const void* context) {
  bind_buffers(inputs, outputs);
  for (std::size_t i = 0; i < tasks_.size(); ++i) {
    const Task& task = tasks_[i];
    if (!task.in_place) run_task(task);
    const plan::Storage& storage = plan_.storage[task.output];
    const void* memory = nullptr;
    switch (storage.place) {
      case plan::Place::kConstant:
        memory = bundle_.tensors[storage.index].data;
        break;
      case plan::Place::kInput:
        memory = inputs[storage.index];
        break;
      case plan::Place::kOutput:
        memory = outputs[storage.index];
        break;
      case plan::Place::kArena:
        memory = arena_.data();
        break;
    }
    traced(context, i, bundle_.tensors[task.output],
           static_cast<const std::uint8_t*>(memory) + storage.offset);
  }
  copy_inputs(inputs, outputs);
}

}  // namespace aiedge::exec
