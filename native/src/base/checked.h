// Arithmetic on numbers out of a file: every function says whether the result fits.
#pragma once

#include <concepts>
#include <cstddef>

namespace aiedge {

template <std::integral T>
[[nodiscard]] constexpr bool add_fits(T a, T b, T* sum) {
  return !__builtin_add_overflow(a, b, sum);
}

template <std::integral T>
[[nodiscard]] constexpr bool multiply_fits(T a, T b, T* product) {
  return !__builtin_mul_overflow(a, b, product);
}

// The next multiple of `alignment` (a power of two); the caller bounds `value`, so that it cannot wrap.
[[nodiscard]] constexpr std::size_t round_up(std::size_t value, std::size_t alignment) {
  return (value + alignment - 1) & ~(alignment - 1);
}

}  // namespace aiedge
