// Threads run where, and as urgently as, the options say, or loading says why not.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <string_view>
#include <vector>

#include "aiedge/aiedge.h"
#include "check.h"
#include "sample_bundles.h"

#if defined(__linux__)

#include <dirent.h>
#include <sched.h>
#include <unistd.h>

#include <cstdlib>

namespace {

using namespace aiedge::test;

struct Outcome {
  aiedge_status status = AIEDGE_OK;
  aiedge_error error = {};
  aiedge_model* model = nullptr;
};

Outcome load(std::uint32_t threads, const std::vector<std::uint32_t>& cpus, std::uint32_t priority) {
  const ByteVector bundle = chain_bundle();
  aiedge_options options = {};
  options.struct_bytes = sizeof options;
  options.threads = threads;
  options.cpus = cpus.empty() ? nullptr : cpus.data();
  options.cpu_count = static_cast<std::uint32_t>(cpus.size());
  options.realtime_priority = priority;
  Outcome outcome;
  outcome.status = aiedge_load_memory(bundle.data(), bundle.size(), &options, &outcome.model, &outcome.error);
  return outcome;
}

bool says(const Outcome& outcome, const char* text) {
  return std::string_view(outcome.error.message).find(text) != std::string_view::npos;
}

// Of this process, but for those of `known`: an emulator has threads of its own.
std::vector<pid_t> threads_beside(const std::vector<pid_t>& known) {
  std::vector<pid_t> threads;
  DIR* folder = ::opendir("/proc/self/task");
  while (const dirent* entry = ::readdir(folder)) {
    const auto thread = static_cast<pid_t>(std::atoi(entry->d_name));
    if (thread > 0 && std::find(known.begin(), known.end(), thread) == known.end()) threads.push_back(thread);
  }
  (void)::closedir(folder);
  return threads;
}

void check_cpus() {
  cpu_set_t mine;
  CHECK(::sched_getaffinity(0, sizeof mine, &mine) == 0);
  std::uint32_t cpu = 0;
  while (!CPU_ISSET(cpu, &mine)) ++cpu;

  const std::vector<pid_t> before = threads_beside({});
  const Outcome bound = load(3, {cpu, cpu}, 0);
  CHECK(bound.status == AIEDGE_OK);
  const std::vector<pid_t> threads = threads_beside(before);
  CHECK(threads.size() == 2);
  for (const pid_t thread : threads) {
    cpu_set_t set;
    CHECK(::sched_getaffinity(thread, sizeof set, &set) == 0 && CPU_COUNT(&set) == 1 && CPU_ISSET(cpu, &set));
  }
  cpu_set_t still;
  CHECK(::sched_getaffinity(0, sizeof still, &still) == 0 && CPU_EQUAL(&still, &mine));
  aiedge_free(bound.model);
}

void check_refusals() {
  const Outcome few = load(3, {0}, 0);
  CHECK(few.status == AIEDGE_INVALID_ARGUMENT && says(few, "2, given are 1"));
  CHECK(load(1, {0}, 0).status == AIEDGE_INVALID_ARGUMENT);
  const Outcome impossible = load(2, {5000}, 0);
  CHECK(impossible.status == AIEDGE_INVALID_ARGUMENT && says(impossible, "CPU 5000"));
  const Outcome absent = load(2, {CPU_SETSIZE - 1}, 0);
  CHECK(absent.status == AIEDGE_REFUSED && says(absent, "cannot be bound to CPU 1023"));
  const Outcome urgent = load(2, {}, 100);
  CHECK(urgent.status == AIEDGE_INVALID_ARGUMENT && says(urgent, "1 to 99"));

  const ByteVector bundle = chain_bundle();
  aiedge_options options = {};
  options.struct_bytes = sizeof options;
  options.threads = 2;
  options.cpu_count = 1;
  aiedge_model* model = nullptr;
  CHECK(aiedge_load_memory(bundle.data(), bundle.size(), &options, &model, nullptr) ==
        AIEDGE_INVALID_ARGUMENT);
  options.cpu_count = 0;
  options.spin_us = 1000001;
  CHECK(aiedge_load_memory(bundle.data(), bundle.size(), &options, &model, nullptr) ==
        AIEDGE_INVALID_ARGUMENT);
}

// Whether this process may have it depends on its rights; both ways must be honest.
void check_priority() {
  const std::vector<pid_t> before = threads_beside({});
  const Outcome urgent = load(2, {}, 1);
  if (urgent.status == AIEDGE_REFUSED) {
    CHECK(says(urgent, "real-time priority 1") && urgent.model == nullptr);
    return;
  }
  CHECK(urgent.status == AIEDGE_OK);
  for (const pid_t thread : threads_beside(before)) CHECK(::sched_getscheduler(thread) == SCHED_FIFO);
  CHECK(::sched_getscheduler(0) == SCHED_OTHER);
  aiedge_free(urgent.model);
}

}  // namespace

int main() {
  check_cpus();
  check_refusals();
  check_priority();
  return report();
}

#else

int main() {
  std::puts("needs Linux");
  return 0;
}

#endif
