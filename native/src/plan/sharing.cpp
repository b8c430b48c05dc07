#include "plan/sharing.h"

#include <numeric>

namespace aiedge::plan {

Sharing::Sharing(const model::Bundle& bundle)
    : bundle_(bundle),
      parent_(bundle.tensors.size()),
      offset_(bundle.tensors.size()),
      memory_(bundle.tensors.size()) {
  std::iota(parent_.begin(), parent_.end(), std::size_t{0});
  for (std::size_t i = 0; i < parent_.size(); ++i) {
    memory_[i] = bundle.tensors[i].is_constant() ? Storage{plan::Place::kConstant, i, 0}
                                                 : Storage{plan::Place::kArena, 0, 0};
  }
  for (std::size_t i = 0; i < bundle.outputs.size(); ++i) {
    memory_[bundle.outputs[i]] = {plan::Place::kOutput, i, 0};
  }
  // An input that is an output too stays an input, and is copied at the end.
  for (std::size_t i = 0; i < bundle.inputs.size(); ++i) {
    memory_[bundle.inputs[i]] = {plan::Place::kInput, i, 0};
  }
}

// Halves the way to the root, so that a chain of any length costs little.
Sharing::Place Sharing::find(std::size_t tensor) {
  Place place = {tensor, 0};
  while (parent_[place.root] != place.root) {
    const std::size_t parent = parent_[place.root];
    offset_[place.root] += offset_[parent];  // 0 at a root
    parent_[place.root] = parent_[parent];
    place.offset += offset_[place.root];
    place.root = parent_[place.root];
  }
  return place;
}

bool Sharing::view(std::size_t input, std::size_t output, std::size_t offset) {
  const Place place = find(input);
  if (memory_[output].place == plan::Place::kArena) {
    attach(output, place.root, place.offset + offset);
    return true;
  }
  if (!owns_all(place, input) || bundle_.tensors[input].bytes() != bundle_.tensors[output].bytes())
    return false;
  attach(place.root, output, 0);
  return true;
}

bool Sharing::put_inside(std::size_t input, std::size_t output, std::size_t offset) {
  const Place place = find(input);
  if (place.root == output || !owns_all(place, input)) return false;
  attach(place.root, output, offset);
  return true;
}

// The tensor is as large as its set's memory, which is nobody's yet.
bool Sharing::owns_all(const Place& place, std::size_t tensor) const {
  return memory_[place.root].place == plan::Place::kArena &&
         bundle_.tensors[place.root].bytes() == bundle_.tensors[tensor].bytes();
}

void Sharing::attach(std::size_t root, std::size_t other, std::size_t offset) {
  parent_[root] = other;
  offset_[root] = offset;
}

}  // namespace aiedge::plan
