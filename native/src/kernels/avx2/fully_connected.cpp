#include "kernels/fully_connected.h"

#include "kernels/avx2/gemm.h"

namespace aiedge::kernels {
namespace {

avx2::DenseShape dense(const FullyConnectedArgs& a) {
  return {
      .gemm = {.out_c = a.out_c,
               .segments = 1,
               .segment_length = a.depth,
               .wide = avx2::needs_wide_weights(a.weight_type, a.weight_zero_point)},
      .rows = a.rows,
      .type = a.type,
      .input_zero_point = a.input_zero_point,
  };
}

std::size_t packed_bytes(const FullyConnectedArgs& a) { return avx2::gemm_packed_bytes(dense(a).gemm); }

void pack(const FullyConnectedArgs& a, void* packed) {
  avx2::gemm_pack(dense(a).gemm, a.weights, a.weight_type, a.weight_zero_point, a.bias, a.requant.scale,
                  packed);
}

std::size_t scratch_bytes(const FullyConnectedArgs& a) { return avx2::dense_scratch_bytes(dense(a)); }

// A unit is a panel of output channels, or a tile of rows when there are many.
std::int32_t units(const FullyConnectedArgs& a) { return avx2::dense_units(dense(a)); }

void run(const FullyConnectedArgs& a, const Work& work) { avx2::dense_run(dense(a), a.requant, work); }

}  // namespace

const Kernel<FullyConnectedArgs> fully_connected_avx2 = {
    .name = "avx2",
    .isa = cpu::Isa::kAvx2,
    .supports = nullptr,
    .packed_bytes = packed_bytes,
    .pack = pack,
    .scratch_bytes = scratch_bytes,
    .units = units,
    .run = run,
};

}  // namespace aiedge::kernels
