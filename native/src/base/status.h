// What every function that can fail returns. No exceptions, no heap: the texts are fixed arrays.
#pragma once

#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <utility>

#include "base/utf8.h"

namespace aiedge {

enum class Code : std::uint8_t {
  kOk,
  kInvalidArgument,
  kIo,
  kBadModel,
  kUnsupported,
  kOutOfMemory,
  kRefused
};

class [[nodiscard]] Status {
 public:
  Status() = default;

  // `format` as printf; texts longer than the arrays are cut.
  [[gnu::format(printf, 2, 3)]] static Status error(Code code, const char* format, ...) {
    Status status;
    status.code_ = code;
    std::va_list arguments;
    va_start(arguments, format);
    (void)std::vsnprintf(status.message_, sizeof status.message_, format, arguments);
    va_end(arguments);
    make_printable(status.message_);
    return status;
  }

  // The same status with the place in the file, unless it names one already.
  [[gnu::format(printf, 2, 3)]] Status at(const char* format, ...) const {
    Status status = *this;
    if (status.where_[0] == '\0') {
      std::va_list arguments;
      va_start(arguments, format);
      (void)std::vsnprintf(status.where_, sizeof status.where_, format, arguments);
      va_end(arguments);
      make_printable(status.where_);
    }
    return status;
  }

  [[nodiscard]] bool ok() const { return code_ == Code::kOk; }
  [[nodiscard]] Code code() const { return code_; }
  [[nodiscard]] const char* message() const { return message_; }
  [[nodiscard]] const char* where() const { return where_; }

 private:
  Code code_ = Code::kOk;
  char message_[256] = {};
  char where_[160] = {};
};

// A value or the reason why there is none. The value may be taken only after ok() said so.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::move(value)) {}  // NOLINT: implicit, so that `return value` reads
  Result(Status status) : status_(status) {}     // NOLINT: likewise for `return status`
  [[nodiscard]] bool ok() const { return value_.has_value(); }
  [[nodiscard]] const Status& status() const { return status_; }
  // NOLINTBEGIN(bugprone-unchecked-optional-access): the caller has asked ok()
  [[nodiscard]] T& value() { return *value_; }
  [[nodiscard]] const T& value() const { return *value_; }
  // NOLINTEND(bugprone-unchecked-optional-access)

 private:
  std::optional<T> value_;
  Status status_;
};

}  // namespace aiedge

// Hand a failure on to the caller.
#define AIEDGE_TRY(expression)                             \
  do {                                                     \
    ::aiedge::Status aiedge_try_status = (expression);     \
    if (!aiedge_try_status.ok()) return aiedge_try_status; \
  } while (false)
