// A model's file, whole, in memory of our own.
#pragma once

#include "base/buffer.h"
#include "base/status.h"

namespace aiedge::exec {

// Blocks on the disk. The file is read, not mapped: what was checked cannot change afterwards, and a file
// that gets shorter is an error here instead of a crash later (docs/adr/0014).
[[nodiscard]] Result<Buffer> read_file(const char* path);

}  // namespace aiedge::exec
