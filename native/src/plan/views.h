// Nodes whose output is their input's memory, or a part of it, or the reverse: what needs no copy.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "model/bundle.h"

namespace aiedge::plan {

// Where the node's output begins inside its first input, in bytes, if it is the same bytes: a reshape, a
// transpose that moves only axes of size 1, a slice of neighbours.
[[nodiscard]] std::optional<std::size_t> view_of_input(const model::Bundle& bundle, const model::Node& node);

// Where each input of a concat begins inside its output, if each is a run of bytes there; else nothing.
[[nodiscard]] std::vector<std::size_t> pieces_of_output(const model::Bundle& bundle, const model::Node& node);

}  // namespace aiedge::plan
