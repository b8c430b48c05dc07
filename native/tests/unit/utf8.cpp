// Text out of a file is well-formed UTF-8 without zero bytes.
#include "base/utf8.h"

#include <string>

#include "check.h"

using aiedge::is_text;
using namespace std::string_view_literals;

namespace {

std::string printable(std::string text) {
  aiedge::make_printable(text.data());
  return text.c_str();
}

}  // namespace

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

  CHECK(printable("") == "");
  CHECK(printable("conv \xE2\x82\xAC") == "conv \xE2\x82\xAC");
  CHECK(printable("a\nb\x1B[2J\x7F") == "a?b?[2J?");
  CHECK(printable("a\xC2\x9Bz") == "a??z");        // the control sequence introducer of 8-bit terminals
  CHECK(printable("a\xC2\xA0z") == "a\xC2\xA0z");  // not a control character
  CHECK(printable("abc\xE2\x82") == "abc");        // cut off
  CHECK(printable("abc\xF0") == "abc");
  return aiedge::test::report();
}
