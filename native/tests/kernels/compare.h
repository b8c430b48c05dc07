// Runs every variant that this CPU has against the reference and wants the same bits, whatever the split into
// units, with pages that cannot be touched right before or right after every tensor, the packed block and the
// scratch.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <random>
#include <span>
#include <vector>

#include "check.h"
#include "cpu/detect.h"
#include "guarded.h"
#include "kernels/variants.h"

namespace aiedge::test {

using Random = std::mt19937;
using Bytes = std::vector<std::uint8_t>;

// How many random cases: all, or a tenth under emulation, which is slow.
inline int rounds(int all) { return std::getenv("AIEDGE_TEST_EMULATED") == nullptr ? all : all / 10; }

inline std::int32_t between(Random& random, std::int32_t low, std::int32_t high) {
  return std::uniform_int_distribution<std::int32_t>(low, high)(random);
}

inline Bytes random_bytes(Random& random, std::size_t count) {
  Bytes bytes(count);
  for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random());
  // The extremes, where products and sums are largest.
  if (between(random, 0, 7) == 0)
    std::fill(bytes.begin(), bytes.end(), between(random, 0, 1) == 0 ? 0x80 : 0x7F);
  if (between(random, 0, 15) == 0)
    std::fill(bytes.begin(), bytes.end(), between(random, 0, 1) == 0 ? 0x00 : 0xFF);
  return bytes;
}

inline kernels::QType random_type(Random& random) {
  return between(random, 0, 1) == 0 ? kernels::QType::kInt8 : kernels::QType::kUint8;
}

inline std::int32_t type_min(kernels::QType type) { return type == kernels::QType::kInt8 ? -128 : 0; }

// A value of the type; its least and greatest are likely.
inline std::int32_t random_value(Random& random, kernels::QType type) {
  const std::int32_t choice = between(random, 0, 5);
  if (choice == 0) return type_min(type);
  if (choice == 1) return type_min(type) + 255;
  return type_min(type) + between(random, 0, 255);
}

// Bounds within the type; often all of it.
struct RandomClamp {
  std::int32_t min, max;

  RandomClamp(Random& random, kernels::QType type) {
    const std::int32_t a = random_value(random, type);
    const std::int32_t b = random_value(random, type);
    const bool all = between(random, 0, 1) == 0;
    min = all ? type_min(type) : std::min(a, b);
    max = all ? type_min(type) + 255 : std::max(a, b);
  }
};

// Bias, scales and bounds for `channels` outputs whose sums have about `products` terms. Lives as long as the
// args.
struct RandomRequant {
  std::vector<std::int32_t> bias;
  std::vector<float> scale;
  kernels::Requant requant{};

  RandomRequant(Random& random, kernels::QType type, std::int32_t channels, std::int64_t products) {
    const bool wild = between(random, 0, 3) == 0;
    const float typical = 1.0F / (20.0F + 60.0F * static_cast<float>(products));
    for (std::int32_t c = 0; c < channels; ++c) {
      bias.push_back(wild ? static_cast<std::int32_t>(random()) : between(random, -20000, 20000));
      const float factor = std::uniform_real_distribution<float>(0.1F, 4.0F)(random);
      constexpr float kWild[] = {1.2e-38F, 1e-30F, 1e-9F, 0.5F, 1.0F, 3.0e5F, 3.0e38F};
      scale.push_back(wild ? kWild[between(random, 0, 6)] : typical * factor);
    }
    // Powers of two make exact halves, which must round to even.
    if (between(random, 0, 3) == 0) std::fill(scale.begin(), scale.end(), 1.0F / 1024.0F);
    const RandomClamp clamp(random, type);
    requant = {.scale = scale.data(),
               .zero_point = random_value(random, type),
               .clamp_min = clamp.min,
               .clamp_max = clamp.max};
  }
};

// A copy whose end (or begin) touches a forbidden page.
class GuardedCopy {
 public:
  GuardedCopy(const Bytes& bytes, Guarded::Side side) : memory_(bytes.size(), side) {
    std::copy(bytes.begin(), bytes.end(), memory_.data());
  }
  [[nodiscard]] const std::uint8_t* data() const { return memory_.data(); }

 private:
  Guarded memory_;
};

// Packed blocks and scratch are 64-byte aligned: up to 63 bytes of slack at the end, none at the begin.
inline std::size_t whole_lines(std::size_t bytes) { return (bytes + 63) / 64 * 64; }

template <typename Args>
void run_units(const kernels::Kernel<Args>& kernel, const Args& args, const std::vector<const void*>& inputs,
               std::uint8_t* output, const void* packed, Guarded::Side side, std::int32_t begin,
               std::int32_t end) {
  const std::size_t scratch_bytes = kernel.scratch_bytes == nullptr ? 0 : kernel.scratch_bytes(args);
  const Guarded scratch(whole_lines(scratch_bytes), side);
  std::memset(scratch.data(), 0xA5, scratch.size());
  kernels::Work work{};
  work.input = inputs.data();
  work.output = output;
  work.packed = packed;
  work.scratch = scratch_bytes == 0 ? nullptr : scratch.data();
  work.begin = begin;
  work.end = end;
  kernel.run(args, work);
}

// What is left of the arguments once a kernel has packed: its run() may not miss the rest.
template <typename Args>
Args without_constants(Args args) {
  if constexpr (requires { args.weights; }) args.weights = nullptr;
  if constexpr (requires { args.bias = nullptr; }) args.bias = nullptr;
  return args;
}

template <typename Args>
void compare_variant(const kernels::Kernel<Args>& kernel, const Args& args, const std::vector<Bytes>& inputs,
                     const Bytes& expected, Guarded::Side side, Random& random) {
  const std::size_t packed_bytes = kernel.packed_bytes == nullptr ? 0 : kernel.packed_bytes(args);
  const Guarded packed(whole_lines(packed_bytes), side);
  std::memset(packed.data(), 0x5A, packed.size());
  if (packed_bytes > 0) kernel.pack(args, packed.data());

  std::vector<std::unique_ptr<GuardedCopy>> copies;
  std::vector<const void*> pointers;
  for (const Bytes& input : inputs) {
    copies.push_back(std::make_unique<GuardedCopy>(input, side));
    pointers.push_back(copies.back()->data());
  }
  const Guarded output(expected.size(), side);
  const void* const block = packed_bytes == 0 ? nullptr : packed.data();
  const std::int32_t units = kernel.units(args);
  CHECK(units >= 1);
  const Args left = packed_bytes == 0 ? args : without_constants(args);

  const auto run = [&](std::int32_t begin, std::int32_t end) {
    run_units(kernel, left, pointers, output.data(), block, side, begin, end);
  };
  const auto equal = [&] { return std::memcmp(output.data(), expected.data(), expected.size()) == 0; };

  std::memset(output.data(), 0xC3, output.size());
  run(0, units);
  CHECK(equal());
  if (units == 1) return;
  // Two threads, the later part first: no part may write what belongs to the other.
  std::memset(output.data(), 0xC3, output.size());
  const std::int32_t middle = between(random, 1, units - 1);
  run(middle, units);
  run(0, middle);
  CHECK(equal());
  if (units > 40) return;
  std::memset(output.data(), 0xC3, output.size());
  for (std::int32_t unit = units - 1; unit >= 0; --unit) run(unit, unit + 1);
  CHECK(equal());
}

// The reference's output, by which all other variants are judged. Returns how many of them ran.
template <typename Args>
int compare_variants(const Args& args, const std::vector<Bytes>& inputs, std::size_t output_bytes,
                     Random& random) {
  const auto all = kernels::variants<Args>();
  const kernels::Kernel<Args>& reference = *all.back();
  Bytes expected(output_bytes);
  std::vector<const void*> pointers;
  for (const Bytes& input : inputs) pointers.push_back(input.data());
  run_units(reference, args, pointers, expected.data(), nullptr, Guarded::Side::kEnd, 0,
            reference.units(args));
  int ran = 0;
  for (const kernels::Kernel<Args>* kernel : all.first(all.size() - 1)) {
    if (!kernels::fits(*kernel, cpu::best(), args)) continue;
    compare_variant(*kernel, args, inputs, expected, Guarded::Side::kEnd, random);
    compare_variant(*kernel, args, inputs, expected, Guarded::Side::kBegin, random);
    ++ran;
  }
  return ran;
}

// Lengths around the borders of tiles and vectors of `size`, and primes.
inline std::vector<std::int32_t> tails(std::int32_t size) {
  std::vector<std::int32_t> lengths = {1, 2, 3, 5, 7, 11, 13, 37};
  for (std::int32_t n : {size - 1, size, size + 1, 2 * size - 1, 2 * size, 2 * size + 1, 3 * size + 1}) {
    if (n > 0) lengths.push_back(n);
  }
  std::sort(lengths.begin(), lengths.end());
  lengths.erase(std::unique(lengths.begin(), lengths.end()), lengths.end());
  return lengths;
}

}  // namespace aiedge::test
