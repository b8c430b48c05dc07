#include "model.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "errors.h"
#include "info.h"

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

std::string shape_text(const char* dtype, std::size_t rank, const auto* shape) {
  std::string text = std::string(dtype) + " (";
  for (std::size_t i = 0; i < rank; ++i) text += (i > 0 ? ", " : "") + std::to_string(shape[i]);
  return text + ")";
}

// A model's inputs and outputs are int8, uint8 or int32.
bool fits(const Py_buffer& view, const aiedge_tensor_info& info) {
  const char* format = view.format == nullptr ? "B" : view.format;
  // NumPy's unaligned arrays say "=i"; the core's machines are all little-endian.
  if (format[0] == '=' || format[0] == '@' || format[0] == '<') ++format;
  const char wanted = info.dtype == AIEDGE_INT32 ? 'i' : info.dtype == AIEDGE_INT8 ? 'b' : 'B';
  return format[0] == wanted && format[1] == '\0' && view.ndim == static_cast<int>(info.rank) &&
         std::equal(view.shape, view.shape + view.ndim, info.shape) &&
         view.len == static_cast<Py_ssize_t>(info.bytes);
}

bool overlap(const void* a, std::size_t a_bytes, const void* b, std::size_t b_bytes) {
  const auto* first = static_cast<const char*>(a);
  const auto* second = static_cast<const char*>(b);
  return first < second + b_bytes && second < first + a_bytes;
}

}  // namespace

Model::Model(const py::object& source, std::uint32_t threads, const std::string& isa, const std::string& name)
    : name_(name) {
  const aiedge_options options = {sizeof(aiedge_options), threads, isa.empty() ? nullptr : isa.c_str()};
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
}

void Model::load(const py::object& source, const aiedge_options& options) {
  aiedge_model* model = nullptr;
  aiedge_error error = {};
  aiedge_status status = AIEDGE_OK;
  if (PyObject_CheckBuffer(source.ptr()) != 0) {
    Loan loan;
    if (PyObject_GetBuffer(source.ptr(), &loan.view, PyBUF_SIMPLE) != 0) throw py::error_already_set();
    if (name_.empty()) name_ = "bundle";
    const py::gil_scoped_release released;
    status =
        aiedge_load_memory(loan.view.buf, static_cast<std::size_t>(loan.view.len), &options, &model, &error);
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

void Model::borrow(const py::sequence& arrays, const char* kind, const std::vector<aiedge_tensor_info>& infos,
                   int flags, Loan* loans) const {
  if (arrays.size() != infos.size()) {
    py::dict values;
    values["kind"] = kind;
    values["expected"] = infos.size();
    values["given"] = arrays.size();
    throw_error("InputError", "AIE-ENG-003", name_, values);
  }
  for (std::size_t i = 0; i < infos.size(); ++i) {
    const py::object array = arrays[i];
    if (PyObject_GetBuffer(array.ptr(), &loans[i].view, flags) != 0) throw py::error_already_set();
    const Py_buffer& view = loans[i].view;
    if (fits(view, infos[i])) continue;
    py::dict values;
    values["name"] = decode(infos[i].name);
    values["expected"] = shape_text(dtype_name(infos[i].dtype), infos[i].rank, infos[i].shape);
    values["given"] = shape_text(view.format == nullptr ? "bytes" : view.format, view.ndim, view.shape);
    throw_error("InputError", "AIE-ENG-004", name_, values);
  }
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

void Model::run(const py::sequence& inputs, const py::sequence& outs) {
  const Exclusive exclusive(&running_);
  if (!exclusive.owner()) throw_error("EngineError", "AIE-ENG-013", name_, {});
  // Few buffers need no heap; more than these are rare.
  constexpr std::size_t kFew = 8;
  std::array<Loan, kFew> few;
  std::unique_ptr<Loan[]> many;
  const std::size_t count = input_infos_.size() + output_infos_.size();
  if (count > kFew) many = std::make_unique<Loan[]>(count);
  Loan* loans = many == nullptr ? few.data() : many.get();

  borrow(inputs, "input", input_infos_, PyBUF_C_CONTIGUOUS | PyBUF_FORMAT, loans);
  borrow(outs, "output", output_infos_, PyBUF_C_CONTIGUOUS | PyBUF_FORMAT | PyBUF_WRITABLE,
         loans + input_infos_.size());
  for (std::size_t i = 0; i < input_data_.size(); ++i) input_data_[i] = loans[i].view.buf;
  for (std::size_t i = 0; i < output_data_.size(); ++i)
    output_data_[i] = loans[input_data_.size() + i].view.buf;
  check_overlap();

  aiedge_status status = AIEDGE_OK;
  {
    const py::gil_scoped_release released;
    status = aiedge_run(model_.get(), input_data_.data(), input_data_.size(), output_data_.data(),
                        output_data_.size());
  }
  if (status != AIEDGE_OK) throw_status(status, {}, name_);
}

}  // namespace aiedge::bindings
