// SHA-256 gives the examples of FIPS 180-4, whatever the pieces it is fed, in every variant that this CPU
// has.
#include "base/sha256.h"

#include <array>
#include <cstdio>
#include <random>
#include <string>
#include <vector>

#include "check.h"

namespace {

std::string hex(aiedge::Sha256Blocks blocks, const std::string& text, std::size_t piece) {
  aiedge::Sha256 hash(blocks);
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

void check_examples(aiedge::Sha256Blocks blocks) {
  for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, std::size_t{64}, std::size_t{1000000}}) {
    CHECK(hex(blocks, "", piece) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(hex(blocks, "abc", piece) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(hex(blocks, "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", piece) ==
          "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    CHECK(hex(blocks, std::string(1000000, 'a'), piece) ==
          "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  }
}

// Random states and blocks, at odd addresses, against the portable variant.
void check_against_portable(aiedge::Sha256Blocks blocks) {
  std::mt19937 random(3);
  for (int round = 0; round < 200; ++round) {
    const std::size_t count = random() % 9;
    const std::size_t shift = random() % 17;
    std::vector<std::uint8_t> data(shift + count * 64);
    for (std::uint8_t& byte : data) byte = static_cast<std::uint8_t>(random());
    std::array<std::uint32_t, 8> state;
    for (std::uint32_t& word : state) word = static_cast<std::uint32_t>(random());
    std::array<std::uint32_t, 8> expected = state;
    blocks(state.data(), data.data() + shift, count);
    aiedge::sha256_portable(expected.data(), data.data() + shift, count);
    CHECK(state == expected);
  }
}

}  // namespace

int main() {
  std::size_t variants = 0;
  for (; const auto blocks = aiedge::sha256_variant(variants); ++variants) {
    check_examples(*blocks);
    check_against_portable(*blocks);
  }
  CHECK(aiedge::sha256_variant(variants - 1) == aiedge::sha256_portable);
  std::printf("%zu variants\n", variants);
  return aiedge::test::report();
}
