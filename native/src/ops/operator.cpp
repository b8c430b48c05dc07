#include "ops/operator.h"

namespace aiedge::ops {

const Operator* find(std::uint32_t code) {
  switch (static_cast<OpCode>(code)) {
    case OpCode::kConv2D:
      return &kConv2D;
    case OpCode::kDepthwiseConv2D:
      return &kDepthwiseConv2D;
    case OpCode::kFullyConnected:
      return &kFullyConnected;
    case OpCode::kAdd:
      return &kAdd;
    case OpCode::kAveragePool2D:
      return &kAveragePool2D;
    case OpCode::kMean:
      return &kMean;
    case OpCode::kSoftmax:
      return &kSoftmax;
    case OpCode::kReshape:
      return &kReshape;
    case OpCode::kRequantize:
      return &kRequantize;
  }
  return nullptr;
}

}  // namespace aiedge::ops
