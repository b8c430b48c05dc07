#include "plan/plan.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "plan/arena.h"

namespace aiedge::plan {
namespace {

// Tensors that share one memory: disjoint sets, each with at most one of the caller's buffers.
class Sharing {
 public:
  explicit Sharing(const model::Bundle& bundle)
      : parent_(bundle.tensors.size()), external_(bundle.tensors.size()) {
    std::iota(parent_.begin(), parent_.end(), std::size_t{0});
    for (std::size_t i = 0; i < parent_.size(); ++i) external_[i].place = Place::kArena;
    for (std::size_t i = 0; i < parent_.size(); ++i) {
      if (bundle.tensors[i].is_constant()) external_[i] = {Place::kConstant, i, 0};
    }
    for (std::size_t i = 0; i < bundle.outputs.size(); ++i)
      external_[bundle.outputs[i]] = {Place::kOutput, i, 0};
    // An input that is an output too stays an input, and is copied at the end.
    for (std::size_t i = 0; i < bundle.inputs.size(); ++i)
      external_[bundle.inputs[i]] = {Place::kInput, i, 0};
  }

  [[nodiscard]] std::size_t root(std::size_t tensor) const {
    while (parent_[tensor] != tensor) tensor = parent_[tensor];
    return tensor;
  }

  [[nodiscard]] const Storage& external(std::size_t tensor) const { return external_[root(tensor)]; }

  // False when both have a memory of their own already. The result's root keeps whichever memory is fixed.
  [[nodiscard]] bool join(std::size_t input, std::size_t output) {
    std::size_t a = root(input);
    std::size_t b = root(output);
    if (external_[a].place != Place::kArena && external_[b].place != Place::kArena) return false;
    if (external_[a].place == Place::kArena) std::swap(a, b);
    parent_[b] = a;
    return true;
  }

 private:
  std::vector<std::size_t> parent_;
  std::vector<Storage> external_;  // valid at roots
};

struct Span {
  std::size_t first = kNone;
  std::size_t last = 0;

  void cover(std::size_t node) {
    first = first == kNone ? node : first;
    last = node;
  }
};

}  // namespace

Result<Plan> make_plan(const model::Bundle& bundle) {
  Plan plan;
  Sharing sharing(bundle);
  for (const model::Node& node : bundle.nodes) {
    const bool reshape = node.code == static_cast<std::uint32_t>(OpCode::kReshape);
    plan.in_place.push_back(reshape && sharing.join(node.inputs[0], node.outputs[0]));
  }

  std::vector<Span> spans(bundle.tensors.size());  // by root
  for (std::size_t i = 0; i < bundle.nodes.size(); ++i) {
    for (const std::uint32_t tensor : bundle.nodes[i].inputs) spans[sharing.root(tensor)].cover(i);
    for (const std::uint32_t tensor : bundle.nodes[i].outputs) spans[sharing.root(tensor)].cover(i);
  }
  std::vector<std::size_t> slot(bundle.tensors.size(), kNone);
  std::vector<Lifetime> lifetimes;
  for (std::size_t i = 0; i < bundle.tensors.size(); ++i) {
    if (sharing.root(i) != i || sharing.external(i).place != Place::kArena) continue;
    slot[i] = lifetimes.size();
    lifetimes.push_back({bundle.tensors[i].bytes(), spans[i].first, spans[i].last});
  }
  const Result<Arena> arena = plan_arena(lifetimes);
  if (!arena.ok()) return arena.status();

  plan.arena_bytes = arena.value().bytes;
  for (std::size_t i = 0; i < bundle.tensors.size(); ++i) {
    Storage storage = sharing.external(i);
    if (storage.place == Place::kArena) storage.offset = arena.value().offsets[slot[sharing.root(i)]];
    plan.storage.push_back(storage);
  }
  for (const std::uint32_t output : bundle.outputs) {
    const Storage& storage = plan.storage[output];
    plan.copied_inputs.push_back(storage.place == Place::kInput ? storage.index : kNone);
  }
  return plan;
}

}  // namespace aiedge::plan
