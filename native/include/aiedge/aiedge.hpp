// aiedge in C++17: the C API (aiedge.h) with handles that clean up after themselves. Header only.
//
// Nothing here throws on purpose: what can fail returns an Expected, which holds a value or an Error. The
// strings and vectors may throw std::bad_alloc; run() does not.
//
//   auto model = aiedge::Model::load("model.aie");
//   if (!model) return fail(model.error().text());
//   std::vector<std::uint8_t> input(model->inputs()[0].bytes), output(model->outputs()[0].bytes);
//   if (auto error = model->run({input.data()}, {output.data()})) return fail(error->text());
#ifndef AIEDGE_AIEDGE_HPP
#define AIEDGE_AIEDGE_HPP

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "aiedge/aiedge.h"

namespace aiedge {

struct Error {
  aiedge_status status = AIEDGE_OK;
  std::string message;
  std::string where;  // the place in the file; may be empty

  [[nodiscard]] std::string text() const { return where.empty() ? message : where + ": " + message; }
};

// A value or an Error. `*result` and `result->` may be used only when the result is true.
template <typename T>
class [[nodiscard]] Expected {
 public:
  Expected(T value) : value_(std::move(value)) {}      // NOLINT(google-explicit-constructor)
  Expected(Error error) : error_(std::move(error)) {}  // NOLINT(google-explicit-constructor)

  explicit operator bool() const { return value_.has_value(); }
  // NOLINTBEGIN(bugprone-unchecked-optional-access): the caller has asked
  T& operator*() { return *value_; }
  const T& operator*() const { return *value_; }
  T* operator->() { return &*value_; }
  const T* operator->() const { return &*value_; }
  // NOLINTEND(bugprone-unchecked-optional-access)
  [[nodiscard]] const Error& error() const { return error_; }

 private:
  std::optional<T> value_;
  Error error_;
};

struct TensorInfo {
  std::string name;
  aiedge_dtype dtype = AIEDGE_INT8;
  std::vector<std::int32_t> shape;
  std::size_t bytes = 0;
  float scale = 0.0F;  // 0: not quantized
  std::int32_t zero_point = 0;
};

struct NodeInfo {
  std::string name;
  std::string op;
  std::string kernel;
  std::uint64_t macs = 0;
};

struct Options {
  std::uint32_t threads = 1;  // 1 to 64, the calling thread included
  std::string isa;            // empty: the best of this CPU, or AIEDGE_ISA; else what aiedge_isa() names
  std::vector<std::uint32_t> cpus;  // one for each thread but the calling one; empty: where the system likes
  std::uint32_t realtime_priority = 0;  // SCHED_FIFO for them, 1 to 99; 0: as the process
  std::uint32_t spin_us = 0;            // how long they look for work before they sleep; 0: 50
};

// What a picture gave; Model::make_result() gives it its room.
struct Result {
  std::vector<aiedge_find> finds;  // classes, boxes or peaks, best first
  std::vector<float> values;       // anomaly: rows x columns
  std::vector<std::uint8_t> mask;  // segmentation: rows x columns
  float score = 0.0F;              // anomaly
  bool is_anomalous = false;
  std::uint32_t find_dropped = 0;  // finds for which there was no room
};

// A loaded model. Move-only; use it from one thread at a time.
class Model {
 public:
  [[nodiscard]] static Expected<Model> load(const std::string& path, const Options& options = {}) {
    return make(options, [&](const aiedge_options* c_options, aiedge_model** model, aiedge_error* error) {
      return aiedge_load_file(path.c_str(), c_options, model, error);
    });
  }

  // The bytes are copied.
  [[nodiscard]] static Expected<Model> load(const void* data, std::size_t bytes,
                                            const Options& options = {}) {
    return make(options, [&](const aiedge_options* c_options, aiedge_model** model, aiedge_error* error) {
      return aiedge_load_memory(data, bytes, c_options, model, error);
    });
  }

  [[nodiscard]] const std::vector<TensorInfo>& inputs() const { return inputs_; }
  [[nodiscard]] const std::vector<TensorInfo>& outputs() const { return outputs_; }

  [[nodiscard]] std::vector<NodeInfo> nodes() const {
    std::vector<NodeInfo> nodes;
    aiedge_node_info info;
    for (std::size_t i = 0; aiedge_get_node_info(handle_.get(), i, &info) == AIEDGE_OK; ++i) {
      nodes.push_back({info.name, info.op, info.kernel, info.macs});
    }
    return nodes;
  }

  [[nodiscard]] aiedge_memory memory() const {
    aiedge_memory memory = {};
    (void)aiedge_get_memory(handle_.get(), &memory);
    return memory;
  }

  // The class labels, one a line.
  [[nodiscard]] std::string labels() const {
    std::size_t bytes = 0;
    const char* text = aiedge_labels(handle_.get(), &bytes);
    return bytes == 0 ? std::string() : std::string(text, bytes);
  }

  // The plan as text, one line a node.
  [[nodiscard]] std::string plan() const {
    std::string text(aiedge_plan(handle_.get(), nullptr, 0) + 1, '\0');
    (void)aiedge_plan(handle_.get(), text.data(), text.size());
    text.pop_back();
    return text;
  }

  // Run once, blocking: one buffer of exactly the tensor's bytes for each input and output, any alignment, no
  // output overlapping another buffer. Allocates nothing unless it fails. Nothing is returned when it went
  // well.
  [[nodiscard]] std::optional<Error> run(std::initializer_list<const void*> inputs,
                                         std::initializer_list<void*> outputs) {
    return run(inputs.begin(), inputs.size(), outputs.begin(), outputs.size());
  }
  [[nodiscard]] std::optional<Error> run(const void* const* inputs, std::size_t input_count,
                                         void* const* outputs, std::size_t output_count) {
    const aiedge_status status = aiedge_run(handle_.get(), inputs, input_count, outputs, output_count);
    if (status == AIEDGE_OK) return std::nullopt;
    return Error{status, "one pointer for each input and output is needed, none of them null", ""};
  }

  // What the bundle's processing gives; nothing when it has none.
  [[nodiscard]] std::optional<aiedge_processing_info> processing() const {
    aiedge_processing_info info = {};
    if (aiedge_get_processing(handle_.get(), &info) != AIEDGE_OK) return std::nullopt;
    return info;
  }

  // With all the room that process() may need.
  [[nodiscard]] Result make_result() const {
    Result result;
    make_room(&result);
    return result;
  }

  // A picture through the bundle's processing, blocking. A `result` with too little room, such as a copy,
  // gets more; one of make_result() has enough, and nothing is allocated unless the call fails. `reference`
  // may be null where the model needs none; a threshold replaces the bundle's.
  [[nodiscard]] std::optional<Error> process(const aiedge_image& image, const aiedge_image* reference,
                                             Result* result, std::optional<float> threshold = std::nullopt) {
    aiedge_process_options options = {};
    options.struct_bytes = sizeof options;
    options.has_threshold = threshold ? 1 : 0;
    options.threshold = threshold.value_or(0.0F);
    make_room(result);
    result->finds.resize(result->finds.capacity());
    aiedge_result raw = {};
    raw.struct_bytes = sizeof raw;
    raw.finds = result->finds.empty() ? nullptr : result->finds.data();
    raw.find_capacity = static_cast<std::uint32_t>(result->finds.size());
    raw.values = result->values.empty() ? nullptr : result->values.data();
    raw.value_capacity = result->values.size();
    raw.mask = result->mask.empty() ? nullptr : result->mask.data();
    raw.mask_capacity = result->mask.size();
    aiedge_error error = {};
    const aiedge_status status = aiedge_process(handle_.get(), &image, reference, &options, &raw, &error);
    result->finds.resize(raw.find_count);
    result->find_dropped = raw.find_dropped;
    if (status != AIEDGE_OK) return Error{status, error.message, error.where};
    result->score = raw.score;
    result->is_anomalous = raw.is_anomalous != 0;
    return std::nullopt;
  }

  [[nodiscard]] aiedge_model* handle() const { return handle_.get(); }

 private:
  struct Free {
    void operator()(aiedge_model* model) const { aiedge_free(model); }
  };

  void make_room(Result* result) const {
    const auto info = processing();
    if (!info) return;
    const std::size_t cells = std::size_t{info->rows} * info->columns;
    result->finds.reserve(info->most_finds);  // never shrinks
    if (info->kind == AIEDGE_ANOMALY && result->values.size() < cells) result->values.resize(cells);
    if (info->kind == AIEDGE_SEGMENTATION && result->mask.size() < cells) result->mask.resize(cells);
  }

  explicit Model(aiedge_model* handle) : handle_(handle) {
    aiedge_tensor_info info;
    for (std::size_t i = 0; aiedge_input_info(handle, i, &info) == AIEDGE_OK; ++i)
      inputs_.push_back(convert(info));
    for (std::size_t i = 0; aiedge_output_info(handle, i, &info) == AIEDGE_OK; ++i)
      outputs_.push_back(convert(info));
  }

  static TensorInfo convert(const aiedge_tensor_info& info) {
    return {info.name,  info.dtype, std::vector<std::int32_t>(info.shape, info.shape + info.rank),
            info.bytes, info.scale, info.zero_point};
  }

  template <typename Load>
  static Expected<Model> make(const Options& options, Load load) {
    aiedge_options c_options = {};
    c_options.struct_bytes = sizeof c_options;
    c_options.threads = options.threads;
    c_options.isa = options.isa.empty() ? nullptr : options.isa.c_str();
    c_options.cpus = options.cpus.empty() ? nullptr : options.cpus.data();
    c_options.cpu_count = static_cast<std::uint32_t>(options.cpus.size());
    c_options.realtime_priority = options.realtime_priority;
    c_options.spin_us = options.spin_us;
    aiedge_model* handle = nullptr;
    aiedge_error error = {};
    const aiedge_status status = load(&c_options, &handle, &error);
    if (status != AIEDGE_OK) return Error{status, error.message, error.where};
    return Model(handle);
  }

  std::unique_ptr<aiedge_model, Free> handle_;
  std::vector<TensorInfo> inputs_;
  std::vector<TensorInfo> outputs_;
};

}  // namespace aiedge

#endif
