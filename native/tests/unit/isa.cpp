// The instruction set comes from the option, then the environment, then the CPU; a wrong one is an error.
#include <cstddef>
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
  for (Isa isa : {Isa::kAvx2, Isa::kAvxVnni, Isa::kAvx512Vnni}) {
    CHECK(aiedge::cpu::parse(aiedge::cpu::name(isa)) == isa);
    CHECK(choose_isa(aiedge::cpu::name(isa)).ok() == aiedge::cpu::has(isa));
    CHECK(!aiedge::cpu::has(isa) || aiedge::cpu::has(Isa::kAvx2));  // which the others include
  }
  // A CPU may have one dot product without the other.
  CHECK(!aiedge::cpu::includes(Isa::kAvx512Vnni, Isa::kAvxVnni));
  CHECK(!aiedge::cpu::includes(Isa::kAvxVnni, Isa::kAvx512Vnni));
  CHECK(!aiedge::cpu::includes(Isa::kReference, Isa::kAvx2));
  for (Isa isa : {Isa::kAvx2, Isa::kAvxVnni, Isa::kAvx512Vnni}) {
    CHECK(aiedge::cpu::includes(isa, isa));
    CHECK(aiedge::cpu::includes(isa, Isa::kAvx2));
    CHECK(aiedge::cpu::includes(isa, Isa::kReference));
  }
  // What is there: the best first, the reference last.
  CHECK(aiedge::cpu::available(0) == aiedge::cpu::best());
  std::size_t count = 0;
  while (aiedge::cpu::available(count)) ++count;
  CHECK(count >= 1);
  CHECK(aiedge::cpu::available(count - 1) == Isa::kReference);
  CHECK(choose_isa("neondot").ok() == aiedge::cpu::has(Isa::kNeonDot));
  CHECK(aiedge::cpu::includes(Isa::kNeonI8mm, Isa::kNeonDot));
  CHECK(!aiedge::cpu::includes(Isa::kNeon, Isa::kNeonDot));
  CHECK(!aiedge::cpu::includes(Isa::kNeon, Isa::kAvx2));
  CHECK(!aiedge::cpu::includes(Isa::kAvx512Vnni, Isa::kNeon));
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
