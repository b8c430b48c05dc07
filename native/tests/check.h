// The whole test harness: CHECK counts and shows failures, and main returns report().
#pragma once

#include <cstdio>

namespace aiedge::test {

inline int failures = 0;  // NOLINT: one counter a test program

inline void check(bool holds, const char* expression, const char* file, int line) {
  if (holds) return;
  ++failures;
  if (failures <= 20) std::printf("%s:%d: not so: %s\n", file, line, expression);
}

// The test program's exit status.
[[nodiscard]] inline int report() {
  if (failures > 0) std::printf("%d check(s) failed\n", failures);
  return failures > 0 ? 1 : 0;
}

}  // namespace aiedge::test

#define CHECK(expression) ::aiedge::test::check((expression), #expression, __FILE__, __LINE__)
