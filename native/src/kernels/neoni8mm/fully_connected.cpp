#include "kernels/neon/fully_connected.h"

#include "kernels/neoni8mm/multiply.h"

namespace aiedge::kernels {
namespace {

void pack(const FullyConnectedArgs& a, void* packed) {
  neon::fully_connected_pack(a, neoni8mm::multiplier.group, packed);
}

void run(const FullyConnectedArgs& a, const Work& work) {
  neon::fully_connected_run(a, neoni8mm::multiplier, work);
}

}  // namespace

const Kernel<FullyConnectedArgs> fully_connected_neoni8mm = {
    .name = "neoni8mm",
    .isa = cpu::Isa::kNeonI8mm,
    .supports = nullptr,
    .packed_bytes = neon::fully_connected_packed_bytes,
    .pack = pack,
    .scratch_bytes = neon::fully_connected_scratch_bytes,
    .units = neon::fully_connected_units,
    .run = run,
};

}  // namespace aiedge::kernels
