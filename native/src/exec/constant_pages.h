// The memory of constants that only packing reads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/buffer.h"
#include "model/bundle.h"

namespace aiedge::exec {

struct Task;

// Gives the pages of packed weights back, task by task, so that a large model is not in memory twice.
class ConstantPages {
 public:
  // The tasks, one for each node of the bundle, know what they pack and what they read at run.
  ConstantPages(const model::Bundle& bundle, std::span<const Task> tasks);

  // Called for each task in order, once it is packed. Releases what no later task packs and no run reads;
  // returns how many bytes that were.
  [[nodiscard]] std::size_t release_after(std::size_t task, Buffer* file);

 private:
  struct Range {
    const std::uint8_t* data = nullptr;
    std::size_t bytes = 0;
    std::size_t last_task = 0;
  };
  std::vector<Range> ranges_;  // by last_task
  std::size_t next_ = 0;
};

}  // namespace aiedge::exec
