#include "kernels/variants.h"

#include <cstdlib>
#include <optional>

#include "cpu/detect.h"

namespace aiedge::kernels {
namespace {

#define AIEDGE_VARIANT(name) &AIEDGE_OPERATOR(name),

#define AIEDGE_OPERATOR(name) conv_2d_##name
constexpr const Kernel<Conv2DArgs>* kConv2D[] = {
#include "kernels/conv_2d.def"
};
#undef AIEDGE_OPERATOR

#define AIEDGE_OPERATOR(name) depthwise_conv_2d_##name
constexpr const Kernel<DepthwiseConv2DArgs>* kDepthwiseConv2D[] = {
#include "kernels/depthwise_conv_2d.def"
};
#undef AIEDGE_OPERATOR

#define AIEDGE_OPERATOR(name) fully_connected_##name
constexpr const Kernel<FullyConnectedArgs>* kFullyConnected[] = {
#include "kernels/fully_connected.def"
};
#undef AIEDGE_OPERATOR

#define AIEDGE_OPERATOR(name) add_##name
constexpr const Kernel<AddArgs>* kAdd[] = {
#include "kernels/add.def"
};
#undef AIEDGE_OPERATOR

#define AIEDGE_OPERATOR(name) average_pool_2d_##name
constexpr const Kernel<AveragePool2DArgs>* kAveragePool2D[] = {
#include "kernels/average_pool_2d.def"
};
#undef AIEDGE_OPERATOR

#define AIEDGE_OPERATOR(name) mean_##name
constexpr const Kernel<MeanArgs>* kMean[] = {
#include "kernels/mean.def"
};
#undef AIEDGE_OPERATOR

#define AIEDGE_OPERATOR(name) softmax_##name
constexpr const Kernel<SoftmaxArgs>* kSoftmax[] = {
#include "kernels/softmax.def"
};
#undef AIEDGE_OPERATOR

#define AIEDGE_OPERATOR(name) requantize_##name
constexpr const Kernel<RequantizeArgs>* kRequantize[] = {
#include "kernels/requantize.def"
};
#undef AIEDGE_OPERATOR

#define AIEDGE_OPERATOR(name) reshape_##name
constexpr const Kernel<ReshapeArgs>* kReshape[] = {
#include "kernels/reshape.def"
};
#undef AIEDGE_OPERATOR

#undef AIEDGE_VARIANT

}  // namespace

template <>
std::span<const Kernel<Conv2DArgs>* const> variants<Conv2DArgs>() {
  return kConv2D;
}
template <>
std::span<const Kernel<DepthwiseConv2DArgs>* const> variants<DepthwiseConv2DArgs>() {
  return kDepthwiseConv2D;
}
template <>
std::span<const Kernel<FullyConnectedArgs>* const> variants<FullyConnectedArgs>() {
  return kFullyConnected;
}
template <>
std::span<const Kernel<AddArgs>* const> variants<AddArgs>() {
  return kAdd;
}
template <>
std::span<const Kernel<AveragePool2DArgs>* const> variants<AveragePool2DArgs>() {
  return kAveragePool2D;
}
template <>
std::span<const Kernel<MeanArgs>* const> variants<MeanArgs>() {
  return kMean;
}
template <>
std::span<const Kernel<SoftmaxArgs>* const> variants<SoftmaxArgs>() {
  return kSoftmax;
}
template <>
std::span<const Kernel<RequantizeArgs>* const> variants<RequantizeArgs>() {
  return kRequantize;
}
template <>
std::span<const Kernel<ReshapeArgs>* const> variants<ReshapeArgs>() {
  return kReshape;
}

Result<cpu::Isa> choose_isa(const char* requested) {
  const char* wanted = requested;
  const char* origin = "the option isa";
  if (wanted == nullptr || *wanted == '\0') {
    wanted = std::getenv("AIEDGE_ISA");
    origin = "AIEDGE_ISA";
  }
  if (wanted == nullptr || *wanted == '\0') return cpu::best();
  const std::optional<cpu::Isa> isa = cpu::parse(wanted);
  if (!isa) {
    return Status::error(Code::kUnsupported,
                         "%s names an unknown instruction set '%s' (known: reference, avx2, avxvnni, "
                         "avx512vnni, neon, neondot, "
                         "neoni8mm)",
                         origin, wanted);
  }
  if (!cpu::has(*isa)) {
    return Status::error(Code::kUnsupported, "%s asks for '%s', which this CPU or build lacks", origin,
                         wanted);
  }
  return *isa;
}

}  // namespace aiedge::kernels
