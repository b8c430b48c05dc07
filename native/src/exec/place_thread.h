// Where and how urgently a thread runs.
#pragma once

#include <cstdint>
#include <thread>

#include "base/status.h"

namespace aiedge::exec {

// kInvalidArgument: there can be no such CPU. kRefused: the system says no, with its reason.
[[nodiscard]] Status pin_thread(std::thread::native_handle_type thread, std::uint32_t cpu);
// SCHED_FIFO; `priority` is 1 to 99.
[[nodiscard]] Status make_realtime(std::thread::native_handle_type thread, std::uint32_t priority);

}  // namespace aiedge::exec
