// A block of zeroed bytes at a multiple of 64, or nothing when there is no memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "base/checked.h"

namespace aiedge {

inline constexpr std::size_t kAlignment = 64;
inline constexpr std::size_t kMaxBufferBytes = std::size_t{1} << 31U;

class Buffer {
 public:
  Buffer() = default;

  // All pages are touched, so that no later access meets a page fault. empty() tells a failure from zero
  // bytes.
  [[nodiscard]] static Buffer zeroed(std::size_t bytes) {
    Buffer buffer;
    if (bytes > kMaxBufferBytes) return buffer;
    const std::size_t rounded = round_up(bytes == 0 ? 1 : bytes, kAlignment);
    buffer.data_.reset(static_cast<std::uint8_t*>(std::aligned_alloc(kAlignment, rounded)));
    if (buffer.data_ != nullptr) {
      std::memset(buffer.data_.get(), 0, rounded);
      buffer.bytes_ = bytes;
    }
    return buffer;
  }

  [[nodiscard]] bool empty() const { return data_ == nullptr; }
  [[nodiscard]] std::uint8_t* data() { return data_.get(); }
  [[nodiscard]] const std::uint8_t* data() const { return data_.get(); }
  [[nodiscard]] std::size_t size() const { return bytes_; }

 private:
  struct Free {
    void operator()(std::uint8_t* block) const { std::free(block); }
  };
  std::unique_ptr<std::uint8_t, Free> data_;
  std::size_t bytes_ = 0;
};

}  // namespace aiedge
