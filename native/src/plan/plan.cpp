#include "plan/plan.h"

#include <optional>

#include "plan/arena.h"
#include "plan/sharing.h"
#include "plan/views.h"

namespace aiedge::plan {
namespace {

struct Span {
  std::size_t first = kNone;
  std::size_t last = 0;

  void cover(std::size_t node) {
    first = first == kNone ? node : first;
    last = node;
  }
};

// Let the node's output and inputs lie in one memory; true when that leaves nothing to run. Of a concat, each
// input that can lies where it belongs, and the kernel copies the others.
bool shared(const model::Bundle& bundle, const model::Node& node, Sharing* sharing) {
  const std::size_t output = node.outputs[0];
  if (const std::optional<std::size_t> offset = view_of_input(bundle, node)) {
    return sharing->view(node.inputs[0], output, *offset);
  }
  const std::vector<std::size_t> begins = pieces_of_output(bundle, node);
  std::size_t inside = 0;
  for (std::size_t i = 0; i < begins.size(); ++i) {
    inside += sharing->put_inside(node.inputs[i], output, begins[i]) ? 1 : 0;
  }
  return !begins.empty() && inside == begins.size();
}

}  // namespace

Result<Plan> make_plan(const model::Bundle& bundle) {
  Plan plan;
  Sharing sharing(bundle);
  for (const model::Node& node : bundle.nodes) plan.in_place.push_back(shared(bundle, node, &sharing));

  std::vector<Span> spans(bundle.tensors.size());  // by root
  for (std::size_t i = 0; i < bundle.nodes.size(); ++i) {
    for (const std::uint32_t tensor : bundle.nodes[i].inputs) spans[sharing.find(tensor).root].cover(i);
    for (const std::uint32_t tensor : bundle.nodes[i].outputs) spans[sharing.find(tensor).root].cover(i);
  }
  std::vector<std::size_t> slot(bundle.tensors.size(), kNone);
  std::vector<Lifetime> lifetimes;
  for (std::size_t i = 0; i < bundle.tensors.size(); ++i) {
    if (sharing.find(i).root != i || sharing.memory(i).place != Place::kArena) continue;
    slot[i] = lifetimes.size();
    lifetimes.push_back({bundle.tensors[i].bytes(), spans[i].first, spans[i].last});
  }
  const Result<Arena> arena = plan_arena(lifetimes);
  if (!arena.ok()) return arena.status();

  plan.arena_bytes = arena.value().bytes;
  for (std::size_t i = 0; i < bundle.tensors.size(); ++i) {
    const Sharing::Place place = sharing.find(i);
    Storage storage = sharing.memory(place.root);
    if (storage.place == Place::kArena) storage.offset = arena.value().offsets[slot[place.root]];
    storage.offset += place.offset;
    plan.storage.push_back(storage);
  }
  for (const std::uint32_t output : bundle.outputs) {
    const Storage& storage = plan.storage[output];
    plan.copied_inputs.push_back(storage.place == Place::kInput ? storage.index : kNone);
  }
  return plan;
}

}  // namespace aiedge::plan
