#include "cpu/detect.h"

#include <iterator>

#if defined(AIEDGE_X86_64)
#include <cpuid.h>
#elif defined(AIEDGE_AARCH64)
#include <sys/auxv.h>
#endif

namespace aiedge::cpu {
namespace {

constexpr Isa kAll[] = {Isa::kReference, Isa::kAvx2,    Isa::kAvxVnni, Isa::kAvx512Vnni,
                        Isa::kNeon,      Isa::kNeonDot, Isa::kNeonI8mm};

#if defined(AIEDGE_X86_64)

// __builtin_cpu_supports asks the operating system (XGETBV) whether it keeps the registers, too.
bool has_avx2() { return __builtin_cpu_supports("avx2") != 0; }

// AVX-VNNI needs AVX2's registers only; compilers that are old do not know its name.
bool has_avx_vnni() {
  constexpr unsigned kAvxVnni = 1U << 4U;  // of EAX of leaf 7, subleaf 1
  unsigned eax = 0;
  unsigned ebx = 0;
  unsigned ecx = 0;
  unsigned edx = 0;
  if (!has_avx2() || __get_cpuid_count(7, 1, &eax, &ebx, &ecx, &edx) == 0) return false;
  return (eax & kAvxVnni) != 0;
}

bool has_avx512_vnni() {
  return has_avx2() && __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
         __builtin_cpu_supports("avx512vl") != 0 && __builtin_cpu_supports("avx512dq") != 0 &&
         __builtin_cpu_supports("avx512vnni") != 0;
}

#else

bool has_avx2() { return false; }
bool has_avx_vnni() { return false; }
bool has_avx512_vnni() { return false; }

#endif

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
      return has_avx2();
    case Isa::kAvxVnni:
      return has_avx_vnni();
    case Isa::kAvx512Vnni:
      return has_avx512_vnni();
    case Isa::kNeon:
      return has_neon();
    case Isa::kNeonDot:
      return has_dot();
    case Isa::kNeonI8mm:
      return has_i8mm();
  }
  return false;
}

bool includes(Isa isa, Isa kernel) {
  if (kernel == isa || kernel == Isa::kReference) return true;
  if (kernel == Isa::kAvx2) return isa == Isa::kAvxVnni || isa == Isa::kAvx512Vnni;
  return kernel >= Isa::kNeon && isa > kernel;
}

Isa best() { return available(0).value_or(Isa::kReference); }

std::optional<Isa> available(std::size_t index) {
  for (std::size_t i = std::size(kAll); i > 0; --i) {
    if (!has(kAll[i - 1])) continue;
    if (index == 0) return kAll[i - 1];
    --index;
  }
  return std::nullopt;
}

const char* name(Isa isa) {
  switch (isa) {
    case Isa::kReference:
      return "reference";
    case Isa::kAvx2:
      return "avx2";
    case Isa::kAvxVnni:
      return "avxvnni";
    case Isa::kAvx512Vnni:
      return "avx512vnni";
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
