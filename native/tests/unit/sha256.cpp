// SHA-256 gives the examples of FIPS 180-4, whatever the pieces it is fed.
#include "base/sha256.h"

#include <cstdio>
#include <string>

#include "check.h"

namespace {

std::string hex(const std::string& text, std::size_t piece) {
  aiedge::Sha256 hash;
  for (std::size_t at = 0; at < text.size(); at += piece) {
    const std::string part = text.substr(at, piece);
    hash.update(reinterpret_cast<const std::uint8_t*>(part.data()), part.size());
  }
  std::string digits;
  for (const std::uint8_t byte : hash.finish()) {
    char pair[3];
    (void)std::snprintf(pair, sizeof pair, "%02x", byte);
    digits += pair;
  }
  return digits;
}

}  // namespace

int main() {
  for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, std::size_t{64}, std::size_t{1000000}}) {
    CHECK(hex("", piece) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(hex("abc", piece) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", piece) ==
          "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    CHECK(hex(std::string(1000000, 'a'), piece) ==
          "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  }
  return aiedge::test::report();
}
