// The sections PREP and POST.
#pragma once

#include "base/status.h"
#include "model/bundle.h"
#include "model/sections.h"

namespace aiedge::model {

// Fill the bundle's processing from the two sections; every field is checked, and that they fit the graph,
// which was read before.
[[nodiscard]] Status read_processing(Bytes prep, Bytes post, Bundle* bundle);

}  // namespace aiedge::model
