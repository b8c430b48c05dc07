// Every variant of strided_copy equals the reference.
#include "kernels/strided_copy.h"

#include "compare.h"

using namespace aiedge;
using namespace aiedge::test;

namespace {

// Planes of rows by columns out of an image of columns by rows; `apart` more elements lie between its lines.
int compare(Random& random, std::int32_t element_bytes, std::int32_t planes, std::int32_t rows,
            std::int32_t columns, std::int32_t apart, bool backwards) {
  const std::int32_t line = rows + apart;
  kernels::StridedCopyArgs args = {
      .element_bytes = element_bytes, .axes = planes == 1 ? 2 : 3, .size = {}, .stride = {}, .first = 0};
  std::int32_t axis = 0;
  if (planes > 1) {
    args.size[0] = planes;
    args.stride[axis++] = columns * line;
  }
  args.size[axis] = rows;
  args.stride[axis++] = 1;
  args.size[axis] = columns;
  args.stride[axis] = backwards ? -line : line;
  args.first = backwards ? (columns - 1) * line : 0;
  const auto bytes = static_cast<std::size_t>(element_bytes * (planes * columns * line - apart));
  return compare_variants(args, {random_bytes(random, bytes)},
                          static_cast<std::size_t>(element_bytes * planes * rows * columns), random);
}

}  // namespace

int main() {
  Random random(22);
  int ran = 0;
  for (std::int32_t element_bytes : {1, 4}) {
    for (std::int32_t rows : tails(16)) {
      for (std::int32_t columns : tails(16)) {
        const std::int32_t apart = between(random, 0, 3);
        ran += compare(random, element_bytes, between(random, 1, 3), rows, columns, apart, false);
        ran += compare(random, element_bytes, between(random, 1, 3), rows, columns, 1, true);
      }
    }
  }
  if (cpu::has(cpu::Isa::kAvx2)) CHECK(ran > 0);
  return report();
}
