#include "layer_case.h"

#include <algorithm>
#include <map>
#include <sstream>

#include "float_layer_case.h"
#include "kernels/variants.h"
#include "layer_parts.h"

namespace aiedge::bench {
namespace {

using kernels::QType;

QType type_of(const Fields& fields, const std::string& key) {
  const auto found = fields.find(key);
  return found != fields.end() && found->second == "uint8" ? QType::kUint8 : QType::kInt8;
}

Constants make_constants(std::size_t weights, std::int32_t channels) {
  Constants constants = {block(weights), block(std::size_t{4} * channels), block(std::size_t{4} * channels)};
  for (std::int32_t c = 0; c < channels; ++c) {
    static_cast<std::int32_t*>(constants.bias->data())[c] = 1000 * (c % 7) - 3000;
    static_cast<float*>(constants.scale->data())[c] = 0.0001F * static_cast<float>(1 + c % 5);
  }
  return constants;
}

kernels::Requant requant(const Constants& constants, QType type) {
  const std::int32_t low = type == QType::kInt8 ? -128 : 0;
  return {static_cast<const float*>(constants.scale->data()), low, low, low + 255};
}

// As in real models, where all but a few weights fit 8 bits without their zero point.
constexpr std::int32_t kWeightZeroPoint = 131;
void make_fit(const Shared& weights, std::size_t count) {
  auto* bytes = static_cast<std::uint8_t*>(weights->data());
  for (std::size_t i = 1; i < count; ++i) bytes[i] = std::max<std::uint8_t>(bytes[i], kWeightZeroPoint - 128);
  bytes[0] = 0;
}

void make_conv_2d(LayerCase& layer, const Fields& fields) {
  const Shape x = numbers(fields, "in");
  const Shape y = numbers(fields, "out");
  const Shape kernel = numbers(fields, "kernel");
  const Shape stride = numbers(fields, "stride");
  const Shape dilation = numbers(fields, "dilation");
  const Shape pad = numbers(fields, "pad");
  const QType type = type_of(fields, "type");
  const QType weight_type = type_of(fields, "weights");
  const std::size_t taps = std::size_t{1} * kernel[0] * kernel[1];
  const bool depthwise = layer.op == "depthwise_conv_2d";
  const std::size_t products = taps * (depthwise ? 1 : x[3]);
  const Constants keep = make_constants(products * y[3], y[3]);
  layer.macs = elements(y) * products;
  const std::int32_t weight_zero_point = weight_type == QType::kUint8 ? kWeightZeroPoint : 0;
  if (weight_type == QType::kUint8) make_fit(keep.weights, products * y[3]);
  const std::int32_t input_zero_point = type == QType::kUint8 ? 128 : 0;
  const auto* bias = static_cast<const std::int32_t*>(keep.bias->data());
  const kernels::Requant step = requant(keep, type);
  if (depthwise) {
    const kernels::DepthwiseConv2DArgs args = {x[0],
                                               x[1],
                                               x[2],
                                               x[3],
                                               y[1],
                                               y[2],
                                               y[3],
                                               y[3] / x[3],
                                               kernel[0],
                                               kernel[1],
                                               stride[0],
                                               stride[1],
                                               dilation[0],
                                               dilation[1],
                                               pad[0],
                                               pad[1],
                                               type,
                                               input_zero_point,
                                               weight_type,
                                               weight_zero_point,
                                               keep.weights->data(),
                                               bias,
                                               step};
    add_variants(layer, args, elements(x), elements(y), keep);
  } else {
    const kernels::Conv2DArgs args = {x[0],
                                      x[1],
                                      x[2],
                                      x[3],
                                      y[1],
                                      y[2],
                                      y[3],
                                      kernel[0],
                                      kernel[1],
                                      stride[0],
                                      stride[1],
                                      dilation[0],
                                      dilation[1],
                                      pad[0],
                                      pad[1],
                                      type,
                                      input_zero_point,
                                      weight_type,
                                      weight_zero_point,
                                      keep.weights->data(),
                                      bias,
                                      step};
    add_variants(layer, args, elements(x), elements(y), keep);
  }
}

void make_fully_connected(LayerCase& layer, const Fields& fields) {
  const Shape x = numbers(fields, "in");
  const Shape y = numbers(fields, "out");
  const QType type = type_of(fields, "type");
  const QType weight_type = type_of(fields, "weights");
  const std::size_t weights = std::size_t{1} * x[1] * y[1];
  const Constants keep = make_constants(weights, y[1]);
  layer.macs = weights * y[0];
  const kernels::FullyConnectedArgs args = {x[0],
                                            x[1],
                                            y[1],
                                            type,
                                            type == QType::kUint8 ? 128 : 0,
                                            weight_type,
                                            weight_type == QType::kUint8 ? 131 : 0,
                                            keep.weights->data(),
                                            static_cast<const std::int32_t*>(keep.bias->data()),
                                            requant(keep, type)};
  add_variants(layer, args, elements(x), elements(y), keep);
}

void make_add(LayerCase& layer, const Fields& fields) {
  const Shape x = numbers(fields, "in");
  const QType type = type_of(fields, "type");
  const std::int32_t low = type == QType::kInt8 ? -128 : 0;
  const auto count = static_cast<std::int32_t>(elements(x));
  const kernels::AddArgs args = {{1, {count}, {1}, {1}},
                                 count,
                                 type,
                                 low + 120,
                                 low + 130,
                                 1 << 20,
                                 1234567,
                                 20,
                                 low + 128,
                                 low,
                                 low + 255};
  add_variants(layer, args, elements(x), elements(x), {});
}

void make_average_pool_2d(LayerCase& layer, const Fields& fields) {
  const Shape x = numbers(fields, "in");
  const Shape y = numbers(fields, "out");
  const Shape kernel = numbers(fields, "kernel");
  const Shape stride = numbers(fields, "stride");
  const Shape pad = numbers(fields, "pad");
  const QType type = type_of(fields, "type");
  const std::int32_t low = type == QType::kInt8 ? -128 : 0;
  const kernels::AveragePool2DArgs args = {x[0],   x[1],      x[2],      x[3],      y[1],
                                           y[2],   kernel[0], kernel[1], stride[0], stride[1],
                                           pad[0], pad[1],    type,      low,       low + 255};
  add_variants(layer, args, elements(x), elements(y), {});
}

void make_mean(LayerCase& layer, const Fields& fields) {
  const Shape x = numbers(fields, "in");
  const kernels::MeanArgs args = {
      x[0], x[1] * x[2], x[3], type_of(fields, "type"), 1.0F / static_cast<float>(x[1] * x[2]), 0.5F};
  add_variants(layer, args, elements(x), std::size_t{1} * x[0] * x[3], {});
}

void make_softmax(LayerCase& layer, const Fields& fields) {
  const Shape x = numbers(fields, "in");
  Constants keep;
  keep.scale = block(256 * sizeof(float));
  auto* table = static_cast<float*>(keep.scale->data());
  for (std::int32_t i = 0; i < 256; ++i) table[i] = i == 0 ? 1.0F : table[i - 1] * 0.95F;
  const kernels::SoftmaxArgs args = {x[0], x[1], type_of(fields, "type"), table, 1.0F / 256.0F, -128};
  add_variants(layer, args, elements(x), elements(x), keep);
}

void make_requantize(LayerCase& layer, const Fields& fields) {
  const Shape x = numbers(fields, "in");
  Constants keep;
  keep.weights = block(256);
  auto* table = static_cast<std::uint8_t*>(keep.weights->data());
  for (std::int32_t i = 0; i < 256; ++i)
    table[i] = static_cast<std::uint8_t>(i ^ 0x80);  // uint8 to int8, same scale
  const kernels::RequantizeArgs args = {static_cast<std::int32_t>(elements(x)), table};
  add_variants(layer, args, elements(x), elements(x), keep);
}

}  // namespace

bool make_case(const std::string& line, LayerCase* out) {
  static const std::map<std::string, void (*)(LayerCase&, const Fields&)> kMakers = {
      {"conv_2d", make_conv_2d},
      {"depthwise_conv_2d", make_conv_2d},
      {"fully_connected", make_fully_connected},
      {"add", make_add},
      {"average_pool_2d", make_average_pool_2d},
      {"mean", make_mean},
      {"softmax", make_softmax},
      {"requantize", make_requantize},
      {"float_conv_2d", make_float_conv_2d},
      {"float_depthwise_conv_2d", make_float_depthwise_conv_2d},
      {"float_fully_connected", make_float_fully_connected},
      {"float_unary", make_float_unary},
  };
  std::istringstream words(line);
  LayerCase layer;
  layer.line = line;
  words >> layer.op;
  Fields fields;
  for (std::string word; words >> word;) {
    const std::size_t equals = word.find('=');
    if (equals == std::string::npos) return false;
    fields[word.substr(0, equals)] = word.substr(equals + 1);
  }
  const auto maker = kMakers.find(layer.op);
  if (maker == kMakers.end() || fields.find("in") == fields.end()) return false;
  layer.model = fields["model"];
  layer.count = numbers(fields, "count")[0];
  maker->second(layer, fields);
  *out = std::move(layer);
  return true;
}

}  // namespace aiedge::bench
