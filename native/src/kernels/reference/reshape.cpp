#include "kernels/reshape.h"

#include <cstring>

namespace aiedge::kernels {
namespace {

// Copying is not worth a second thread.
std::int32_t units(const ReshapeArgs& /*args*/) { return 1; }

void run(const ReshapeArgs& a, const Work& work) { std::memcpy(work.output, work.input[0], a.bytes); }

}  // namespace

const Kernel<ReshapeArgs> reshape_reference = {
    .name = "reference",
    .isa = cpu::Isa::kReference,
    .supports = nullptr,
    .packed_bytes = nullptr,
    .pack = nullptr,
    .scratch_bytes = nullptr,
    .units = units,
    .run = run,
};

}  // namespace aiedge::kernels
