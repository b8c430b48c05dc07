#include "base/utf8.h"

#include <cstddef>
#include <cstdint>

namespace aiedge {
namespace {

struct Lead {
  std::size_t length;      // 0: not a lead byte
  std::uint8_t low, high;  // bounds of the second byte
};

Lead classify(std::uint8_t byte) {
  if (byte >= 0xC2 && byte <= 0xDF) return {2, 0x80, 0xBF};
  if (byte == 0xE0) return {3, 0xA0, 0xBF};
  if (byte == 0xED) return {3, 0x80, 0x9F};
  if (byte >= 0xE1 && byte <= 0xEF) return {3, 0x80, 0xBF};
  if (byte == 0xF0) return {4, 0x90, 0xBF};
  if (byte >= 0xF1 && byte <= 0xF3) return {4, 0x80, 0xBF};
  if (byte == 0xF4) return {4, 0x80, 0x8F};
  return {0, 0, 0};
}

}  // namespace

bool is_text(std::string_view bytes) {
  const auto at = [&](std::size_t i) { return static_cast<std::uint8_t>(bytes[i]); };
  for (std::size_t i = 0; i < bytes.size();) {
    if (at(i) != 0 && at(i) < 0x80) {
      ++i;
      continue;
    }
    const Lead lead = classify(at(i));
    if (lead.length == 0 || bytes.size() - i < lead.length) return false;
    if (at(i + 1) < lead.low || at(i + 1) > lead.high) return false;
    for (std::size_t k = 2; k < lead.length; ++k) {
      if (at(i + k) < 0x80 || at(i + k) > 0xBF) return false;
    }
    i += lead.length;
  }
  return true;
}

void make_printable(char* text) {
  std::size_t begin = 0;  // of the last character
  std::size_t size = 0;
  for (; text[size] != '\0'; ++size) {
    const auto byte = static_cast<std::uint8_t>(text[size]);
    const bool c1 =
        size > 0 && static_cast<std::uint8_t>(text[size - 1]) == 0xC2 && byte >= 0x80 && byte < 0xA0;
    if (byte < 0x20 || byte == 0x7F || c1) text[size] = '?';
    if (c1) text[size - 1] = '?';
    if (byte < 0x80 || byte >= 0xC0 || c1) begin = size;
  }
  const std::size_t length = classify(static_cast<std::uint8_t>(text[begin])).length;
  if (length > size - begin) text[begin] = '\0';
}

}  // namespace aiedge
