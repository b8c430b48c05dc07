#include "kernels/neon/fully_connected.h"

namespace aiedge::kernels::neon {
namespace {

GemmShape gemm(const FullyConnectedArgs& a) {
  return {
      .rows = a.rows,
      .depth = a.depth,
      .out_c = a.out_c,
      .type = a.type,
      .input_zero_point = a.input_zero_point,
      .weight_type = a.weight_type,
      .weight_zero_point = a.weight_zero_point,
  };
}

void gather(const void* context, const std::uint8_t* input, std::int64_t row, std::uint8_t* to) {
  const std::int64_t depth = static_cast<const FullyConnectedArgs*>(context)->depth;
  __builtin_memcpy(to, input + row * depth, static_cast<std::size_t>(depth));
}

void pack(const FullyConnectedArgs& a, void* packed) { fully_connected_pack(a, multiplier.group, packed); }

void run(const FullyConnectedArgs& a, const Work& work) { fully_connected_run(a, multiplier, work); }

}  // namespace

std::size_t fully_connected_packed_bytes(const FullyConnectedArgs& a) { return gemm_packed_bytes(gemm(a)); }

void fully_connected_pack(const FullyConnectedArgs& a, std::int32_t group, void* packed) {
  gemm_pack(gemm(a), group, a.weights, a.bias, a.requant.scale, packed);
}

std::size_t fully_connected_scratch_bytes(const FullyConnectedArgs& a) { return gemm_scratch_bytes(gemm(a)); }

std::int32_t fully_connected_units(const FullyConnectedArgs& a) { return gemm_units(gemm(a)); }

void fully_connected_run(const FullyConnectedArgs& a, const Multiplier& with, const Work& work) {
  gemm_run(gemm(a), with, gather, &a, a.requant, work);
}

}  // namespace aiedge::kernels::neon

namespace aiedge::kernels {

const Kernel<FullyConnectedArgs> fully_connected_neon = {
    .name = "neon",
    .isa = cpu::Isa::kNeon,
    .supports = nullptr,
    .packed_bytes = neon::fully_connected_packed_bytes,
    .pack = neon::pack,
    .scratch_bytes = neon::fully_connected_scratch_bytes,
    .units = neon::fully_connected_units,
    .run = neon::run,
};

}  // namespace aiedge::kernels
