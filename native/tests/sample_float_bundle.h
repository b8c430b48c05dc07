// A small bundle of float32, for the tests and as a seed of the fuzzer.
#pragma once

#include <cstdint>
#include <cstring>
#include <limits>
#include <random>
#include <vector>

#include "bundle_builder.h"

namespace aiedge::test {

inline std::int32_t bits_of(float value) {
  std::int32_t bits = 0;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}

// Small numbers, of which no sum overflows: `bytes` is a multiple of 4.
inline ByteVector random_float_bytes(std::mt19937* random, std::size_t bytes) {
  std::normal_distribution<float> normal;
  ByteVector all(bytes);
  for (std::size_t i = 0; i + 4 <= bytes; i += 4) put(&all, i, normal(*random));
  return all;
}

// Every float operation and every movement of float32, and an int8 layer between quantize and dequantize.
// x (1,6,5,3) float32 -> (1,7) float32, (1,3,3,7) int8
inline ByteVector float_bundle() {
  std::mt19937 random(7);
  BundleBuilder b;
  const auto real = [&](const std::vector<std::int32_t>& shape) { return b.activation(4, shape, 0.0F, 0); };
  const auto constant = [&](const std::vector<std::int32_t>& shape) {
    std::size_t bytes = 4;
    for (const std::int32_t size : shape) bytes *= static_cast<std::size_t>(size);
    return b.constant(4, shape, random_float_bytes(&random, bytes), 0.0F, 0);
  };
  const auto unary = [&](std::uint32_t x, const std::vector<std::int32_t>& shape, std::int32_t function,
                         float alpha, float beta) {
    const std::uint32_t y = real(shape);
    b.node(44, {x}, y, {function, bits_of(alpha), bits_of(beta)});
    return y;
  };
  const std::vector<std::int32_t> image = {1, 6, 5, 9};
  const std::uint32_t x = real({1, 6, 5, 3});
  const std::uint32_t convolved = real(image);
  b.node(40, {x, constant({9, 3, 3, 3}), constant({9})}, convolved, {1, 1, 1, 1, 1, 1, 1, 1});
  const std::uint32_t clipped = unary(convolved, image, 1, 0.0F, std::numeric_limits<float>::infinity());
  const std::uint32_t filtered = real(image);
  b.node(41, {clipped, constant({1, 3, 3, 9}), constant({9})}, filtered, {1, 1, 1, 1, 1, 1, 1, 1, 1});
  const std::uint32_t bent = real(image);
  b.node(52, {filtered, constant({9})}, bent, {});
  std::uint32_t value = real(image);
  b.node(43, {bent, clipped}, value, {1});
  // In an order in which none meets a number that it has no value for.
  for (std::int32_t function : {10, 9, 15, 16, 18, 14, 13, 12, 19, 3, 17, 5, 2, 6, 20, 4, 7, 8, 11}) {
    const bool takes_alpha = function == 11 || function == 13 || function == 14;
    value = unary(value, image, function, takes_alpha ? 0.25F : 0.0F, function == 11 ? 0.5F : 0.0F);
  }
  const std::uint32_t sum = real(image);
  b.node(43, {value, convolved}, sum, {6});
  const std::uint32_t averaged = real({1, 3, 3, 9});
  b.node(45, {sum}, averaged, {2, 2, 2, 2, 0, 0, 0, 1, 1});
  const std::uint32_t greatest = real({1, 3, 3, 9});
  b.node(46, {sum}, greatest, {2, 2, 2, 2, 0, 0, 0, 1});
  const std::uint32_t joined = real({1, 3, 3, 18});
  b.node(20, {averaged, greatest}, joined, {3});
  const std::uint32_t padded = real({1, 4, 4, 18});
  b.node(21, {joined}, padded, {0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0});
  const std::uint32_t turned = real({1, 4, 18, 4});
  b.node(22, {padded}, turned, {0, 2, 3, 1, 0, 0});
  const std::uint32_t taken = real({1, 2, 18, 3});
  b.node(23, {turned}, taken, {0, 3, 0, 0, 0, 0, 1, -2, 1, 1, 0, 0});
  const std::uint32_t larger = real({1, 5, 9, 3});
  b.node(49, {taken}, larger, {0, 1});
  const std::uint32_t smaller = real({1, 3, 3, 3});
  b.node(25, {larger}, smaller, {1, 0});
  const std::uint32_t quantized = b.activation(1, {1, 3, 3, 3}, 0.05F, 4);
  b.node(50, {smaller}, quantized, {});
  const std::uint32_t layer = b.activation(1, {1, 3, 3, 7}, 0.1F, -3);
  ByteVector weights(21);
  for (std::uint8_t& weight : weights) weight = static_cast<std::uint8_t>(random());
  b.node(1, {quantized, b.constant(1, {7, 1, 1, 3}, weights, 0.01F, 0), b.bias({1, -2, 3, -4, 5, -6, 7})},
         layer, {1, 1, 1, 1, 0, 0, 0, 0, -128, 127});
  const std::uint32_t real_again = real({1, 3, 3, 7});
  b.node(51, {layer}, real_again, {});
  const std::uint32_t flat = real({9, 7});
  b.node(8, {real_again}, flat, {});
  const std::uint32_t index = b.bias({3, 8, 0});
  const std::uint32_t rows = real({3, 7});
  b.node(27, {flat, index}, rows, {0});
  const std::uint32_t mean = real({1, 7});
  b.node(47, {rows}, mean, {1, 0, 0});
  const std::uint32_t dense = real({1, 7});
  b.node(42, {mean, constant({7, 7}), constant({7})}, dense, {});
  const std::uint32_t y = real({1, 7});
  b.node(48, {dense}, y, {bits_of(0.5F)});
  return b.build({x}, {y, layer});
}

}  // namespace aiedge::test
