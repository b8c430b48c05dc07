#include "exec/place_thread.h"

#if defined(__linux__)
#include <pthread.h>
#include <sched.h>

#include <system_error>
#endif

namespace aiedge::exec {

#if defined(__linux__)

Status pin_thread(std::thread::native_handle_type thread, std::uint32_t cpu) {
  if (cpu >= CPU_SETSIZE) {
    return Status::error(Code::kInvalidArgument, "CPU %u: there can be no such CPU", cpu);
  }
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(cpu, &set);
  const int error = ::pthread_setaffinity_np(thread, sizeof set, &set);
  if (error == 0) return {};
  return Status::error(Code::kRefused, "a thread cannot be bound to CPU %u: %s", cpu,
                       std::generic_category().message(error).c_str());
}

Status make_realtime(std::thread::native_handle_type thread, std::uint32_t priority) {
  const int highest = ::sched_get_priority_max(SCHED_FIFO);
  if (priority < 1 || priority > static_cast<std::uint32_t>(highest)) {
    return Status::error(Code::kInvalidArgument, "options.realtime_priority must be 1 to %d", highest);
  }
  sched_param parameters = {};
  parameters.sched_priority = static_cast<int>(priority);
  const int error = ::pthread_setschedparam(thread, SCHED_FIFO, &parameters);
  if (error == 0) return {};
  return Status::error(Code::kRefused, "a thread cannot have the real-time priority %u: %s", priority,
                       std::generic_category().message(error).c_str());
}

#else

Status pin_thread(std::thread::native_handle_type, std::uint32_t) {
  return Status::error(Code::kRefused, "binding threads to CPUs is built for Linux only");
}

Status make_realtime(std::thread::native_handle_type, std::uint32_t) {
  return Status::error(Code::kRefused, "real-time priorities are built for Linux only");
}

#endif

}  // namespace aiedge::exec
