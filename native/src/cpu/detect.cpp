#include "cpu/detect.h"

#if defined(AIEDGE_AARCH64)
#include <sys/auxv.h>
#endif

namespace aiedge::cpu {
namespace {

constexpr Isa kAll[] = {Isa::kReference, Isa::kAvx2, Isa::kNeon, Isa::kNeonDot, Isa::kNeonI8mm};

#if defined(AIEDGE_AARCH64)
bool has_neon() { return (getauxval(AT_HWCAP) & HWCAP_ASIMD) != 0; }
bool has_dot() { return has_neon() && (getauxval(AT_HWCAP) & HWCAP_ASIMDDP) != 0; }
bool has_i8mm() { return has_dot() && (getauxval(AT_HWCAP2) & HWCAP2_I8MM) != 0; }
#else
bool has_neon() { return false; }
bool has_dot() { return false; }
bool has_i8mm() { return false; }
#endif

}  // namespace

bool has(Isa isa) {
  switch (isa) {
    case Isa::kReference:
      return true;
    case Isa::kAvx2:
#if defined(AIEDGE_X86_64)
      return __builtin_cpu_supports("avx2") != 0;  // asks the operating system (XGETBV) too
#else
      return false;
#endif
    case Isa::kNeon:
      return has_neon();
    case Isa::kNeonDot:
      return has_dot();
    case Isa::kNeonI8mm:
      return has_i8mm();
  }
  return false;
}

Isa best() {
  Isa found = Isa::kReference;
  for (Isa isa : kAll) {
    if (has(isa)) found = isa;
  }
  return found;
}

const char* name(Isa isa) {
  switch (isa) {
    case Isa::kReference:
      return "reference";
    case Isa::kAvx2:
      return "avx2";
    case Isa::kNeon:
      return "neon";
    case Isa::kNeonDot:
      return "neondot";
    case Isa::kNeonI8mm:
      return "neoni8mm";
  }
  return "unknown";
}

std::optional<Isa> parse(std::string_view name_of_isa) {
  for (Isa isa : kAll) {
    if (name_of_isa == name(isa)) return isa;
  }
  return std::nullopt;
}

}  // namespace aiedge::cpu
