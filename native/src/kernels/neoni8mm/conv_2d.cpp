#include "kernels/neon/conv_2d.h"

#include "kernels/neoni8mm/multiply.h"

namespace aiedge::kernels {
namespace {

void pack(const Conv2DArgs& a, void* packed) { neon::conv_2d_pack(a, neoni8mm::multiplier.group, packed); }

void run(const Conv2DArgs& a, const Work& work) { neon::conv_2d_run(a, neoni8mm::multiplier, work); }

}  // namespace

const Kernel<Conv2DArgs> conv_2d_neoni8mm = {
    .name = "neoni8mm",
    .isa = cpu::Isa::kNeonI8mm,
    .supports = nullptr,
    .packed_bytes = neon::conv_2d_packed_bytes,
    .pack = pack,
    .scratch_bytes = neon::conv_2d_scratch_bytes,
    .units = neon::conv_2d_units,
    .run = run,
};

}  // namespace aiedge::kernels
