// aiedge._native.Model: a loaded bundle.
#pragma once

#include <pybind11/pybind11.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "aiedge/aiedge.h"

namespace aiedge::bindings {

class Model {
 public:
  // `source` is the path of a bundle or its bytes; `name` stands for it in errors.
  Model(const pybind11::object& source, std::uint32_t threads, const std::string& isa,
        const std::string& name);

  [[nodiscard]] pybind11::tuple inputs() const;
  [[nodiscard]] pybind11::tuple outputs() const;
  [[nodiscard]] pybind11::tuple nodes() const;
  [[nodiscard]] aiedge_memory memory() const;
  [[nodiscard]] pybind11::str plan() const;
  [[nodiscard]] pybind11::tuple labels() const;

  // The buffers are used in place, with the GIL released.
  void run(const pybind11::sequence& inputs, const pybind11::sequence& outs);

 private:
  // A buffer that the caller lent for one run.
  struct Loan {
    Py_buffer view = {};
    ~Loan() { PyBuffer_Release(&view); }  // nothing is released of an empty view
  };

  void load(const pybind11::object& source, const aiedge_options& options);
  void borrow(const pybind11::sequence& arrays, const char* kind,
              const std::vector<aiedge_tensor_info>& infos, int flags, Loan* loans) const;
  void check_overlap() const;

  struct Free {
    void operator()(aiedge_model* model) const { aiedge_free(model); }
  };
  std::string name_;
  std::unique_ptr<aiedge_model, Free> model_;
  std::vector<aiedge_tensor_info> input_infos_;
  std::vector<aiedge_tensor_info> output_infos_;
  // Room for the pointers of a run, so that a run allocates nothing here.
  std::vector<const void*> input_data_;
  std::vector<void*> output_data_;
  std::atomic<bool> running_ = false;
};

}  // namespace aiedge::bindings
