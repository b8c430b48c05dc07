// The plan as people read it.

#include <algorithm>
#include <cinttypes>
#include <cstdarg>
#include <cstdio>
#include <string>

#include "base/utf8.h"
#include "exec/runtime.h"

namespace aiedge::exec {
namespace {

// Appends as snprintf does, and counts what did not fit.
class Text {
 public:
  Text(char* text, std::size_t bytes) : text_(text), bytes_(bytes) {}

  [[gnu::format(printf, 2, 3)]] void add(const char* format, ...) {
    char* end = length_ < bytes_ ? text_ + length_ : nullptr;
    std::va_list arguments;
    va_start(arguments, format);
    const int written = std::vsnprintf(end, end == nullptr ? 0 : bytes_ - length_, format, arguments);
    va_end(arguments);
    length_ += static_cast<std::size_t>(std::max(written, 0));
  }

  [[nodiscard]] std::size_t length() const { return length_; }

 private:
  char* text_;
  std::size_t bytes_;
  std::size_t length_ = 0;
};

void add_place(Text* text, const plan::Storage& storage, const Tensor& tensor) {
  switch (storage.place) {
    case plan::Place::kConstant:
      text->add("constant");
      break;
    case plan::Place::kInput:
      text->add("input %zu", storage.index);
      break;
    case plan::Place::kOutput:
      text->add("output %zu", storage.index);
      break;
    case plan::Place::kArena:
      text->add("[%zu, %zu)", storage.offset, storage.offset + tensor.bytes());
      return;
  }
  if (storage.offset > 0) text->add(" + %zu", storage.offset);
}

}  // namespace

std::size_t Runtime::print_plan(char* buffer, std::size_t bytes) const {
  Text text(buffer, bytes);
  text.add("arena %zu bytes: activations %zu, scratch %" PRIu32 " x %zu; packed weights %zu\n", memory_.arena,
           plan_.arena_bytes, pool_.threads(), scratch_stride_, packed_.size());
  for (std::size_t i = 0; i < tasks_.size(); ++i) {
    const Task& task = tasks_[i];
    text.add("%4zu %-23s %-16s ", i, task.operation->name,
             task.in_place ? "in place" : task.step->kernel_name());
    for (std::size_t k = 0; k < task.inputs.size(); ++k) {
      if (k > 0) text.add(" + ");
      add_place(&text, plan_.storage[task.inputs[k]], bundle_.tensors[task.inputs[k]]);
    }
    text.add(" -> ");
    add_place(&text, plan_.storage[task.output], bundle_.tensors[task.output]);
    std::string name = task.name;
    make_printable(name.data());
    text.add("  %s\n", name.c_str());
  }
  return text.length();
}

}  // namespace aiedge::exec
