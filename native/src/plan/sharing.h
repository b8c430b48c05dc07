// Which tensors lie in one memory, and where in it.
#pragma once

#include <cstddef>
#include <vector>

#include "model/bundle.h"
#include "plan/plan.h"

namespace aiedge::plan {

// Disjoint sets of tensors, each inside the memory of the set's root, which may be one of the caller's
// buffers or a constant. A tensor of the graph's outputs is a root always.
class Sharing {
 public:
  explicit Sharing(const model::Bundle& bundle);

  struct Place {
    std::size_t root = 0;
    std::size_t offset = 0;  // in the root's memory, bytes
  };
  [[nodiscard]] Place find(std::size_t tensor);

  // Whose memory a root is; kArena: none but its own.
  [[nodiscard]] const Storage& memory(std::size_t root) const { return memory_[root]; }

  // The output is the input's bytes from `offset` on. False when it cannot lie there: both are the caller's,
  // or the output is and the input lies inside another memory.
  [[nodiscard]] bool view(std::size_t input, std::size_t output, std::size_t offset);

  // The input's memory becomes a part of the output's. False when it is someone's already.
  [[nodiscard]] bool put_inside(std::size_t input, std::size_t output, std::size_t offset);

 private:
  [[nodiscard]] bool owns_all(const Place& place, std::size_t tensor) const;
  void attach(std::size_t root, std::size_t other, std::size_t offset);

  const model::Bundle& bundle_;
  std::vector<std::size_t> parent_;  // itself: a root
  std::vector<std::size_t> offset_;  // in the parent's memory
  std::vector<Storage> memory_;      // valid at roots
};

}  // namespace aiedge::plan
