// A bundle (docs/bundle-format.md) after it was read: views into the file, all of them checked.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/buffer.h"
#include "base/processing.h"
#include "base/status.h"
#include "base/tensor.h"

namespace aiedge::model {

inline constexpr std::size_t kAttributes = 16;

struct Node {
  std::uint32_t code = 0;
  std::array<std::uint32_t, kAttributes> attributes = {};  // the raw 32 bits of each
  std::string_view name;
  std::span<const std::uint32_t> inputs;  // indices of tensors
  std::span<const std::uint32_t> outputs;
};

// Everything points into `file`, `tensors` and `pool`, whose memory moves with the bundle.
struct Bundle {
  Buffer file;
  std::size_t released = 0;  // bytes of the file that are no longer held
  std::string_view name;
  std::vector<Tensor> tensors;
  std::vector<Node> nodes;  // in an order in which they can run
  std::vector<std::uint32_t> pool;
  std::span<const std::uint32_t> inputs;
  std::span<const std::uint32_t> outputs;
  std::string_view labels;               // the section LABL as it is; empty when there is none
  std::optional<Processing> processing;  // the sections PREP and POST
};

inline constexpr std::size_t kMaxFileBytes = std::size_t{1} << 30U;

// Check everything that docs/bundle-format.md demands of a file, and give its graph. What an operation
// demands of its tensors is checked where the operation lives (native/src/ops). Text of a failure: what; its
// place: which part.
[[nodiscard]] Result<Bundle> read_bundle(Buffer file);

}  // namespace aiedge::model
