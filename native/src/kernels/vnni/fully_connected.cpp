#include "kernels/fully_connected.h"

#include "kernels/vnni/gemm.h"

namespace aiedge::kernels {
namespace AIEDGE_VNNI {
namespace {

DenseShape dense(const FullyConnectedArgs& a) {
  return {
      .gemm = {.out_c = a.out_c,
               .segments = 1,
               .segment_length = a.depth,
               .rows = a.rows,
               .single_row = a.rows == 1},
      .rows = a.rows,
      .type = a.type,
  };
}

std::size_t packed_bytes(const FullyConnectedArgs& a) { return gemm_packed_bytes(dense(a).gemm); }

void pack(const FullyConnectedArgs& a, void* packed) {
  gemm_pack(dense(a).gemm, a.weights, a.weight_type, a.weight_zero_point, a.bias, a.requant.scale,
            unsigned_zero_point(a.type, a.input_zero_point), packed);
}

std::size_t scratch_bytes(const FullyConnectedArgs& a) { return dense_scratch_bytes(dense(a)); }

// A unit is a panel of output channels, or a tile of rows when there are many.
std::int32_t units(const FullyConnectedArgs& a) { return dense_units(dense(a)); }

void run(const FullyConnectedArgs& a, const Work& work) { dense_run(dense(a), a.requant, work); }

}  // namespace
}  // namespace AIEDGE_VNNI

const Kernel<FullyConnectedArgs> AIEDGE_VNNI_KERNEL(fully_connected_) = {
    .name = AIEDGE_VNNI_NAME,
    .isa = AIEDGE_VNNI::kIsa,
    .supports = nullptr,
    .packed_bytes = AIEDGE_VNNI::packed_bytes,
    .pack = AIEDGE_VNNI::pack,
    .scratch_bytes = AIEDGE_VNNI::scratch_bytes,
    .units = AIEDGE_VNNI::units,
    .run = AIEDGE_VNNI::run,
};

}  // namespace aiedge::kernels
