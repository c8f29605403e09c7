#include "someos/backends/thread_base/failure.h"

#include <cxxabi.h>

#include <cstdlib>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <typeinfo>

#include "absl/base/config.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "someos/api/errno_status.h"

namespace someos::thread_base {
namespace {

#ifdef ABSL_HAVE_EXCEPTIONS

std::string NameOf(const std::type_info& type) {
  int error = 0;
  const std::unique_ptr<char, decltype(&std::free)> name(
      abi::__cxa_demangle(type.name(), nullptr, nullptr, &error), &std::free);
  return name != nullptr ? name.get() : type.name();
}

// Within a handler.
Failure CaughtFailure(const char* what) {
  const std::type_info* const type = abi::__cxa_current_exception_type();
  return {type != nullptr ? NameOf(*type) : "unknown", what, std::current_exception()};
}

#endif

}  // namespace

std::string Failure::ToString() const {
  return what.empty() ? type : absl::StrCat(type, ": ", what);
}

absl::Status Failure::ToStatus() const {
  return PlainStatus(absl::StatusCode::kUnknown, ToString());
}

std::optional<Failure> CallAndCatch(absl::FunctionRef<void()> body) {
#ifdef ABSL_HAVE_EXCEPTIONS
  try {
    body();
  } catch (const SystemExit&) {
    return std::nullopt;
#ifdef __GLIBCXX__
  } catch (const abi::__forced_unwind&) {
    throw;
#endif
  } catch (const std::exception& exception) {
    return CaughtFailure(exception.what());
  } catch (...) {
#ifndef __GLIBCXX__
    if (abi::__cxa_current_exception_type() == nullptr) throw;
#endif
    return CaughtFailure("");
  }
#else
  body();
#endif
  return std::nullopt;
}

}  // namespace someos::thread_base
