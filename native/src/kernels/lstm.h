// Contract of lstm: int8 in and out, int16 gates and cell; docs/arithmetic.md has the formulas. State and
// cell begin anew in every run.
#pragma once

#include "kernels/kernel.h"

namespace aiedge::kernels {

// factor * 2^(exponent - 31)
struct Multiplier {
  std::int32_t factor;    // 0, or 2^30 to 2^31 - 1
  std::int32_t exponent;  // -31 to 20
};

inline constexpr std::int32_t kLstmGates = 4;  // input, forget, cell, output

// A Work's inputs: x (batch, steps, inputs), or with the first two axes swapped; then int8 weights of the
// four gates (cells, inputs), and of their states (cells, cells). Preconditions: batch, steps >= 1; 1 <=
// inputs, cells <= 2^14; -15 <= cell_exponent <= -9; zero points in int8; 0 <= cell_clip <= 32767.
struct LstmArgs {
  std::int32_t batch;
  std::int32_t steps;
  std::int32_t inputs;
  std::int32_t cells;
  bool time_major;
  std::int32_t input_zero_point;
  std::int32_t state_zero_point;
  std::int32_t hidden_zero_point;
  std::int32_t cell_exponent;
  std::int32_t cell_clip;    // 0: none
  const std::int32_t* bias;  // kLstmGates * cells
  Multiplier input[kLstmGates];
  Multiplier state[kLstmGates];
  Multiplier hidden;
};

#define AIEDGE_VARIANT(name) extern const Kernel<LstmArgs> lstm_##name;
#include "kernels/lstm.def"
#undef AIEDGE_VARIANT

}  // namespace aiedge::kernels
