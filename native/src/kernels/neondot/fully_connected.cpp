#include "kernels/neon/fully_connected.h"

#include "kernels/neondot/multiply.h"

namespace aiedge::kernels {
namespace {

void pack(const FullyConnectedArgs& a, void* packed) {
  neon::fully_connected_pack(a, neondot::multiplier.group, packed);
}

void run(const FullyConnectedArgs& a, const Work& work) {
  neon::fully_connected_run(a, neondot::multiplier, work);
}

}  // namespace

const Kernel<FullyConnectedArgs> fully_connected_neondot = {
    .name = "neondot",
    .isa = cpu::Isa::kNeonDot,
    .supports = nullptr,
    .packed_bytes = neon::fully_connected_packed_bytes,
    .pack = pack,
    .scratch_bytes = neon::fully_connected_scratch_bytes,
    .units = neon::fully_connected_units,
    .run = run,
};

}  // namespace aiedge::kernels
