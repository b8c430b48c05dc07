// A status keeps its first place and cuts what is too long.
#include "base/status.h"

#include <string>
#include <string_view>

#include "check.h"

using aiedge::Code;
using aiedge::Result;
using aiedge::Status;

namespace {

Status fail_through() {
  AIEDGE_TRY(Status());
  AIEDGE_TRY(Status::error(Code::kIo, "lost"));
  return Status::error(Code::kBadModel, "never reached");
}

}  // namespace

int main() {
  CHECK(Status().ok());
  CHECK(fail_through().code() == Code::kIo);
  const Status status = Status::error(Code::kBadModel, "%d of %s", 3, "four").at("tensor %d", 5).at("later");
  CHECK(!status.ok());
  CHECK(status.message() == std::string_view("3 of four"));
  CHECK(status.where() == std::string_view("tensor 5"));
  const std::string text(1000, 'x');
  const Status cut = Status::error(Code::kBadModel, "%s", text.c_str()).at("%s", text.c_str());
  CHECK(std::string_view(cut.message()).size() == 255);
  CHECK(std::string_view(cut.where()).size() == 159);
  const Result<int> value = 7;
  CHECK(value.ok() && value.value() == 7);
  const Result<int> none = status;
  CHECK(!none.ok() && none.status().code() == Code::kBadModel);
  return aiedge::test::report();
}
