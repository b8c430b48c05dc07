// fully_connected by the matrix product: what all NEON variants share.
#pragma once

#include "kernels/fully_connected.h"
#include "kernels/neon/gemm.h"

namespace aiedge::kernels::neon {

[[nodiscard]] std::size_t fully_connected_packed_bytes(const FullyConnectedArgs& a);
void fully_connected_pack(const FullyConnectedArgs& a, std::int32_t group, void* packed);
[[nodiscard]] std::size_t fully_connected_scratch_bytes(const FullyConnectedArgs& a);
[[nodiscard]] std::int32_t fully_connected_units(const FullyConnectedArgs& a);
void fully_connected_run(const FullyConnectedArgs& a, const Multiplier& with, const Work& work);

}  // namespace aiedge::kernels::neon
