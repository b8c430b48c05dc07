#include "ops/operator.h"

namespace aiedge::ops {

const Operator* find(std::uint32_t code) {
  switch (code) {
#define AIEDGE_OPERATOR(number, name) \
  case number:                        \
    return &k##name;
#include "base/operators.def"
#undef AIEDGE_OPERATOR
    default:
      return nullptr;
  }
}

}  // namespace aiedge::ops
