// Blocks are zero and aligned; of a large one pages can be given back, exactly those that lie inside the
// range.
#include "base/buffer.h"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "check.h"

using aiedge::Buffer;

namespace {

constexpr std::size_t kLarge = std::size_t{1} << 20U;

void check_block(Buffer buffer, std::size_t bytes) {
  CHECK(!buffer.empty() && buffer.size() == bytes);
  CHECK(reinterpret_cast<std::uintptr_t>(buffer.data()) % aiedge::kAlignment == 0);
  CHECK(std::all_of(buffer.data(), buffer.data() + bytes, [](std::uint8_t byte) { return byte == 0; }));
  std::fill_n(buffer.data(), bytes, std::uint8_t{7});
  buffer.touch(0, bytes);
  const Buffer moved = std::move(buffer);
  CHECK(std::all_of(moved.data(), moved.data() + bytes, [](std::uint8_t byte) { return byte == 7; }));
}

bool reading_crashes(const std::uint8_t* at) {
  const pid_t child = fork();
  if (child == 0) {
    const volatile std::uint8_t* byte = at;
    _exit(*byte == 0 ? 0 : 0);
  }
  int status = 0;
  CHECK(child > 0 && waitpid(child, &status, 0) == child);
  return status != 0;
}

void check_release() {
  Buffer buffer = Buffer::untouched(kLarge);
  std::fill_n(buffer.data(), kLarge, std::uint8_t{9});
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  CHECK(buffer.release(0, 0) == 0);
  CHECK(buffer.release(page - 1, page) == 0);  // no page lies inside
  CHECK(buffer.release(page - 1, page + 1) == page);
  CHECK(buffer.release(4 * page + 1, 3 * page) == 2 * page);
  CHECK(reading_crashes(buffer.data() + page) && reading_crashes(buffer.data() + 2 * page - 1));
  CHECK(!reading_crashes(buffer.data() + page - 1) && !reading_crashes(buffer.data() + 2 * page));
  for (std::size_t i = 0; i < kLarge; ++i) {
    const std::size_t number = i / page;
    if (number != 1 && number != 5 && number != 6) CHECK(buffer.data()[i] == 9);
  }
  Buffer small = Buffer::zeroed(3 * 4096);
  CHECK(small.release(0, small.size()) == 0);
}

}  // namespace

int main() {
  for (const std::size_t bytes :
       {std::size_t{0}, std::size_t{1}, std::size_t{65}, kLarge / 4 - 1, kLarge / 4, kLarge + 1}) {
    check_block(Buffer::zeroed(bytes), bytes);
    check_block(Buffer::untouched(bytes), bytes);
  }
  CHECK(Buffer::zeroed(aiedge::kMaxBufferBytes + 1).empty());
  check_release();
  return aiedge::test::report();
}
