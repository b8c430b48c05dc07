// How many threads a node gets: never one that gains nothing.
#include "exec/cost.h"

#include <cstdint>
#include <limits>

#include "check.h"

using aiedge::exec::best_shares;
using aiedge::exec::estimate_ns;

int main() {
  CHECK(best_shares(100, 1000, 64) == 1);  // over before it has gone over
  CHECK(best_shares(1e6, 1, 64) == 1);     // one piece
  CHECK(best_shares(1e6, 1000, 1) == 1);   // one thread
  CHECK(best_shares(1e6, 1000, 2) == 2);
  CHECK(best_shares(1e6, 3, 64) == 3);  // not more than pieces
  CHECK(best_shares(1e6, 4, 3) == 2);   // three threads take as long as two: two pieces for one of them
  CHECK(best_shares(1e7, 6400, 64) == 64);
  // As many pieces as there can be: the shares' sizes are rounded up past an int32.
  CHECK(best_shares(1e9, std::numeric_limits<std::int32_t>::max(), 64) == 64);
  CHECK(best_shares(4000, 1000, 64) > 2 && best_shares(4000, 1000, 64) < 10);
  CHECK(estimate_ns({"reference", false, false, 1000000, 1}) >
        10 * estimate_ns({"avx2", false, false, 1000000, 1}));
  CHECK(estimate_ns({"avx2", true, false, 1000000, 1}) > estimate_ns({"avx2", false, false, 1000000, 1}));
  CHECK(estimate_ns({"avx2", false, false, 0, 1000000}) > estimate_ns({"avx2", false, false, 0, 1000}));
  CHECK(estimate_ns({"avx2", false, true, 1000000, 1}) > estimate_ns({"avx2", false, false, 1000000, 1}));
  CHECK(estimate_ns({"avx2", true, true, 1000000, 1}) > estimate_ns({"avx2", false, true, 1000000, 1}));
  // A kernel that the table does not know is taken for a fast one: rather too few threads than too many.
  CHECK(estimate_ns({"future", false, false, 1000000, 1}) <= estimate_ns({"avx2", false, false, 1000000, 1}));
  return aiedge::test::report();
}
