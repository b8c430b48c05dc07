// A block of zeroed bytes at a multiple of 64, or nothing when there is no memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

namespace aiedge {

inline constexpr std::size_t kAlignment = 64;
inline constexpr std::size_t kMaxBufferBytes = std::size_t{1} << 31U;

// Large blocks are pages of their own, which can be given back one by one.
class Buffer {
 public:
  Buffer() = default;

  // All pages are touched, so that no later access meets a page fault. empty() tells a failure from zero
  // bytes.
  [[nodiscard]] static Buffer zeroed(std::size_t bytes);

  // Pages of a large block take memory only when they are first touched.
  [[nodiscard]] static Buffer untouched(std::size_t bytes);

  // Touch the pages of [offset, offset + bytes), faster than their page faults would.
  void touch(std::size_t offset, std::size_t bytes);

  // Give the whole pages inside [offset, offset + bytes) back to the system; touching them is a crash from
  // then on. Returns how many bytes that were: 0 for a small block, or when the system refuses.
  [[nodiscard]] std::size_t release(std::size_t offset, std::size_t bytes);

  [[nodiscard]] bool empty() const { return data_ == nullptr; }
  [[nodiscard]] std::uint8_t* data() { return data_.get(); }
  [[nodiscard]] const std::uint8_t* data() const { return data_.get(); }
  [[nodiscard]] std::size_t size() const { return bytes_; }

 private:
  struct Free {
    Free() : Free(0) {}
    explicit Free(std::size_t mapped) : mapped_bytes(mapped) {}
    void operator()(std::uint8_t* block) const;
    std::size_t mapped_bytes;  // 0: a block of the heap
  };
  std::unique_ptr<std::uint8_t, Free> data_;
  std::size_t bytes_ = 0;
};

}  // namespace aiedge
