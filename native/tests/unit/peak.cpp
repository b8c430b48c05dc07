// The peak's loops do as many multiply-accumulates as they say: with factors of 1, the sums count them.
#include "peak/peak.h"

#include <cstring>
#include <optional>

#include "check.h"
#include "cpu/detect.h"

namespace {

namespace cpu = aiedge::cpu;
namespace peak = aiedge::peak;

void every_loop_that_this_cpu_can_run() {
  for (const peak::Loop& loop : peak::loops()) {
    const std::optional<cpu::Isa> isa = cpu::parse(loop.isa);
    CHECK(isa.has_value());
    CHECK(peak::find(loop.isa) == &loop);
    if (!isa || !cpu::has(*isa)) continue;
    for (const std::int64_t steps : {1, 2, 1001}) {
      CHECK(loop.run(steps) == static_cast<std::uint32_t>(steps * loop.macs_per_step));
    }
    CHECK(peak::macs_per_s(loop) > 0.0);
  }
}

void every_instruction_set_but_the_reference_has_a_loop() {
  std::size_t index = 0;
  for (std::optional<cpu::Isa> isa; (isa = cpu::available(index)); ++index) {
    CHECK((peak::find(cpu::name(*isa)) == nullptr) == (*isa == cpu::Isa::kReference));
  }
  CHECK(peak::find("abacus") == nullptr);
}

}  // namespace

int main() {
  every_loop_that_this_cpu_can_run();
  every_instruction_set_but_the_reference_has_a_loop();
  return aiedge::test::report();
}
