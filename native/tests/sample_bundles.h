// Small bundles with every operation, for the tests and as seeds of the fuzzer.
#pragma once

#include <cmath>
#include <cstdint>
#include <random>

#include "bundle_builder.h"

namespace aiedge::test {

inline ByteVector random_bytes(std::mt19937* random, std::size_t count) {
  ByteVector bytes(count);
  for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>((*random)());
  return bytes;
}

inline ByteVector exp_table(float scale) {
  ByteVector table(1024);
  for (std::size_t i = 0; i < 256; ++i) {
    put(&table, 4 * i, static_cast<float>(std::exp(-static_cast<double>(scale) * static_cast<double>(i))));
  }
  return table;
}

// int8, per channel: conv, depthwise, add, requantize, average pool, reshape, fully connected, softmax.
// x (1,9,8,3) -> (1,5)
inline ByteVector chain_bundle() {
  std::mt19937 random(1);
  BundleBuilder b;
  const std::uint32_t x = b.activation(1, {1, 9, 8, 3}, 0.05F, -3);
  const std::uint32_t w1 = b.constant_per_channel({6, 3, 3, 3}, random_bytes(&random, 162),
                                                  {0.010F, 0.011F, 0.012F, 0.013F, 0.014F, 0.015F}, 0);
  const std::uint32_t b1 = b.bias({1, -200, 300, -400, 500, -600});
  const std::uint32_t c1 = b.activation(1, {1, 9, 8, 6}, 0.07F, 5);
  b.node(1, {x, w1, b1}, c1, {1, 1, 1, 1, 1, 1, 1, 1, -128, 127});
  const std::uint32_t w2 = b.constant_per_channel({1, 3, 3, 6}, random_bytes(&random, 54),
                                                  {0.010F, 0.011F, 0.012F, 0.013F, 0.014F, 0.015F}, 3);
  const std::uint32_t b2 = b.bias({10, 20, 30, 40, 50, 60});
  const std::uint32_t d1 = b.activation(1, {1, 9, 8, 6}, 0.06F, -7);
  b.node(2, {c1, w2, b2}, d1, {1, 1, 1, 1, 1, 1, 1, 1, 1, -128, 127});
  const std::uint32_t s1 = b.activation(1, {1, 9, 8, 6}, 0.09F, 1);
  b.node(4, {c1, d1}, s1, {-128, 127});
  const std::uint32_t q1 = b.activation(1, {1, 9, 8, 6}, 0.08F, 2);
  b.node(9, {s1}, q1, {});
  const std::uint32_t p1 = b.activation(1, {1, 4, 4, 6}, 0.08F, 2);
  b.node(5, {q1}, p1, {2, 2, 2, 2, 0, 0, 0, 0, -128, 127});
  const std::uint32_t r1 = b.activation(1, {1, 96}, 0.08F, 2);
  b.node(8, {p1}, r1, {});
  const std::uint32_t w3 = b.constant(1, {5, 96}, random_bytes(&random, 480), 0.02F, 0);
  const std::uint32_t b3 = b.bias({1, 2, 3, 4, 5});
  const std::uint32_t f1 = b.activation(1, {1, 5}, 0.1F, 0);
  b.node(3, {r1, w3, b3}, f1, {-128, 127});
  const std::uint32_t table = b.constant(4, {256}, exp_table(0.1F), 0.0F, 0);
  const std::uint32_t y = b.activation(1, {1, 5}, 0.00390625F, -128);
  std::int32_t beta = 0;
  const float one = 1.0F;
  std::memcpy(&beta, &one, sizeof beta);
  b.node(7, {f1, table}, y, {beta});
  return b.build({x}, {y});
}

// int8: concat, pad, transpose, strided slice with a negative stride, resize, argmax, gather. x (1,4,3,5) ->
// (4,21), (4,1,4,3)
inline ByteVector moving_bundle() {
  BundleBuilder b;
  const auto activation = [&b](const std::vector<std::int32_t>& shape) {
    return b.activation(1, shape, 0.05F, -3);
  };
  const std::uint32_t x = activation({1, 4, 3, 5});
  const std::uint32_t joined = activation({1, 4, 3, 10});
  b.node(20, {x, x}, joined, {3});
  const std::uint32_t padded = activation({1, 6, 4, 10});
  b.node(21, {joined}, padded, {0, 1, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, -3});
  const std::uint32_t turned = activation({1, 4, 6, 10});
  b.node(22, {padded}, turned, {0, 2, 1, 3, 0, 0});
  const std::uint32_t taken = activation({1, 2, 6, 7});
  b.node(23, {turned}, taken, {0, 3, 0, 9, 0, 0, 1, -2, 1, -1, 0, 0});
  const std::uint32_t larger = activation({1, 5, 9, 7});
  b.node(24, {taken}, larger, {0, 1});
  const std::uint32_t smaller = activation({1, 4, 3, 7});
  b.node(25, {larger}, smaller, {1, 0});
  const std::uint32_t y = activation({4, 21});
  b.node(8, {smaller}, y, {});
  const std::uint32_t indices = b.activation(3, {1, 4, 3}, 0.0F, 0);
  b.node(26, {smaller}, indices, {3});
  const std::uint32_t gathered = activation({4, 1, 4, 3});
  b.node(27, {y, indices}, gathered, {1});
  return b.build({x}, {y, gathered});
}

// int8: one LSTM. x (2,3,5) -> (2,3,4)
inline ByteVector lstm_bundle() {
  std::mt19937 random(3);
  BundleBuilder b;
  std::vector<std::uint32_t> inputs = {b.activation(1, {2, 3, 5}, 0.05F, -3)};
  const std::uint32_t x = inputs[0];
  for (int gate = 0; gate < 4; ++gate) {
    inputs.push_back(b.constant(1, {4, 5}, random_bytes(&random, 20), 0.01F, 0));
  }
  for (int gate = 0; gate < 4; ++gate) {
    inputs.push_back(b.constant(1, {4, 4}, random_bytes(&random, 16), 0.02F, 0));
  }
  for (int gate = 0; gate < 4; ++gate) inputs.push_back(b.bias({-500, 700, 0, 90}));
  const std::uint32_t y = b.activation(1, {2, 3, 4}, 0.008F, 2);
  std::int32_t hidden_scale = 0;
  const float scale = 0.008F;
  std::memcpy(&hidden_scale, &scale, sizeof hidden_scale);
  b.node(28, inputs, y, {0, -11, 4096, hidden_scale, 2});
  return b.build({x}, {y});
}

// int8: lookup, mean over the image, mul by one value a channel, sub, max pool, prelu, maximum, minimum, sum.
// x (1,6,6,5) -> (1,5)
inline ByteVector elementwise_bundle() {
  std::mt19937 random(5);
  BundleBuilder b;
  const std::uint32_t x = b.activation(1, {1, 6, 6, 5}, 0.05F, -3);
  const std::uint32_t table = b.constant(1, {256}, random_bytes(&random, 256), 0.1F, 4);
  const std::uint32_t looked_up = b.activation(1, {1, 6, 6, 5}, 0.1F, 4);
  b.node(10, {x, table}, looked_up, {});
  const std::uint32_t mean = b.activation(1, {1, 1, 1, 5}, 0.1F, 0);
  b.node(18, {looked_up}, mean, {1, 2});
  const std::uint32_t product = b.activation(1, {1, 6, 6, 5}, 0.05F, 1);
  b.node(11, {looked_up, mean}, product, {-128, 127});
  const std::uint32_t difference = b.activation(1, {1, 6, 6, 5}, 0.1F, 2);
  b.node(12, {product, x}, difference, {-100, 120});
  const std::uint32_t pooled = b.activation(1, {1, 3, 3, 5}, 0.1F, 2);
  b.node(13, {difference}, pooled, {2, 2, 2, 2, 0, 0, 0, 0, -128, 127});
  const std::uint32_t slopes = b.constant(1, {5}, random_bytes(&random, 5), 0.02F, 3);
  const std::uint32_t bent = b.activation(1, {1, 3, 3, 5}, 0.1F, 2);
  b.node(17, {pooled, slopes}, bent, {});
  const std::uint32_t least = b.constant(1, {1}, {0xF6}, 0.1F, 2);
  const std::uint32_t above = b.activation(1, {1, 3, 3, 5}, 0.1F, 2);
  b.node(16, {bent, least}, above, {});
  const std::uint32_t most = b.constant(1, {3, 1}, {0x20, 0x40, 0x60}, 0.1F, 2);
  const std::uint32_t below = b.activation(1, {1, 3, 3, 5}, 0.1F, 2);
  b.node(15, {above, most}, below, {});
  const std::uint32_t y = b.activation(1, {1, 5}, 0.5F, 0);
  b.node(14, {below}, y, {1, 2});
  return b.build({x}, {y});
}

// uint8 with weight zero points, large enough for two threads: conv and mean; two outputs. x (2,24,24,8) ->
// (2,24,24,16), (2,16)
inline ByteVector wide_bundle() {
  std::mt19937 random(2);
  BundleBuilder b;
  const std::uint32_t x = b.activation(2, {2, 24, 24, 8}, 0.02F, 128);
  const std::uint32_t w = b.constant(2, {16, 3, 3, 8}, random_bytes(&random, 1152), 0.005F, 131);
  const std::uint32_t bias = b.bias(std::vector<std::int32_t>(16, 77));
  const std::uint32_t c = b.activation(2, {2, 24, 24, 16}, 0.05F, 120);
  b.node(1, {x, w, bias}, c, {1, 1, 1, 1, 1, 1, 1, 1, 0, 255});
  const std::uint32_t m = b.activation(2, {2, 16}, 0.04F, 121);
  b.node(6, {c}, m, {});
  return b.build({x}, {c, m});
}

// int8, with constants that are worth giving back: two layers that share their weights, then a small one. x
// (1,512) -> (1,10)
inline ByteVector heavy_bundle() {
  std::mt19937 random(3);
  BundleBuilder b;
  const std::uint32_t x = b.activation(1, {1, 512}, 0.05F, -3);
  const std::uint32_t w = b.constant(1, {512, 512}, random_bytes(&random, 512 * 512), 0.002F, 0);
  const std::uint32_t bias = b.bias(std::vector<std::int32_t>(512, -55));
  const std::uint32_t first = b.activation(1, {1, 512}, 0.04F, 4);
  b.node(3, {x, w, bias}, first, {-128, 127});
  const std::uint32_t second = b.activation(1, {1, 512}, 0.04F, -2);
  b.node(3, {first, w, bias}, second, {-128, 127});
  const std::uint32_t last = b.constant(1, {10, 512}, random_bytes(&random, 10 * 512), 0.002F, 0);
  const std::uint32_t y = b.activation(1, {1, 10}, 0.03F, 0);
  b.node(3, {second, last, b.bias(std::vector<std::int32_t>(10, 5))}, y, {-128, 127});
  return b.build({x}, {y});
}

// int8: one reshape, with provenance, golden vectors and a signature behind it. x (2,6) -> (3,4)
inline ByteVector golden_bundle(std::size_t golden_bytes) {
  std::mt19937 random(8);
  BundleBuilder b;
  const std::uint32_t x = b.activation(1, {2, 6}, 0.05F, -3);
  const std::uint32_t y = b.activation(1, {3, 4}, 0.05F, -3);
  b.node(8, {x}, y, {});
  b.section("PROV", {'{', '}'});
  b.section("GOLD", random_bytes(&random, golden_bytes));
  b.section("SIGN", random_bytes(&random, 128));
  return b.build({x}, {y});
}
inline ByteVector signed_bundle() { return golden_bundle(204); }

// A processing's sections: pictures as they are, or letterboxed and weighed (`fit` 4 or 2), in RGB.
inline ByteVector prep_section(std::uint8_t fit) {
  ByteVector prep(16 + 64);
  put<std::uint32_t>(&prep, 0, 1);
  put<std::uint32_t>(&prep, 4, 64);
  put<std::uint8_t>(&prep, 16 + 4, 1);
  put<std::uint8_t>(&prep, 16 + 5, fit);
  put<std::uint8_t>(&prep, 16 + 6, 2);
  put<std::uint8_t>(&prep, 16 + 7, 2);
  put<std::uint8_t>(&prep, 16 + 8, 114);
  for (std::size_t c = 0; c < 3; ++c) {
    put(&prep, 16 + 16 + 4 * c, 128.0F);
    put(&prep, 16 + 32 + 4 * c, 20.0F);
  }
  return prep;
}

// What stands in POST beside its kind; the levels name the outputs 0, 1, ...
struct PostFields {
  std::uint32_t kind, mode;
  float threshold, iou;
  std::uint32_t limit, neighbourhood, levels;
};

inline ByteVector post_section(const PostFields& fields) {
  const bool boxes = fields.kind == 2;
  ByteVector post(64 + 32 * std::size_t{fields.levels});
  put(&post, 0, fields.kind);
  put(&post, 4, fields.mode);
  put(&post, 8, fields.threshold);
  put(&post, 12, fields.iou);
  put(&post, 16, fields.limit);
  put(&post, 24, fields.neighbourhood);
  put(&post, 32, fields.levels);
  for (std::uint32_t i = 0; i < fields.levels; ++i) {
    const std::size_t at = 64 + 32 * std::size_t{i};
    put<std::uint32_t>(&post, at, boxes ? 2 * i : 0);
    put<std::uint32_t>(&post, at + 4, boxes ? 2 * i + 1 : 0xFFFFFFFF);
    put<std::uint32_t>(&post, at + 8, 0xFFFFFFFF);
    put<std::uint32_t>(&post, at + 12, boxes || fields.kind == 3 ? 8U << i : 0);
  }
  return post;
}

// An int8 picture (1,32,32,3), and outputs of the given shapes: its elements, one after another.
inline ByteVector picture_bundle(const std::vector<std::vector<std::int32_t>>& shapes, std::uint8_t fit,
                                 const PostFields& fields) {
  BundleBuilder b;
  const std::uint32_t x = b.activation(1, {1, 32, 32, 3}, 0.05F, 3);
  const std::uint32_t flat = b.activation(1, {3072}, 0.05F, 3);
  b.node(8, {x}, flat, {});
  std::vector<std::uint32_t> outputs;
  std::int32_t begin = 0;
  for (const std::vector<std::int32_t>& shape : shapes) {
    std::int32_t count = 1;
    for (const std::int32_t size : shape) count *= size;
    const std::uint32_t part = b.activation(1, {count}, 0.05F, 3);
    b.node(23, {flat}, part, {begin, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0});
    outputs.push_back(b.activation(1, shape, 0.05F, 3));
    b.node(8, {part}, outputs.back(), {});
    begin += count;
  }
  b.section("PREP", prep_section(fit));
  b.section("POST", post_section(fields));
  return b.build({x}, outputs);
}

// Boxes by distances from two grids.
inline ByteVector detector_bundle() {
  return picture_bundle(
      {{1, 4, 4, 3}, {1, 4, 4, 4}, {1, 4, 3}, {1, 2, 2, 4}}, 1,
      {.kind = 2, .mode = 2, .threshold = 0.4F, .iou = 0.5F, .limit = 20, .neighbourhood = 0, .levels = 2});
}

inline ByteVector classes_bundle() {
  return picture_bundle(
      {{1, 7}}, 2,
      {.kind = 1, .mode = 1, .threshold = 0, .iou = 0, .limit = 5, .neighbourhood = 0, .levels = 1});
}

inline ByteVector peaks_bundle() {
  return picture_bundle(
      {{1, 4, 4, 3}}, 3,
      {.kind = 3, .mode = 0, .threshold = 0.4F, .iou = 0, .limit = 20, .neighbourhood = 1, .levels = 1});
}

inline ByteVector anomaly_bundle() {
  return picture_bundle(
      {{1, 5, 4, 1}}, 1,
      {.kind = 4, .mode = 2, .threshold = 1.5F, .iou = 0, .limit = 0, .neighbourhood = 0, .levels = 1});
}

inline ByteVector segmentation_bundle() {
  return picture_bundle(
      {{1, 5, 4, 3}}, 4,
      {.kind = 5, .mode = 0, .threshold = 0, .iou = 0, .limit = 0, .neighbourhood = 0, .levels = 1});
}

}  // namespace aiedge::test
