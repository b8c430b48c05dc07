#include "kernels/variants.h"

#include <cstdlib>
#include <optional>

#include "cpu/detect.h"

namespace aiedge::kernels {
namespace {

// The list of each operator, named kernels_of_<operator>.
#define AIEDGE_ARGS Conv2DArgs
#define AIEDGE_NAME conv_2d
#include "kernels/list_variants.h"
#define AIEDGE_ARGS DepthwiseConv2DArgs
#define AIEDGE_NAME depthwise_conv_2d
#include "kernels/list_variants.h"
#define AIEDGE_ARGS FullyConnectedArgs
#define AIEDGE_NAME fully_connected
#include "kernels/list_variants.h"
#define AIEDGE_ARGS AddArgs
#define AIEDGE_NAME add
#include "kernels/list_variants.h"
#define AIEDGE_ARGS AveragePool2DArgs
#define AIEDGE_NAME average_pool_2d
#include "kernels/list_variants.h"
#define AIEDGE_ARGS MeanArgs
#define AIEDGE_NAME mean
#include "kernels/list_variants.h"
#define AIEDGE_ARGS SoftmaxArgs
#define AIEDGE_NAME softmax
#include "kernels/list_variants.h"
#define AIEDGE_ARGS RequantizeArgs
#define AIEDGE_NAME requantize
#include "kernels/list_variants.h"
#define AIEDGE_ARGS ReshapeArgs
#define AIEDGE_NAME reshape
#include "kernels/list_variants.h"
#define AIEDGE_ARGS ConcatArgs
#define AIEDGE_NAME concat
#include "kernels/list_variants.h"
#define AIEDGE_ARGS PadArgs
#define AIEDGE_NAME pad
#include "kernels/list_variants.h"
#define AIEDGE_ARGS StridedCopyArgs
#define AIEDGE_NAME strided_copy
#include "kernels/list_variants.h"
#define AIEDGE_ARGS ResizeBilinearArgs
#define AIEDGE_NAME resize_bilinear
#include "kernels/list_variants.h"
#define AIEDGE_ARGS ResizeNearestArgs
#define AIEDGE_NAME resize_nearest
#include "kernels/list_variants.h"
#define AIEDGE_ARGS ArgMaxArgs
#define AIEDGE_NAME argmax
#include "kernels/list_variants.h"
#define AIEDGE_ARGS GatherArgs
#define AIEDGE_NAME gather
#include "kernels/list_variants.h"
#define AIEDGE_ARGS MulArgs
#define AIEDGE_NAME mul
#include "kernels/list_variants.h"
#define AIEDGE_ARGS ExtremumArgs
#define AIEDGE_NAME extremum
#include "kernels/list_variants.h"
#define AIEDGE_ARGS MaxPool2DArgs
#define AIEDGE_NAME max_pool_2d
#include "kernels/list_variants.h"
#define AIEDGE_ARGS PReluArgs
#define AIEDGE_NAME prelu
#include "kernels/list_variants.h"
#define AIEDGE_ARGS LstmArgs
#define AIEDGE_NAME lstm
#include "kernels/list_variants.h"
#define AIEDGE_ARGS FloatConv2DArgs
#define AIEDGE_NAME float_conv_2d
#include "kernels/list_variants.h"
#define AIEDGE_ARGS FloatDepthwiseConv2DArgs
#define AIEDGE_NAME float_depthwise_conv_2d
#include "kernels/list_variants.h"
#define AIEDGE_ARGS FloatFullyConnectedArgs
#define AIEDGE_NAME float_fully_connected
#include "kernels/list_variants.h"
#define AIEDGE_ARGS FloatBinaryArgs
#define AIEDGE_NAME float_binary
#include "kernels/list_variants.h"
#define AIEDGE_ARGS FloatUnaryArgs
#define AIEDGE_NAME float_unary
#include "kernels/list_variants.h"
#define AIEDGE_ARGS FloatAveragePool2DArgs
#define AIEDGE_NAME float_average_pool_2d
#include "kernels/list_variants.h"
#define AIEDGE_ARGS FloatMaxPool2DArgs
#define AIEDGE_NAME float_max_pool_2d
#include "kernels/list_variants.h"
#define AIEDGE_ARGS FloatReduceArgs
#define AIEDGE_NAME float_reduce
#include "kernels/list_variants.h"
#define AIEDGE_ARGS FloatSoftmaxArgs
#define AIEDGE_NAME float_softmax
#include "kernels/list_variants.h"
#define AIEDGE_ARGS FloatResizeBilinearArgs
#define AIEDGE_NAME float_resize_bilinear
#include "kernels/list_variants.h"
#define AIEDGE_ARGS QuantizeArgs
#define AIEDGE_NAME quantize
#include "kernels/list_variants.h"
#define AIEDGE_ARGS DequantizeArgs
#define AIEDGE_NAME dequantize
#include "kernels/list_variants.h"

}  // namespace

#define AIEDGE_KERNELS(Args, name)                        \
  template <>                                             \
  std::span<const Kernel<Args>* const> variants<Args>() { \
    return kernels_of_##name;                             \
  }
#include "kernels/operators.def"
#undef AIEDGE_KERNELS

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
