// Text out of a file.
#pragma once

#include <string_view>

namespace aiedge {

// Well-formed UTF-8 (Unicode 15, table 3-7) without a zero byte.
[[nodiscard]] bool is_text(std::string_view bytes);

// Make zero-terminated text safe to print on one line: control characters become '?', and a character that
// was cut off at the end goes. Names out of files end up in terminals.
void make_printable(char* text);

}  // namespace aiedge
