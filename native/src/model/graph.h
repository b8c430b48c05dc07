// The section GRPH.
#pragma once

#include "base/status.h"
#include "model/bundle.h"
#include "model/sections.h"

namespace aiedge::model {

// Fill the bundle's graph from the sections, which are parts of `file`; every record and every rule among
// them is checked.
[[nodiscard]] Status read_graph(Bytes file, const Sections& sections, Bundle* bundle);

}  // namespace aiedge::model
