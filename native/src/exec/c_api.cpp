// The C API: handles to runtimes, arguments checked, no exception let through.

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <exception>
#include <memory>
#include <new>
#include <optional>
#include <utility>

#include "aiedge/aiedge.h"
#include "cpu/detect.h"
#include "exec/handle.h"
#include "exec/read_file.h"
#include "exec/runtime.h"
#include "kernels/variants.h"

namespace aiedge::exec {
namespace {

aiedge_status to_c(Code code) {
  switch (code) {
    case Code::kOk:
      return AIEDGE_OK;
    case Code::kInvalidArgument:
      return AIEDGE_INVALID_ARGUMENT;
    case Code::kIo:
      return AIEDGE_IO;
    case Code::kBadModel:
      return AIEDGE_BAD_MODEL;
    case Code::kUnsupported:
      return AIEDGE_UNSUPPORTED;
    case Code::kOutOfMemory:
      return AIEDGE_OUT_OF_MEMORY;
    case Code::kRefused:
      return AIEDGE_REFUSED;
  }
  return AIEDGE_BAD_MODEL;
}

}  // namespace

aiedge_status report(const Status& status, aiedge_error* error) {
  if (error != nullptr) {
    static_assert(sizeof error->message == 256 && sizeof error->where == 160, "as in Status");
    std::memcpy(error->message, status.message(), sizeof error->message);
    std::memcpy(error->where, status.where(), sizeof error->where);
  }
  return to_c(status.code());
}

}  // namespace aiedge::exec

namespace {

using aiedge::Buffer;
using aiedge::Code;
using aiedge::Result;
using aiedge::Status;
using aiedge::Tensor;
using aiedge::exec::Processor;
using aiedge::exec::report;
using aiedge::exec::Runtime;

Status invalid(const char* what) { return Status::error(Code::kInvalidArgument, "%s", what); }

Result<Buffer> copy(const void* data, std::size_t bytes) {
  if (bytes > aiedge::model::kMaxFileBytes) {
    return Status::error(Code::kBadModel, "the bundle has more than %zu bytes", aiedge::model::kMaxFileBytes);
  }
  Buffer buffer = Buffer::zeroed(bytes);
  if (buffer.empty()) return Status::error(Code::kOutOfMemory, "there is not enough memory");
  std::memcpy(buffer.data(), data, bytes);
  return buffer;
}

// The options as this version knows them: an older caller's struct ends earlier, and the rest is 0.
Result<aiedge_options> read_options(const aiedge_options* given) {
  aiedge_options options = {};
  options.threads = 1;
  if (given == nullptr) return options;
  constexpr std::size_t kFirstBytes = offsetof(aiedge_options, cpus);
  if (given->struct_bytes < kFirstBytes) return invalid("options.struct_bytes is wrong");
  std::memcpy(&options, given, std::min<std::size_t>(given->struct_bytes, sizeof options));
  if (options.threads < 1 || options.threads > aiedge::exec::kMaxThreads)
    return invalid("options.threads must be 1 to 64");
  if ((options.cpus == nullptr) != (options.cpu_count == 0))
    return invalid("options.cpus and options.cpu_count do not fit together");
  if (options.spin_us > aiedge::exec::kMaxSpinUs) return invalid("options.spin_us must be 0 to 1000000");
  return options;
}

Status load(Result<Buffer> file, const aiedge_options* given, aiedge_model** model) {
  if (!file.ok()) return file.status();
  const Result<aiedge_options> read = read_options(given);
  if (!read.ok()) return read.status();
  const aiedge_options& options = read.value();
  const Result<aiedge::cpu::Isa> isa = aiedge::kernels::choose_isa(options.isa);
  if (!isa.ok()) return isa.status();
  const aiedge::exec::Threads threads = {
      options.threads, {options.cpus, options.cpu_count}, options.realtime_priority, options.spin_us};
  Result<std::unique_ptr<Runtime>> runtime = Runtime::load(std::move(file.value()), threads, isa.value());
  if (!runtime.ok()) return runtime.status();
  auto loaded = std::make_unique<aiedge_model>();
  loaded->runtime = std::move(runtime.value());
  const aiedge::model::Bundle& bundle = loaded->runtime->bundle();
  if (bundle.processing) {
    Result<std::unique_ptr<Processor>> processor = Processor::make(bundle, *bundle.processing, isa.value());
    if (!processor.ok()) return processor.status();
    loaded->processor = std::move(processor.value());
  }
  *model = loaded.release();
  return {};
}

// `open` gives the file's bytes.
template <typename Open>
aiedge_status guarded_load(Open open, const aiedge_options* options, aiedge_model** model,
                           aiedge_error* error) {
  *model = nullptr;
  try {
    return report(load(open(), options, model), error);
  } catch (const std::bad_alloc&) {
    return report(Status::error(Code::kOutOfMemory, "there is not enough memory"), error);
  } catch (const std::exception& exception) {  // of the standard library: no thread to be had
    return report(Status::error(Code::kOutOfMemory, "the system refuses: %s", exception.what()), error);
  }
}

void fill(const Tensor& tensor, const std::string& name, aiedge_tensor_info* info) {
  *info = {};
  info->name = name.c_str();
  info->dtype = static_cast<aiedge_dtype>(tensor.dtype);
  info->rank = static_cast<std::uint32_t>(tensor.shape.rank);
  static_assert(AIEDGE_MAX_RANK == aiedge::kMaxRank, "as in the bundle");
  std::copy(tensor.shape.size.begin(), tensor.shape.size.end(), info->shape);
  info->bytes = tensor.bytes();
  info->scale = tensor.quantization.scale;
  info->zero_point = tensor.quantization.zero_point;
}

bool any_null(const void* const* pointers, std::size_t count) {
  return std::any_of(pointers, pointers + count, [](const void* pointer) { return pointer == nullptr; });
}

bool can_run(const aiedge_model* model, const void* const* inputs, std::size_t input_count,
             void* const* outputs, std::size_t output_count) {
  return model != nullptr && inputs != nullptr && outputs != nullptr &&
         input_count == aiedge_input_count(model) && output_count == aiedge_output_count(model) &&
         !any_null(inputs, input_count) && !any_null(outputs, output_count);
}

// Who wants to see a run's tensors.
struct Tracer {
  aiedge_traced traced;
  void* context;
};

void pass_on(const void* context, std::size_t node, const Tensor& output, const void* data) {
  const Tracer& tracer = *static_cast<const Tracer*>(context);
  const std::string name(output.name);
  aiedge_tensor_info info;
  fill(output, name, &info);
  tracer.traced(tracer.context, node, &info, data);
}

}  // namespace

extern "C" {

const char* aiedge_version(void) { return AIEDGE_VERSION; }

const char* aiedge_isa(size_t index) {
  const std::optional<aiedge::cpu::Isa> isa = aiedge::cpu::available(index);
  return isa ? aiedge::cpu::name(*isa) : nullptr;
}

aiedge_status aiedge_load_file(const char* path, const aiedge_options* options, aiedge_model** model,
                               aiedge_error* error) {
  if (model == nullptr || path == nullptr) return report(invalid("a pointer is null"), error);
  return guarded_load([&] { return aiedge::exec::read_file(path); }, options, model, error);
}

aiedge_status aiedge_load_memory(const void* data, size_t bytes, const aiedge_options* options,
                                 aiedge_model** model, aiedge_error* error) {
  if (model == nullptr || data == nullptr) return report(invalid("a pointer is null"), error);
  return guarded_load([&] { return copy(data, bytes); }, options, model, error);
}

void aiedge_free(aiedge_model* model) { delete model; }

size_t aiedge_input_count(const aiedge_model* model) {
  return model == nullptr ? 0 : model->runtime->bundle().inputs.size();
}

size_t aiedge_output_count(const aiedge_model* model) {
  return model == nullptr ? 0 : model->runtime->bundle().outputs.size();
}

aiedge_status aiedge_input_info(const aiedge_model* model, size_t index, aiedge_tensor_info* info) {
  if (info == nullptr || index >= aiedge_input_count(model)) return AIEDGE_INVALID_ARGUMENT;
  const Runtime& runtime = *model->runtime;
  fill(runtime.bundle().tensors[runtime.bundle().inputs[index]], runtime.input_names()[index], info);
  return AIEDGE_OK;
}

aiedge_status aiedge_output_info(const aiedge_model* model, size_t index, aiedge_tensor_info* info) {
  if (info == nullptr || index >= aiedge_output_count(model)) return AIEDGE_INVALID_ARGUMENT;
  const Runtime& runtime = *model->runtime;
  fill(runtime.bundle().tensors[runtime.bundle().outputs[index]], runtime.output_names()[index], info);
  return AIEDGE_OK;
}

size_t aiedge_node_count(const aiedge_model* model) {
  return model == nullptr ? 0 : model->runtime->tasks().size();
}

aiedge_status aiedge_get_node_info(const aiedge_model* model, size_t index, aiedge_node_info* info) {
  if (info == nullptr || index >= aiedge_node_count(model)) return AIEDGE_INVALID_ARGUMENT;
  const aiedge::exec::Task& task = model->runtime->tasks()[index];
  info->name = task.name.c_str();
  info->op = task.operation->name;
  info->kernel = task.in_place ? "in place" : task.step->kernel_name();
  info->macs = task.step->macs();
  return AIEDGE_OK;
}

aiedge_status aiedge_get_memory(const aiedge_model* model, aiedge_memory* memory) {
  if (model == nullptr || memory == nullptr) return AIEDGE_INVALID_ARGUMENT;
  const aiedge::exec::Memory& held = model->runtime->memory();
  const std::size_t processing = model->processor == nullptr ? 0 : model->processor->bytes();
  *memory = {held.arena + processing, held.weights, held.peak + processing};
  return AIEDGE_OK;
}

size_t aiedge_plan(const aiedge_model* model, char* text, size_t bytes) {
  if (model == nullptr || (text == nullptr && bytes > 0)) return 0;
  return model->runtime->print_plan(text, bytes);
}

const char* aiedge_labels(const aiedge_model* model, size_t* bytes) {
  if (model == nullptr || bytes == nullptr) return nullptr;
  *bytes = model->runtime->bundle().labels.size();
  return model->runtime->bundle().labels.data();
}

aiedge_status aiedge_run(aiedge_model* model, const void* const* inputs, size_t input_count,
                         void* const* outputs, size_t output_count) {
  if (!can_run(model, inputs, input_count, outputs, output_count)) return AIEDGE_INVALID_ARGUMENT;
  model->runtime->run(inputs, outputs);
  return AIEDGE_OK;
}

aiedge_status aiedge_trace(aiedge_model* model, const void* const* inputs, size_t input_count,
                           void* const* outputs, size_t output_count, aiedge_traced traced, void* context) {
  if (!can_run(model, inputs, input_count, outputs, output_count) || traced == nullptr) {
    return AIEDGE_INVALID_ARGUMENT;
  }
  try {
    const Tracer tracer = {traced, context};
    model->runtime->trace(inputs, outputs, pass_on, &tracer);
  } catch (const std::bad_alloc&) {
    return AIEDGE_OUT_OF_MEMORY;
  }
  return AIEDGE_OK;
}

}  // extern "C"
