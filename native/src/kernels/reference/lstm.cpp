#include "kernels/lstm.h"

#include <algorithm>
#include <cstring>

#include "kernels/reference/fixed_point.h"
#include "kernels/reference/requant.h"

namespace aiedge::kernels {
namespace {

// A unit is one sequence of the batch: its steps follow one another.
std::int32_t units(const LstmArgs& a) { return a.batch; }

// The cell, and the state before and after a step, of one sequence.
std::size_t scratch_bytes(const LstmArgs& a) {
  return static_cast<std::size_t>(a.cells) * (sizeof(std::int32_t) + 2);
}

struct Sequence {
  std::int32_t* cell;
  std::int8_t* state;
  std::int8_t* next;
};

// The sum of a row of weights times centred values, modulo 2^32.
std::uint32_t sum(std::uint32_t start, const std::int8_t* weights, const std::int8_t* x,
                  std::int32_t zero_point, std::int32_t count) {
  for (std::int32_t k = 0; k < count; ++k) start = multiply_add(start, weights[k], x[k] - zero_point);
  return start;
}

// What enters a gate's function: int16 with three integer bits.
std::int32_t entering(const LstmArgs& a, const Work& work, std::int32_t gate, std::int32_t c,
                      const std::int8_t* x, const std::int8_t* state) {
  const auto* of_input = static_cast<const std::int8_t*>(work.input[1 + gate]);
  const auto* of_state = static_cast<const std::int8_t*>(work.input[1 + kLstmGates + gate]);
  const auto bias = static_cast<std::uint32_t>(a.bias[std::int64_t{gate} * a.cells + c]);
  const std::uint32_t total =
      sum(bias, of_input + std::int64_t{c} * a.inputs, x, a.input_zero_point, a.inputs);
  const std::uint32_t past = sum(0, of_state + std::int64_t{c} * a.cells, state, a.state_zero_point, a.cells);
  const std::int32_t first =
      fixed_point::to_int16(fixed_point::multiplied(static_cast<std::int32_t>(total), a.input[gate]));
  return fixed_point::to_int16(first +
                               fixed_point::multiplied(static_cast<std::int32_t>(past), a.state[gate]));
}

void step(const LstmArgs& a, const Work& work, const std::int8_t* x, const Sequence& s) {
  for (std::int32_t c = 0; c < a.cells; ++c) {
    const auto gate = [&](std::int32_t index) { return entering(a, work, index, c, x, s.state); };
    const std::int64_t in = fixed_point::logistic(gate(0));
    const std::int64_t forget = fixed_point::logistic(gate(1));
    const std::int64_t candidate = fixed_point::tanh(gate(2), 3);
    const std::int64_t out = fixed_point::logistic(gate(3));
    const std::int64_t kept = fixed_point::shifted(forget * s.cell[c], 15);
    std::int32_t cell =
        fixed_point::to_int16(kept + fixed_point::shifted(in * candidate, 30 + a.cell_exponent));
    if (a.cell_clip > 0) cell = std::clamp(cell, -a.cell_clip, a.cell_clip);
    s.cell[c] = cell;
    const std::int64_t hidden =
        fixed_point::multiplied(out * fixed_point::tanh(cell, 15 + a.cell_exponent), a.hidden);
    s.next[c] = static_cast<std::int8_t>(std::clamp<std::int64_t>(hidden + a.hidden_zero_point, -128, 127));
  }
}

void run(const LstmArgs& a, const Work& work) {
  const auto cells = static_cast<std::size_t>(a.cells);
  for (std::int32_t n = work.begin; n < work.end; ++n) {
    auto* cell = static_cast<std::int32_t*>(work.scratch);
    auto* state = reinterpret_cast<std::int8_t*>(cell + cells);
    Sequence s = {cell, state, state + cells};
    std::fill_n(s.cell, cells, 0);
    std::fill_n(s.state, cells, static_cast<std::int8_t>(a.state_zero_point));
    for (std::int32_t t = 0; t < a.steps; ++t) {
      const std::int64_t place = a.time_major ? std::int64_t{t} * a.batch + n : std::int64_t{n} * a.steps + t;
      step(a, work, static_cast<const std::int8_t*>(work.input[0]) + place * a.inputs, s);
      std::memcpy(static_cast<std::int8_t*>(work.output) + place * a.cells, s.next, cells);
      std::swap(s.state, s.next);
    }
  }
}

}  // namespace

const Kernel<LstmArgs> lstm_reference = {
    .name = "reference",
    .isa = cpu::Isa::kReference,
    .supports = nullptr,
    .packed_bytes = nullptr,
    .pack = nullptr,
    .scratch_bytes = scratch_bytes,
    .units = units,
    .run = run,
};

}  // namespace aiedge::kernels
