// A block of bytes that ends exactly at (or begins exactly after) a page that cannot be touched.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace aiedge::test {

// Reading or writing one byte beyond the guarded side is a crash. The other side is page slack.
class Guarded {
 public:
  enum class Side : std::uint8_t { kEnd, kBegin };

  explicit Guarded(std::size_t bytes, Side side = Side::kEnd) : bytes_(bytes) {
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    const std::size_t body = (bytes + page - 1) / page * page;
    mapped_bytes_ = body + 2 * page;
    void* mapped = mmap(nullptr, mapped_bytes_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapped == MAP_FAILED) std::abort();
    mapped_ = static_cast<std::uint8_t*>(mapped);
    if (body > 0 && mprotect(mapped_ + page, body, PROT_READ | PROT_WRITE) != 0) std::abort();
    data_ = mapped_ + page + (side == Side::kEnd ? body - bytes : 0);
  }
  ~Guarded() { munmap(mapped_, mapped_bytes_); }
  Guarded(const Guarded&) = delete;
  Guarded& operator=(const Guarded&) = delete;

  [[nodiscard]] std::uint8_t* data() const { return data_; }
  [[nodiscard]] std::size_t size() const { return bytes_; }

 private:
  std::size_t bytes_;
  std::size_t mapped_bytes_ = 0;
  std::uint8_t* mapped_ = nullptr;
  std::uint8_t* data_ = nullptr;
};

}  // namespace aiedge::test
