// Where each tensor's bytes are while the model runs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/status.h"
#include "model/bundle.h"

namespace aiedge::plan {

enum class Place : std::uint8_t {
  kConstant,  // in the bundle: the data of the tensor `index`
  kInput,     // the caller's buffer for the graph input `index`
  kOutput,    // the caller's buffer for the graph output `index`
  kArena      // in the arena
};

// From `offset` bytes on in that memory.
struct Storage {
  Place place = Place::kConstant;
  std::size_t index = 0;
  std::size_t offset = 0;
};

struct Plan {
  std::vector<Storage> storage;  // one for each tensor
  std::vector<bool> in_place;    // one for each node: its output is made already, nothing to run
  std::vector<std::size_t>
      copied_inputs;  // one for each graph output: the graph input to copy from, or kNone
  std::size_t arena_bytes = 0;
};

inline constexpr std::size_t kNone = static_cast<std::size_t>(-1);

// Graph inputs and outputs stay in the caller's buffers. Where that is possible, a reshape or a slice is a
// view of its input, and the inputs of a concat are made where they belong in its output.
[[nodiscard]] Result<Plan> make_plan(const model::Bundle& bundle);

}  // namespace aiedge::plan
