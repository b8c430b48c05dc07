// Text out of a file is well-formed UTF-8 without zero bytes.
#include "base/utf8.h"

#include "check.h"

using aiedge::is_text;
using namespace std::string_view_literals;

int main() {
  CHECK(is_text(""));
  CHECK(is_text("conv/bias \xC3\xA4 \xE2\x82\xAC \xF0\x9F\x94\xA9"));
  CHECK(is_text("\xF4\x8F\xBF\xBF"));  // U+10FFFF
  CHECK(!is_text("zero\0byte"sv));
  CHECK(!is_text("\x80"));  // continuation without lead
  CHECK(!is_text("\xC3"));  // cut off
  CHECK(!is_text("\xE2\x82"));
  CHECK(!is_text("\xC0\xAF"));  // overlong
  CHECK(!is_text("\xE0\x80\xAF"));
  CHECK(!is_text("\xF0\x80\x80\xAF"));
  CHECK(!is_text("\xED\xA0\x80"));      // surrogate
  CHECK(!is_text("\xF4\x90\x80\x80"));  // beyond U+10FFFF
  CHECK(!is_text("\xF5\x80\x80\x80"));
  CHECK(!is_text("\xE2\x28\xA1"));
  return aiedge::test::report();
}
