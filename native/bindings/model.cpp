#include "model.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <exception>
#include <limits>

#include "errors.h"
#include "info.h"
#include "loans.h"

namespace aiedge::bindings {
namespace {

namespace py = pybind11;

// One run at a time; another thread's attempt is an error, not a data race.
class Exclusive {
 public:
  explicit Exclusive(std::atomic<bool>* running) : running_(running), owner_(!running->exchange(true)) {}
  ~Exclusive() {
    if (owner_) running_->store(false);
  }
  Exclusive(const Exclusive&) = delete;
  Exclusive& operator=(const Exclusive&) = delete;
  [[nodiscard]] bool owner() const { return owner_; }

 private:
  std::atomic<bool>* running_;
  bool owner_;
};

bool overlap(const void* a, std::size_t a_bytes, const void* b, std::size_t b_bytes) {
  const auto* first = static_cast<const char*>(a);
  const auto* second = static_cast<const char*>(b);
  return first < second + b_bytes && second < first + a_bytes;
}

}  // namespace

Model::Model(const py::object& source, const Options& given, const std::string& name) : name_(name) {
  std::vector<std::uint32_t> cpus;
  cpus.reserve(given.cpus.size());
  for (const std::int64_t cpu : given.cpus) cpus.push_back(to_u32(cpu, "cpus"));
  constexpr double kMicroseconds = 1e6;
  aiedge_options options = {};
  options.struct_bytes = sizeof options;
  options.threads = to_u32(given.threads, "threads");
  options.isa = given.isa.empty() ? nullptr : given.isa.c_str();
  options.cpus = cpus.empty() ? nullptr : cpus.data();
  options.cpu_count = static_cast<std::uint32_t>(cpus.size());
  options.realtime_priority = to_u32(given.realtime_priority, "realtime_priority");
  // Also when it is no number; the core's limit is one second.
  options.spin_us = to_u32(
      given.spin_s >= 0 && given.spin_s <= 1 ? static_cast<std::int64_t>(given.spin_s * kMicroseconds) : -1,
      "spin_s");
  load(source, options);
  input_infos_.resize(aiedge_input_count(model_.get()));
  output_infos_.resize(aiedge_output_count(model_.get()));
  for (std::size_t i = 0; i < input_infos_.size(); ++i) {
    (void)aiedge_input_info(model_.get(), i, &input_infos_[i]);  // fails only for a wrong index
  }
  for (std::size_t i = 0; i < output_infos_.size(); ++i) {
    (void)aiedge_output_info(model_.get(), i, &output_infos_[i]);
  }
  input_data_.resize(input_infos_.size());
  output_data_.resize(output_infos_.size());
  processing_ = processing_of(model_.get());
}

std::uint32_t Model::to_u32(std::int64_t value, const char* option) const {
  if (value >= 0 && value <= std::numeric_limits<std::uint32_t>::max())
    return static_cast<std::uint32_t>(value);
  py::dict values;
  values["reason"] = std::string(option) + " is out of its range";
  throw_error("EngineError", "AIE-ENG-011", name_, values);
}

void Model::load(const py::object& source, const aiedge_options& options) {
  aiedge_model* model = nullptr;
  aiedge_error error = {};
  aiedge_status status = AIEDGE_OK;
  if (PyObject_CheckBuffer(source.ptr()) != 0) {
    const View view(source, PyBUF_SIMPLE);
    if (name_.empty()) name_ = "bundle";
    const py::gil_scoped_release released;
    status = aiedge_load_memory(view->buf, static_cast<std::size_t>(view->len), &options, &model, &error);
  } else {
    const std::string path = py::cast<std::string>(py::module_::import("os").attr("fspath")(source));
    if (name_.empty()) name_ = path;
    const py::gil_scoped_release released;
    status = aiedge_load_file(path.c_str(), &options, &model, &error);
  }
  if (status != AIEDGE_OK) throw_status(status, error, name_);
  model_.reset(model);
}

py::tuple Model::inputs() const {
  py::tuple infos(input_infos_.size());
  for (std::size_t i = 0; i < input_infos_.size(); ++i) infos[i] = make_tensor_info(input_infos_[i]);
  return infos;
}

py::tuple Model::outputs() const {
  py::tuple infos(output_infos_.size());
  for (std::size_t i = 0; i < output_infos_.size(); ++i) infos[i] = make_tensor_info(output_infos_[i]);
  return infos;
}

py::tuple Model::nodes() const {
  py::tuple infos(aiedge_node_count(model_.get()));
  for (std::size_t i = 0; i < infos.size(); ++i) {
    aiedge_node_info info;
    (void)aiedge_get_node_info(model_.get(), i, &info);
    infos[i] = make_node_info(info);
  }
  return infos;
}

aiedge_memory Model::memory() const {
  aiedge_memory memory = {};
  (void)aiedge_get_memory(model_.get(), &memory);
  return memory;
}

py::str Model::plan() const {
  std::string text(aiedge_plan(model_.get(), nullptr, 0) + 1, '\0');
  (void)aiedge_plan(model_.get(), text.data(), text.size());
  return decode(text.c_str());
}

py::tuple Model::labels() const {
  std::size_t bytes = 0;
  const char* text = aiedge_labels(model_.get(), &bytes);
  if (bytes == 0) return py::tuple();
  return py::tuple(py::str(text, bytes).attr("split")("\n"));
}

void Model::check_overlap() const {
  for (std::size_t i = 0; i < output_data_.size(); ++i) {
    bool shared = false;
    for (std::size_t k = 0; k < input_data_.size(); ++k) {
      shared |= overlap(output_data_[i], output_infos_[i].bytes, input_data_[k], input_infos_[k].bytes);
    }
    for (std::size_t k = 0; k < i; ++k) {
      shared |= overlap(output_data_[i], output_infos_[i].bytes, output_data_[k], output_infos_[k].bytes);
    }
    if (!shared) continue;
    py::dict values;
    values["name"] = decode(output_infos_[i].name);
    throw_error("InputError", "AIE-ENG-012", name_, values);
  }
}

// A run that is over within this time keeps the GIL. Giving it up costs as much as a small layer, and when
// another thread wants it, it comes back only after that thread's whole turn (5 ms unless set otherwise):
// what a run would let others do meanwhile is nothing beside that.
constexpr std::chrono::microseconds kShortRun(30);
constexpr int kMeasuredRuns = 8;

aiedge_status Model::run_released() {
  const py::gil_scoped_release released;
  const auto began = std::chrono::steady_clock::now();
  const aiedge_status status = aiedge_run(model_.get(), input_data_.data(), input_data_.size(),
                                          output_data_.data(), output_data_.size());
  if (measured_runs_ < kMeasuredRuns) {
    ++measured_runs_;
    least_ = std::min<std::chrono::nanoseconds>(least_, std::chrono::steady_clock::now() - began);
  }
  return status;
}

void Model::run(py::handle inputs, py::handle outs) {
  const Exclusive exclusive(&running_);
  if (!exclusive.owner()) throw_error("EngineError", "AIE-ENG-013", name_, {});
  const Loans sources(inputs, "input", input_infos_, name_, input_data_.data());
  const Loans targets(outs, "output", output_infos_, name_, output_data_.data());
  check_overlap();
  const bool keep_gil = measured_runs_ == kMeasuredRuns && least_ < kShortRun;
  const aiedge_status status = keep_gil ? aiedge_run(model_.get(), input_data_.data(), input_data_.size(),
                                                     output_data_.data(), output_data_.size())
                                        : run_released();
  if (status != AIEDGE_OK) throw_status(status, {}, name_);
}

void Model::prepare(py::handle image, py::handle reference, bool bgr, py::handle outs) {
  const Exclusive exclusive(&running_);
  if (!exclusive.owner()) throw_error("EngineError", "AIE-ENG-013", name_, {});
  const LentImage picture(image, bgr, name_);
  std::optional<LentImage> other;
  if (!reference.is_none()) other.emplace(reference, bgr, name_);
  std::vector<void*> inputs(input_infos_.size());
  const Loans targets(outs, "input", input_infos_, name_, inputs.data());
  aiedge_error error = {};
  aiedge_status status = AIEDGE_OK;
  {
    const py::gil_scoped_release released;
    status = aiedge_prepare(model_.get(), &picture.image(), other ? &other->image() : nullptr, inputs.data(),
                            inputs.size(), &error);
  }
  if (status != AIEDGE_OK) throw_picture(error);
}

py::tuple Model::process(py::handle image, py::handle reference, bool bgr, std::optional<float> threshold) {
  const Exclusive exclusive(&running_);
  if (!exclusive.owner()) throw_error("EngineError", "AIE-ENG-013", name_, {});
  const LentImage picture(image, bgr, name_);
  std::optional<LentImage> other;
  if (!reference.is_none()) other.emplace(reference, bgr, name_);
  ResultRoom room(processing_ ? processing_->info : aiedge_processing_info{});
  aiedge_process_options options = {};
  options.struct_bytes = sizeof options;
  options.has_threshold = threshold ? 1 : 0;
  options.threshold = threshold.value_or(0.0F);
  aiedge_error error = {};
  aiedge_status status = AIEDGE_OK;
  {
    const py::gil_scoped_release released;
    status = aiedge_process(model_.get(), &picture.image(), other ? &other->image() : nullptr, &options,
                            room.raw(), &error);
  }
  if (status != AIEDGE_OK) throw_picture(error);
  return room.take();
}

void Model::throw_picture(const aiedge_error& error) const {
  py::dict values;
  values["reason"] = decode(error.message);
  throw_error("InputError", "AIE-MOD-117", name_, values);
}

void Model::trace(py::handle inputs, py::handle outs, const py::function& traced) {
  const Exclusive exclusive(&running_);
  if (!exclusive.owner()) throw_error("EngineError", "AIE-ENG-013", name_, {});
  const Loans sources(inputs, "input", input_infos_, name_, input_data_.data());
  const Loans targets(outs, "output", output_infos_, name_, output_data_.data());
  check_overlap();
  // An exception cannot pass through the core: it waits here until the run is over.
  struct Listener {
    const py::function& call;
    std::exception_ptr raised;
  } listener = {traced, nullptr};
  const auto hear = [](void* context, size_t node, const aiedge_tensor_info* info, const void* data) {
    Listener& self = *static_cast<Listener*>(context);
    if (self.raised) return;
    try {
      self.call(node, make_tensor_info(*info), py::bytes(static_cast<const char*>(data), info->bytes));
    } catch (...) {
      self.raised = std::current_exception();
    }
  };
  const aiedge_status status = aiedge_trace(model_.get(), input_data_.data(), input_data_.size(),
                                            output_data_.data(), output_data_.size(), hear, &listener);
  if (listener.raised) std::rethrow_exception(listener.raised);
  if (status != AIEDGE_OK) throw_status(status, {}, name_);
}

}  // namespace aiedge::bindings
