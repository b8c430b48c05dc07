// The arrays that a caller lends for one run.
#pragma once

#include <pybind11/pybind11.h>

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

#include "aiedge/aiedge.h"

namespace aiedge::bindings {

// A buffer of any object that has one. Throws what the object raises.
class View {
 public:
  View() = default;  // of nothing
  View(pybind11::handle object, int flags) { take(object, flags); }
  ~View() { PyBuffer_Release(&view_); }  // nothing is released of an empty view
  View(const View&) = delete;
  View& operator=(const View&) = delete;

  void take(pybind11::handle object, int flags) {
    if (PyObject_GetBuffer(object.ptr(), &view_, flags) != 0) throw pybind11::error_already_set();
  }
  const Py_buffer* operator->() const { return &view_; }

 private:
  Py_buffer view_ = {};
};

// Where in an error an array stands.
struct Place {
  const char* kind;
  std::size_t index;
  const std::string& model;

  [[nodiscard]] std::string text() const { return model + ": " + kind + " " + std::to_string(index); }
};

// All inputs, or all outputs, of a run: checked against `infos`, and kept alive as long as this lives.
class Loans {
 public:
  // `arrays` is a sequence of NumPy arrays, or of other objects with a buffer; `kind` is "input" or "output",
  // and those are written. The pointers go to `data`. Throws InputError, which names `model`.
  template <typename Pointer>
  Loans(pybind11::handle arrays, const char* kind, const std::vector<aiedge_tensor_info>& infos,
        const std::string& model, Pointer* data) {
    const auto sequence = pybind11::reinterpret_steal<pybind11::object>(
        PySequence_Fast(arrays.ptr(), "the arrays must be a list or a tuple"));
    if (!sequence) throw pybind11::error_already_set();
    const auto count = static_cast<std::size_t>(PySequence_Fast_GET_SIZE(sequence.ptr()));
    check_count(count, kind, infos, model);
    if (count > kFew) many_ = std::make_unique<Loan[]>(count);
    Loan* loans = many_ == nullptr ? few_.data() : many_.get();
    PyObject* const* items = PySequence_Fast_ITEMS(sequence.ptr());
    // Whatever Python code a check runs, the arrays are held first.
    for (std::size_t i = 0; i < count; ++i) {
      loans[i].array = pybind11::reinterpret_borrow<pybind11::object>(items[i]);
    }
    constexpr bool written = !std::is_const_v<std::remove_pointer_t<Pointer>>;
    for (std::size_t i = 0; i < count; ++i) {
      data[i] = take(&loans[i], written, infos[i], {kind, i, model});
    }
  }

 private:
  struct Loan {
    pybind11::object array;
    View view;  // of an object that is no NumPy array
  };

  static void check_count(std::size_t given, const char* kind, const std::vector<aiedge_tensor_info>& infos,
                          const std::string& model);
  static void* take(Loan* loan, bool written, const aiedge_tensor_info& info, const Place& place);

  static constexpr std::size_t kFew = 4;
  std::array<Loan, kFew> few_;    // few arrays need no heap;
  std::unique_ptr<Loan[]> many_;  // more than these are rare
};

}  // namespace aiedge::bindings
