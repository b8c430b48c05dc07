// Random floats for the tests of float kernels. None is infinite or no number, and none becomes so in a sum:
// the bits of NaN are not specified.
#pragma once

#include <cstdint>
#include <cstring>
#include <vector>

#include "compare.h"

namespace aiedge::test {

// Of many magnitudes; zeros of both signs, subnormals and large numbers among them.
inline float random_float(Random& random) {
  constexpr float kSpecial[] = {0.0F, -0.0F, 1e-45F, -1e-40F, 1.0F, -1.0F, 1e15F, -1e15F};
  if (between(random, 0, 9) == 0) return kSpecial[between(random, 0, 7)];
  const float value = std::normal_distribution<float>(0.0F, 1.0F)(random);
  return between(random, 0, 3) == 0 ? value * 30.0F : value;
}

inline std::vector<float> random_floats(Random& random, std::size_t count) {
  std::vector<float> floats(count);
  for (float& value : floats) value = random_float(random);
  return floats;
}

inline Bytes as_bytes(const std::vector<float>& floats) {
  Bytes bytes(floats.size() * sizeof(float));
  std::memcpy(bytes.data(), floats.data(), bytes.size());
  return bytes;
}

inline Bytes random_float_bytes(Random& random, std::size_t count) {
  return as_bytes(random_floats(random, count));
}

// Constants of a layer behind which, or before which, no byte may be touched.
class GuardedFloats {
 public:
  GuardedFloats(Random& random, std::size_t count)
      : copy_(random_float_bytes(random, count), Guarded::Side::kEnd) {}
  [[nodiscard]] const float* data() const { return reinterpret_cast<const float*>(copy_.data()); }

 private:
  GuardedCopy copy_;
};

}  // namespace aiedge::test
