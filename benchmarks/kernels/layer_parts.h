// What layers are made of.
#pragma once

#include <array>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <memory>
#include <random>
#include <sstream>
#include <string>

#include "cpu/detect.h"
#include "kernels/variants.h"
#include "layer_case.h"

namespace aiedge::bench {

using Shape = std::array<std::int32_t, 4>;
using Fields = std::map<std::string, std::string>;

// What a block holds at first. Random bytes as floats would be no numbers, or subnormal, which are slow.
enum class Content : std::uint8_t { kBytes, kFloats };

// 64-byte aligned memory, filled at random.
class Block {
 public:
  explicit Block(std::size_t bytes, Content content = Content::kBytes)
      : bytes_((bytes + 64) / 64 * 64), data_(std::aligned_alloc(64, bytes_)) {
    std::minstd_rand random(1);
    auto* bytes_of = static_cast<std::uint8_t*>(data_);
    for (std::size_t i = 0; i < bytes_; ++i) bytes_of[i] = static_cast<std::uint8_t>(random() >> 8);
    if (content == Content::kBytes) return;
    auto* floats = static_cast<float*>(data_);
    for (std::size_t i = 0; i < bytes_ / sizeof(float); ++i)
      floats[i] = static_cast<float>(random() >> 8) / 4e6F - 1.0F;
  }
  ~Block() { std::free(data_); }
  Block(const Block&) = delete;
  Block& operator=(const Block&) = delete;
  [[nodiscard]] void* data() const { return data_; }

 private:
  std::size_t bytes_;
  void* data_;
};

using Shared = std::shared_ptr<Block>;

inline Shared block(std::size_t bytes, Content content = Content::kBytes) {
  return std::make_shared<Block>(bytes, content);
}

// "1x56x56x24" -> its numbers; what is missing is 1.
inline Shape numbers(const Fields& fields, const std::string& key) {
  Shape shape = {1, 1, 1, 1};
  const auto found = fields.find(key);
  if (found == fields.end()) return shape;
  std::istringstream text(found->second);
  std::string part;
  for (std::size_t i = 0; i < shape.size() && std::getline(text, part, 'x'); ++i)
    shape[i] = std::atoi(part.c_str());
  return shape;
}

inline std::size_t elements(const Shape& shape) {
  return std::size_t{1} * shape[0] * shape[1] * shape[2] * shape[3];
}

// The constants of a layer; they must outlive the runs.
struct Constants {
  Shared weights, bias, scale;
};

template <typename Args>
void add_variants(LayerCase& layer, const Args& args, std::size_t input_bytes, std::size_t output_bytes,
                  const Constants& keep, Content content = Content::kBytes) {
  const Shared a = block(input_bytes, content);
  const Shared b = block(input_bytes, content);
  const Shared y = block(output_bytes);
  for (const kernels::Kernel<Args>* kernel : kernels::variants<Args>()) {
    if (!kernels::fits(*kernel, cpu::best(), args)) continue;
    const std::size_t packed_bytes = kernel->packed_bytes == nullptr ? 0 : kernel->packed_bytes(args);
    const std::size_t scratch_bytes = kernel->scratch_bytes == nullptr ? 0 : kernel->scratch_bytes(args);
    const Shared packed = block(packed_bytes);
    const Shared scratch = block(scratch_bytes);
    if (packed_bytes > 0) kernel->pack(args, packed->data());
    const std::int32_t units = kernel->units(args);
    const auto run = [kernel, args, a, b, y, packed, scratch, units, keep] {
      const void* const inputs[] = {a->data(), b->data()};
      kernel->run(args, {inputs, y->data(), packed->data(), scratch->data(), 0, units});
    };
    layer.variants.push_back({kernel->name, run, packed_bytes, scratch_bytes});
  }
}

}  // namespace aiedge::bench
