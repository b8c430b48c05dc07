#include "base/buffer.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

#include "base/checked.h"

namespace aiedge {
namespace {

constexpr std::size_t kLarge = std::size_t{1} << 18U;

#if defined(MADV_POPULATE_WRITE)
constexpr int kPopulateWrite = MADV_POPULATE_WRITE;
#else
constexpr int kPopulateWrite = 23;  // Linux 5.14; older kernels refuse it
#endif

std::size_t page_bytes() {
  static const auto bytes = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  return bytes;
}

}  // namespace

void Buffer::Free::operator()(std::uint8_t* block) const {
  if (mapped_bytes == 0) {
    std::free(block);
  } else {
    (void)munmap(block, mapped_bytes);
  }
}

Buffer Buffer::zeroed(std::size_t bytes) {
  Buffer buffer = untouched(bytes);
  if (!buffer.empty()) buffer.touch(0, bytes);
  return buffer;
}

Buffer Buffer::untouched(std::size_t bytes) {
  Buffer buffer;
  if (bytes > kMaxBufferBytes) return buffer;
  if (bytes >= kLarge) {
    const std::size_t mapped = round_up(bytes, page_bytes());
    void* block = mmap(nullptr, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (block == MAP_FAILED) return buffer;
    buffer.data_ = {static_cast<std::uint8_t*>(block), Free(mapped)};
  } else {
    const std::size_t rounded = round_up(bytes == 0 ? 1 : bytes, kAlignment);
    void* block = std::aligned_alloc(kAlignment, rounded);
    if (block == nullptr) return buffer;
    std::memset(block, 0, rounded);
    buffer.data_ = {static_cast<std::uint8_t*>(block), Free()};
  }
  buffer.bytes_ = bytes;
  return buffer;
}

void Buffer::touch(std::size_t offset, std::size_t bytes) {
  if (data_.get_deleter().mapped_bytes == 0 || bytes == 0) return;
  const std::size_t first = offset & ~(page_bytes() - 1);
  const std::size_t end = offset + bytes;
  if (madvise(data() + first, end - first, kPopulateWrite) == 0) return;
  for (std::size_t at = first; at < end; at += page_bytes()) {
    volatile std::uint8_t* byte = data() + at;
    *byte = *byte;
  }
}

// Pages that nobody may touch take the place of the old ones: unlike a hole, which the next mapping could
// fill, they make a late reader crash; and unlike MADV_DONTNEED they work on locked memory.
std::size_t Buffer::release(std::size_t offset, std::size_t bytes) {
  const std::size_t first = round_up(offset, page_bytes());
  const std::size_t end = (offset + bytes) & ~(page_bytes() - 1);
  if (data_.get_deleter().mapped_bytes == 0 || end <= first) return 0;
  constexpr int kFlags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE;
  if (mmap(data() + first, end - first, PROT_NONE, kFlags, -1, 0) == MAP_FAILED) return 0;
  return end - first;
}

}  // namespace aiedge
