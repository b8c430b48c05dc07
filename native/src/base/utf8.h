// Text out of a file.
#pragma once

#include <string_view>

namespace aiedge {

// Well-formed UTF-8 (Unicode 15, table 3-7) without a zero byte.
[[nodiscard]] bool is_text(std::string_view bytes);

}  // namespace aiedge
