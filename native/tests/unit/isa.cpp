// The instruction set comes from the option, then the environment, then the CPU; a wrong one is an error.
#include <cstdlib>
#include <string_view>

#include "check.h"
#include "cpu/detect.h"
#include "kernels/variants.h"

using aiedge::Code;
using aiedge::cpu::Isa;
using aiedge::kernels::choose_isa;

int main() {
  CHECK(unsetenv("AIEDGE_ISA") == 0);
  CHECK(choose_isa(nullptr).value() == aiedge::cpu::best());
  CHECK(choose_isa("").value() == aiedge::cpu::best());
  CHECK(choose_isa("reference").value() == Isa::kReference);
  CHECK(choose_isa("avx3").status().code() == Code::kUnsupported);
  CHECK(choose_isa("avx2").ok() == aiedge::cpu::has(Isa::kAvx2));
  CHECK(choose_isa("neondot").ok() == aiedge::cpu::has(Isa::kNeonDot));
  CHECK(setenv("AIEDGE_ISA", "reference", 1) == 0);
  CHECK(choose_isa(nullptr).value() == Isa::kReference);
  CHECK(setenv("AIEDGE_ISA", "mmx", 1) == 0);
  CHECK(choose_isa(nullptr).status().code() == Code::kUnsupported);
  CHECK(std::string_view(choose_isa(nullptr).status().message()).find("mmx") != std::string_view::npos);
  CHECK(choose_isa("reference").ok());  // the option wins

  // The reference stands last in every list, and supports everything.
  CHECK(aiedge::kernels::variants<aiedge::kernels::Conv2DArgs>().back()->isa == Isa::kReference);
  CHECK(aiedge::kernels::variants<aiedge::kernels::Conv2DArgs>().back()->supports == nullptr);
  return aiedge::test::report();
}
