#include "kernels/neon/conv_2d.h"

#include "kernels/neondot/multiply.h"

namespace aiedge::kernels {
namespace {

void pack(const Conv2DArgs& a, void* packed) { neon::conv_2d_pack(a, neondot::multiplier.group, packed); }

void run(const Conv2DArgs& a, const Work& work) { neon::conv_2d_run(a, neondot::multiplier, work); }

}  // namespace

const Kernel<Conv2DArgs> conv_2d_neondot = {
    .name = "neondot",
    .isa = cpu::Isa::kNeonDot,
    .supports = nullptr,
    .packed_bytes = neon::conv_2d_packed_bytes,
    .pack = pack,
    .scratch_bytes = neon::conv_2d_scratch_bytes,
    .units = neon::conv_2d_units,
    .run = run,
};

}  // namespace aiedge::kernels
