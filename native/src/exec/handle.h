// What an aiedge_model of the C API is, and what its functions share.
#pragma once

#include <memory>

#include "aiedge/aiedge.h"
#include "base/status.h"
#include "exec/processor.h"
#include "exec/runtime.h"

struct aiedge_model {
  std::unique_ptr<aiedge::exec::Runtime> runtime;
  std::unique_ptr<aiedge::exec::Processor> processor;  // null: the bundle has no processing
};

namespace aiedge::exec {

// The status as the C API has it; its texts go to `error` unless that is null.
aiedge_status report(const Status& status, aiedge_error* error);

}  // namespace aiedge::exec
