#include "cpu/detect.h"

namespace aiedge::cpu {
namespace {

constexpr Isa kAll[] = {Isa::kReference, Isa::kAvx2};

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
