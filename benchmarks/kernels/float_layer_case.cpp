#include "float_layer_case.h"

namespace aiedge::bench {
namespace {

constexpr std::size_t kBytes = sizeof(float);

Constants float_constants(std::size_t weights, std::int32_t channels) {
  return {block(weights * kBytes, Content::kFloats),
          block(static_cast<std::size_t>(channels) * kBytes, Content::kFloats), nullptr};
}

const float* floats_of(const Shared& constant) { return static_cast<const float*>(constant->data()); }

// What both kinds of convolution have in common.
template <typename Args>
void make_conv(LayerCase& layer, const Fields& fields, std::size_t products, Args args) {
  const Shape x = numbers(fields, "in");
  const Shape y = numbers(fields, "out");
  const Shape kernel = numbers(fields, "kernel");
  const Shape stride = numbers(fields, "stride");
  const Shape dilation = numbers(fields, "dilation");
  const Shape pad = numbers(fields, "pad");
  const Constants keep = float_constants(products * y[3], y[3]);
  layer.macs = elements(y) * products;
  args.batch = x[0];
  args.in_h = x[1];
  args.in_w = x[2];
  args.in_c = x[3];
  args.out_h = y[1];
  args.out_w = y[2];
  args.out_c = y[3];
  args.kernel_h = kernel[0];
  args.kernel_w = kernel[1];
  args.stride_h = stride[0];
  args.stride_w = stride[1];
  args.dilation_h = dilation[0];
  args.dilation_w = dilation[1];
  args.pad_top = pad[0];
  args.pad_left = pad[1];
  args.weights = floats_of(keep.weights);
  args.bias = floats_of(keep.bias);
  add_variants(layer, args, elements(x) * kBytes, elements(y) * kBytes, keep, Content::kFloats);
}

}  // namespace

void make_float_conv_2d(LayerCase& layer, const Fields& fields) {
  const Shape kernel = numbers(fields, "kernel");
  const std::size_t products = std::size_t{1} * kernel[0] * kernel[1] * numbers(fields, "in")[3];
  make_conv(layer, fields, products, kernels::FloatConv2DArgs{});
}

void make_float_depthwise_conv_2d(LayerCase& layer, const Fields& fields) {
  const Shape kernel = numbers(fields, "kernel");
  kernels::FloatDepthwiseConv2DArgs args{};
  args.multiplier = numbers(fields, "out")[3] / numbers(fields, "in")[3];
  make_conv(layer, fields, std::size_t{1} * kernel[0] * kernel[1], args);
}

void make_float_fully_connected(LayerCase& layer, const Fields& fields) {
  const Shape x = numbers(fields, "in");
  const Shape y = numbers(fields, "out");
  const Constants keep = float_constants(std::size_t{1} * x[1] * y[1], y[1]);
  layer.macs = std::size_t{1} * x[1] * y[1] * y[0];
  const kernels::FloatFullyConnectedArgs args = {x[0], x[1], y[1], floats_of(keep.weights),
                                                 floats_of(keep.bias)};
  add_variants(layer, args, elements(x) * kBytes, elements(y) * kBytes, keep, Content::kFloats);
}

void make_float_unary(LayerCase& layer, const Fields& fields) {
  const Shape x = numbers(fields, "in");
  const kernels::FloatUnaryArgs args = {
      .count = static_cast<std::int32_t>(elements(x)),
      .function = static_cast<kernels::FloatUnaryFunction>(numbers(fields, "function")[0]),
      .alpha = 0.0F,
      .beta = 6.0F,
  };
  add_variants(layer, args, elements(x) * kBytes, elements(x) * kBytes, {}, Content::kFloats);
}

}  // namespace aiedge::bench
