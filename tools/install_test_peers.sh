#!/bin/sh
# Install the Debian packages that hold the tests' real servers, when this user may.
# Without root or passwordless sudo it says what is missing and succeeds: those tests are then skipped by name.
set -eu
packages="mosquitto mosquitto-clients libmodbus-dev pkg-config openssl binutils gcc g++ strace
 g++-aarch64-linux-gnu g++-arm-linux-gnueabihf g++-riscv64-linux-gnu qemu-user-static
 clang libclang-rt-dev valgrind"
missing=""
for package in $packages; do
  dpkg -s "$package" >/dev/null 2>&1 || missing="$missing $package"
done
[ -n "$missing" ] || exit 0
if [ "$(id -u)" = 0 ]; then
  become=""
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
  become="sudo -n"
else
  echo "The tests' real servers are missing and cannot be installed without root:$missing" >&2
  echo "The tests that need them will be skipped. To run them: apt-get install$missing" >&2
  exit 0
fi
$become apt-get update -q
# shellcheck disable=SC2086 # lists of words
$become env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing
