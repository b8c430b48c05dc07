// Sleep until a word changes: the kernel's futex. std::atomic's wait yields the processor first, which is a
// system call for nothing here.
#pragma once

#include <atomic>
#include <cstdint>

#if defined(__linux__)
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace aiedge::exec {

static_assert(sizeof(std::atomic<std::uint32_t>) == 4, "the kernel's word");

// May return early.
inline void futex_wait(std::atomic<std::uint32_t>* word, std::uint32_t old) {
#if defined(__linux__)
  (void)::syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, old, nullptr, nullptr, 0);
#else
  word->wait(old);
#endif
}

inline void futex_wake(std::atomic<std::uint32_t>* word) {
#if defined(__linux__)
  (void)::syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
#else
  word->notify_one();
#endif
}

}  // namespace aiedge::exec
