// Every variant of requantize equals the reference.
#include "kernels/requantize.h"

#include "compare.h"

using namespace aiedge;
using namespace aiedge::test;

namespace {

int compare(Random& random, std::int32_t count, const Bytes& table) {
  const kernels::RequantizeArgs args = {.count = count, .table = table.data()};
  const auto bytes = static_cast<std::size_t>(count);
  return compare_variants(args, {random_bytes(random, bytes)}, bytes, random);
}

}  // namespace

int main() {
  Random random(7);
  Bytes flip(256);
  for (std::size_t i = 0; i < flip.size(); ++i) flip[i] = static_cast<std::uint8_t>(i ^ 0x80);
  Bytes nearly_flip = flip;
  nearly_flip[255] = 0;
  std::vector<std::int32_t> counts = tails(64);
  counts.insert(counts.end(), {4095, 4096, 4097, 8193, 10007});
  int ran = 0;
  for (std::int32_t count : counts) {
    ran += compare(random, count, flip);
    ran += compare(random, count, nearly_flip);
    ran += compare(random, count, random_bytes(random, 256));
  }
  if (cpu::best() != cpu::Isa::kReference) CHECK(ran > 0);
  return report();
}
