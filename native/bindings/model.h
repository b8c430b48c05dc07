// aiedge._native.Model: a loaded bundle.
#pragma once

#include <pybind11/pybind11.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "aiedge/aiedge.h"
#include "process.h"

namespace aiedge::bindings {

class Model {
 public:
  struct Options {
    std::int64_t threads = 1;
    std::string isa;
    std::vector<std::int64_t> cpus;
    std::int64_t realtime_priority = 0;
    double spin_s = 0;
  };

  // `source` is the path of a bundle or its bytes; `name` stands for it in errors.
  Model(const pybind11::object& source, const Options& options, const std::string& name);

  [[nodiscard]] pybind11::tuple inputs() const;
  [[nodiscard]] pybind11::tuple outputs() const;
  [[nodiscard]] pybind11::tuple nodes() const;
  [[nodiscard]] aiedge_memory memory() const;
  [[nodiscard]] pybind11::str plan() const;
  [[nodiscard]] pybind11::tuple labels() const;

  // `inputs` and `outs` are sequences of arrays or other buffers, which are used in place.
  void run(pybind11::handle inputs, pybind11::handle outs);
  // The same, and `traced` is called after each node with its index, its output's TensorInfo and bytes.
  void trace(pybind11::handle inputs, pybind11::handle outs, const pybind11::function& traced);

  // Nothing when the bundle has no processing.
  [[nodiscard]] const std::optional<ProcessingInfo>& processing() const { return processing_; }
  // Fill `outs`, arrays of the inputs' forms, for a picture. `reference` may be None.
  void prepare(pybind11::handle image, pybind11::handle reference, bool bgr, pybind11::handle outs);
  // The picture through the processing and the model; see ResultRoom::take.
  [[nodiscard]] pybind11::tuple process(pybind11::handle image, pybind11::handle reference, bool bgr,
                                        std::optional<float> threshold);

 private:
  void load(const pybind11::object& source, const aiedge_options& options);
  [[nodiscard]] std::uint32_t to_u32(std::int64_t value, const char* option) const;
  void check_overlap() const;
  aiedge_status run_released();
  [[noreturn]] void throw_picture(const aiedge_error& error) const;

  struct Free {
    void operator()(aiedge_model* model) const { aiedge_free(model); }
  };
  std::string name_;
  std::unique_ptr<aiedge_model, Free> model_;
  std::vector<aiedge_tensor_info> input_infos_;
  std::vector<aiedge_tensor_info> output_infos_;
  // Room for what a run borrows, so that a run allocates nothing here.
  std::vector<const void*> input_data_;
  std::vector<void*> output_data_;
  std::optional<ProcessingInfo> processing_;
  std::atomic<bool> running_ = false;
  int measured_runs_ = 0;
  std::chrono::nanoseconds least_ = std::chrono::nanoseconds::max();  // of the measured runs
};

}  // namespace aiedge::bindings
