// What someos::select accepts as a descriptor: Python's "an integer or an object with a fileno()
// method".

#ifndef SOMEOS_API_WAITABLE_H_
#define SOMEOS_API_WAITABLE_H_

#include <cstdint>
#include <cstdio>
#include <limits>
#include <type_traits>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "someos/api/errno_status.h"

// OpenBSD's <stdio.h> defines fileno(file) as a macro in addition to the function; as long as it is
// defined, no method can have that name.
#undef fileno

namespace someos::select {

namespace internal {

template <typename T>
inline constexpr bool kIsDescriptorNumber = std::is_integral_v<T> && !std::is_same_v<T, bool>;

// What a fileno() may return.
template <typename T>
inline constexpr bool kIsFilenoResult = kIsDescriptorNumber<T>;
template <typename T>
inline constexpr bool kIsFilenoResult<absl::StatusOr<T>> = kIsDescriptorNumber<T>;

// The parentheses of `(object.fileno)()`, here and below, prevent the expansion of such a macro,
// whatever is included after this header.
template <typename T, typename = void>
inline constexpr bool kHasFileno = false;
template <typename T>
inline constexpr bool kHasFileno<
    T, std::enable_if_t<
           kIsFilenoResult<std::decay_t<decltype((std::declval<const T&>().fileno)())>>>> = true;

template <typename T, typename = void>
inline constexpr bool kRefersToFileno = false;
template <typename T>
inline constexpr bool kRefersToFileno<
    T, std::enable_if_t<kHasFileno<std::decay_t<decltype(*std::declval<const T&>())>> &&
                        std::is_constructible_v<bool, const T&>>> = true;

template <typename T, typename = void>
inline constexpr bool kWrapsFileno = false;
template <typename T>
inline constexpr bool
    kWrapsFileno<T, std::enable_if_t<kHasFileno<std::decay_t<typename T::type>> &&
                                     std::is_convertible_v<const T&, typename T::type&>>> = true;

// With the message of Python's ValueError.
inline absl::Status NegativeDescriptor(intmax_t number) {
  return PlainStatus(absl::StatusCode::kInvalidArgument,
                     absl::StrCat("file descriptor cannot be a negative integer (", number, ")"));
}

template <typename Number>
absl::StatusOr<int> CheckedDescriptor(Number number) {
  if constexpr (std::is_signed_v<Number>) {
    if (number < 0) return NegativeDescriptor(number);
  }
  if (static_cast<uintmax_t>(number) > static_cast<uintmax_t>(std::numeric_limits<int>::max())) {
    return PlainStatus(absl::StatusCode::kOutOfRange, "Python int too large to convert to C int");
  }
  return static_cast<int>(number);
}
template <typename Number>
absl::StatusOr<int> CheckedDescriptor(const absl::StatusOr<Number>& number) {
  if (!number.ok()) return number.status();
  return CheckedDescriptor(*number);
}

}  // namespace internal

// Whether a T can be waited for: an integer, a FILE*, an object with an `int fileno() const` or
// `absl::StatusOr<int> fileno() const` method, or a pointer, smart pointer or
// std::reference_wrapper to such an object.
template <typename T>
inline constexpr bool kIsWaitable =
    internal::kIsDescriptorNumber<T> || std::is_same_v<T, FILE*> || internal::kHasFileno<T> ||
    internal::kRefersToFileno<T> || internal::kWrapsFileno<T>;

// The descriptor of a waitable; its ownership does not change. Whether it is open is not checked.
//
// kInvalidArgument (Python's ValueError): negative, as fileno() of a closed object usually is; a
// null pointer. kOutOfRange (OverflowError): more than INT_MAX. An error that fileno() returns
// comes back unchanged, here and from every function that takes waitables. A T that is not a
// waitable (TypeError) does not compile.
template <typename T>
absl::StatusOr<int> DescriptorOf(const T& waitable) {
  using internal::CheckedDescriptor;
  static_assert(kIsWaitable<T>, "not a waitable: neither an integer nor anything with a fileno()");
  if constexpr (internal::kIsDescriptorNumber<T>) {
    return CheckedDescriptor(waitable);
  } else if constexpr (std::is_same_v<T, FILE*>) {
    if (waitable == nullptr) {
      return PlainStatus(absl::StatusCode::kInvalidArgument, "file is a null pointer");
    }
    return CheckedDescriptor(fileno(waitable));
  } else if constexpr (internal::kHasFileno<T>) {
    return CheckedDescriptor((waitable.fileno)());
  } else if constexpr (internal::kWrapsFileno<T>) {
    const typename T::type& object = waitable;
    return CheckedDescriptor((object.fileno)());
  } else {
    if (!static_cast<bool>(waitable)) {
      return PlainStatus(absl::StatusCode::kInvalidArgument,
                         "object with a fileno() method is a null pointer");
    }
    return CheckedDescriptor(((*waitable).fileno)());
  }
}

}  // namespace someos::select

#endif  // SOMEOS_API_WAITABLE_H_
