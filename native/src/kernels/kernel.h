// What every kernel is: the contract between an operator (native/src/ops) and a kernel variant.
//
// This header and the operators' contract headers beside it hold declarations and plain structs only, no
// function with a body: a file compiled for an instruction set includes them, and an inline function that the
// linker kept from such a file would crash an older CPU.
#pragma once

#include <cstddef>
#include <cstdint>

#include "cpu/isa.h"

namespace aiedge::kernels {

// Type of 8-bit data. An operator's input and output always have the same one, except in requantize.
enum class QType : std::uint8_t { kInt8, kUint8 };

// One call of a kernel on one thread.
struct Work {
  const void* const*
      input;           // activations as the operator lists them; any alignment; never the output's memory
  void* output;        // any alignment
  const void* packed;  // what pack() wrote, 64-byte aligned; null where packed_bytes is 0
  void* scratch;       // this thread's own scratch_bytes, 64-byte aligned, content undefined; null where 0
  std::int32_t begin;  // compute the units [begin, end) and write only the outputs that belong to them
  std::int32_t end;    // 0 <= begin < end <= units(args)
};

// One variant of one operator's kernel. Args is the operator's struct of everything known at load; the
// pointers in it stay valid and their content unchanged as long as the kernel may run.
//
// Rules for every function here:
// - The output equals the reference variant's, bit for bit, for all arguments that the preconditions allow.
// - No byte outside the tensors, the packed block and the scratch block is read or written, not even
//   harmlessly: the tests put guard pages there.
// - No heap, no locks, no exceptions, no static state and no floating-point environment that changes.
// - Two threads may run() different unit ranges of the same args at the same time.
template <typename Args>
struct Kernel {
  // Shown as the node's kernel: "avx2".
  const char* name;
  // What the CPU must have.
  cpu::Isa isa;
  // Null: meant for every args that meets the preconditions.
  bool (*supports)(const Args& args);
  // Null: 0. Called once at load.
  std::size_t (*packed_bytes)(const Args& args);
  // Null where packed_bytes is. Called once at load; writes all bytes. Where these are more than 0, the
  // model's constants in args (weights, bias) may be gone after it: run() finds of them what pack() wrote.
  void (*pack)(const Args& args, void* packed);
  // Null: 0. One thread's scratch, known before the run; more than 16 MiB, and the variant is passed over.
  std::size_t (*scratch_bytes)(const Args& args);
  // How many independent pieces of about equal work; >= 1.
  std::int32_t (*units)(const Args& args);
  // The pool gives each thread one contiguous range of units.
  void (*run)(const Args& args, const Work& work);
};

// The last step of every operator that accumulates: y = clamp(rne(f32(f32(acc) * scale[c])) + zero_point).
// float32 multiplication, no FMA; rne rounds half to even (the processor's default mode).
struct Requant {
  const float* scale;       // one for each output channel, always expanded; finite, normal, > 0
  std::int32_t zero_point;  // of the output, within its type
  std::int32_t clamp_min;   // within the output's type; clamp_min <= clamp_max
  std::int32_t clamp_max;
};

}  // namespace aiedge::kernels
