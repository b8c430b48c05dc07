#include "exec/constant_pages.h"

#include <algorithm>
#include <map>

#include "exec/runtime.h"

namespace aiedge::exec {
namespace {

constexpr std::size_t kLeastBytes = std::size_t{1} << 14U;
// Each range may split a mapping in three, and a process has 65530 of them at most.
constexpr std::size_t kMostRanges = 1024;

struct Use {
  std::size_t bytes = 0;
  std::size_t last_task = 0;
  bool at_run = false;
};

}  // namespace

ConstantPages::ConstantPages(const model::Bundle& bundle, std::span<const Task> tasks) {
  std::map<const std::uint8_t*, Use> uses;  // by address: tensors may share their data
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    const std::span<const std::uint32_t> inputs = bundle.nodes[i].inputs;
    for (std::size_t k = 0; k < inputs.size(); ++k) {
      const Tensor& tensor = bundle.tensors[inputs[k]];
      if (!tensor.is_constant() || tensor.bytes() < kLeastBytes) continue;
      Use& use = uses[tensor.data];
      use.bytes = tensor.bytes();
      use.last_task = i;
      // A kernel that packs reads no constant at run but those that are its activations (kernels/kernel.h).
      use.at_run = use.at_run || tasks[i].packed_bytes == 0 || k < tasks[i].inputs.size();
    }
  }
  for (const auto& [data, use] : uses) {
    if (!use.at_run) ranges_.push_back({data, use.bytes, use.last_task});
  }
  std::stable_sort(ranges_.begin(), ranges_.end(),
                   [](const Range& a, const Range& b) { return a.bytes > b.bytes; });
  if (ranges_.size() > kMostRanges) ranges_.resize(kMostRanges);
  std::stable_sort(ranges_.begin(), ranges_.end(),
                   [](const Range& a, const Range& b) { return a.last_task < b.last_task; });
}

std::size_t ConstantPages::release_after(std::size_t task, Buffer* file) {
  std::size_t released = 0;
  for (; next_ < ranges_.size() && ranges_[next_].last_task <= task; ++next_) {
    const auto offset = static_cast<std::size_t>(ranges_[next_].data - file->data());
    released += file->release(offset, ranges_[next_].bytes);
  }
  return released;
}

}  // namespace aiedge::exec
