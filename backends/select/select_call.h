// Python's select.select().

#ifndef SOMEOS_BACKENDS_SELECT_SELECT_CALL_H_
#define SOMEOS_BACKENDS_SELECT_SELECT_CALL_H_

#include <cstddef>
#include <functional>
#include <initializer_list>
#include <iterator>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "someos/api/waitable.h"
#include "someos/backends/select/select_lists.h"

#if __cplusplus >= 202002L
#include <version>
#ifdef __cpp_lib_ranges
#include <ranges>
#endif
#endif

namespace someos::select {

// The result of Select: `auto [readable, writable, exceptional] = *Select(...)`.
template <typename Readable, typename Writable = Readable, typename Exceptional = Readable>
struct SelectResult {
  std::vector<Readable> readable;
  std::vector<Writable> writable;
  std::vector<Exceptional> exceptional;

  friend bool operator==(const SelectResult& a, const SelectResult& b) {
    return a.readable == b.readable && a.writable == b.writable && a.exceptional == b.exceptional;
  }
  friend bool operator!=(const SelectResult& a, const SelectResult& b) { return !(a == b); }
};

namespace internal {

using std::begin;

// The type of `element` in `for (auto&& element : range)`.
template <typename Range>
using ElementReference = decltype(*begin(std::declval<Range&>()));

// Integers, pointers, shared_ptr and reference_wrapper are handles: a copy of one refers to the
// same descriptor. Objects with a fileno() are returned by reference, and so is a unique_ptr, which
// cannot be copied.
template <typename T>
inline constexpr bool kReturnedAsCopy = !kHasFileno<T> && std::is_copy_constructible_v<T>;

template <typename Reference>
struct SelectedElement {
  using Value = std::remove_cv_t<std::remove_reference_t<Reference>>;
  using type = std::conditional_t<kReturnedAsCopy<Value>, Value,
                                  std::reference_wrapper<std::remove_reference_t<Reference>>>;
};

template <typename Range>
using Selected = typename SelectedElement<ElementReference<Range>>::type;

// Whether the elements outlive an rvalue of type Range, because it is a view.
#ifdef __cpp_lib_ranges
template <typename Range>
inline constexpr bool kIsBorrowed = std::ranges::enable_borrowed_range<Range>;
#else
template <typename Range>
inline constexpr bool kIsBorrowed = false;
#endif
template <typename T>
inline constexpr bool kIsBorrowed<absl::Span<T>> = true;

template <typename Range, typename = void>
inline constexpr bool kHasSize = false;
template <typename Range>
inline constexpr bool kHasSize<Range, std::void_t<decltype(std::size(std::declval<Range&>()))>> =
    true;

// Appends the descriptors of `range` to a list, and the elements to return to `elements`. Reads the
// range in a single pass, because an input range can be read only once.
template <typename Range, typename Element>
absl::Status ReadList(Range&& range, SelectLists::List list, SelectLists& lists,
                      std::vector<Element>& elements) {
  using Reference = ElementReference<Range>;
  using Value = std::remove_cv_t<std::remove_reference_t<Reference>>;
  static_assert(kIsWaitable<Value>,
                "Select: an element is neither an integer nor anything with a fileno()");
  static_assert(kReturnedAsCopy<Value> || std::is_lvalue_reference_v<Reference>,
                "Select: these elements are returned as references, but the range creates them "
                "each time it is read; pass a range of pointers or integers");
  static_assert(kReturnedAsCopy<Value> || std::is_lvalue_reference_v<Range> ||
                    kIsBorrowed<std::remove_cv_t<Range>>,
                "Select: these elements are returned as references, but the given range and its "
                "elements are destroyed at the end of the call; pass an lvalue");
  if constexpr (kHasSize<Range>) elements.reserve(std::size(range));
  for (auto&& element : range) {
    const absl::StatusOr<int> fd = DescriptorOf<Value>(element);
    if (!fd.ok()) return fd.status();
    if (absl::Status status = lists.Add(list, *fd); !status.ok()) return status;
    elements.emplace_back(std::forward<decltype(element)>(element));
  }
  return absl::OkStatus();
}

// Removes the elements that are not ready.
template <typename Element>
void KeepReady(const SelectLists& lists, SelectLists::List list, std::vector<Element>& elements) {
  size_t kept = 0;
  for (size_t i = 0; i < elements.size(); ++i) {
    if (!lists.ready(list, i)) continue;
    if (kept != i) elements[kept] = std::move(elements[i]);
    ++kept;
  }
  elements.erase(elements.begin() + kept, elements.end());
}

}  // namespace internal

// A call of Select in steps, from PrepareSelect, which has read the lists and called fileno().
//
//   auto call = PrepareSelect(rlist, wlist, xlist, timeout, {false, OnSignal::kReturn});
//   if (!call.ok()) return Raise(call.status());
//   absl::Status status;
//   do {
//     const ReleasedLock released;  // the interpreter's, which has to be held to use its objects
//     status = call->Wait();
//   } while (ErrnoOf(status) == EINTR && RunHandlers());
//
// Not thread-safe. What Select says of lifetimes applies until Result has returned.
template <typename Readable, typename Writable, typename Exceptional>
class PreparedSelect {
 public:
  // The wait, with the errors that Select returns in the end. It uses descriptors alone: neither
  // the given ranges nor their elements. After EINTR it may be called again, and waits until the
  // same deadline; once it has succeeded, another call does nothing.
  absl::Status Wait() { return lists_.Run(); }

  // The elements that Wait, which must have succeeded, has found ready.
  SelectResult<Readable, Writable, Exceptional> Result() && {
    using internal::SelectLists;
    internal::KeepReady(lists_, SelectLists::kRead, elements_.readable);
    internal::KeepReady(lists_, SelectLists::kWrite, elements_.writable);
    internal::KeepReady(lists_, SelectLists::kExcept, elements_.exceptional);
    return std::move(elements_);
  }

 private:
  template <typename R, typename W, typename X>
  friend absl::StatusOr<
      PreparedSelect<internal::Selected<R>, internal::Selected<W>, internal::Selected<X>>>
  PrepareSelect(R&& rlist, W&& wlist, X&& xlist, std::optional<absl::Duration> timeout,
                SelectOptions options);

  explicit PreparedSelect(SelectOptions options) : lists_(options) {}

  internal::SelectLists lists_;
  SelectResult<Readable, Writable, Exceptional> elements_;  // all that were given, until Result
};

// The first step of Select, with its arguments and its errors up to EBADF. The timeout counts from
// this call.
template <typename R = std::initializer_list<int>, typename W = std::initializer_list<int>,
          typename X = std::initializer_list<int>>
absl::StatusOr<PreparedSelect<internal::Selected<R>, internal::Selected<W>, internal::Selected<X>>>
PrepareSelect(R&& rlist, W&& wlist, X&& xlist, std::optional<absl::Duration> timeout = std::nullopt,
              SelectOptions options = {}) {
  using internal::SelectLists;
  PreparedSelect<internal::Selected<R>, internal::Selected<W>, internal::Selected<X>> prepared(
      options);
  SelectLists& lists = prepared.lists_;
  auto& elements = prepared.elements_;
  absl::Status status = lists.SetTimeout(timeout);
  if (status.ok()) {
    status =
        internal::ReadList<R>(std::forward<R>(rlist), SelectLists::kRead, lists, elements.readable);
  }
  if (status.ok()) {
    status = internal::ReadList<W>(std::forward<W>(wlist), SelectLists::kWrite, lists,
                                   elements.writable);
  }
  if (status.ok()) {
    status = internal::ReadList<X>(std::forward<X>(xlist), SelectLists::kExcept, lists,
                                   elements.exceptional);
  }
  if (!status.ok()) return status;
  return prepared;
}

// Waits until an element of `rlist` is readable, one of `wlist` is writable or one of `xlist` has
// an exceptional condition (out-of-band data), or until `timeout` has passed. Returns the elements
// for which this holds; three empty lists after a timeout.
//
//   std::vector<Socket> sockets;
//   auto result = Select(sockets, {}, {}, absl::Seconds(1));
//   if (!result.ok()) return result.status();
//   for (Socket& socket : result->readable) ...
//   auto [readable, writable, exceptional] = *Select({0, fd}, {fd}, {});
//
// The lists are any ranges of waitables (see api/waitable.h), whose element types may differ, or
// ints in braces. Each is read once and in order, and fileno() is called once per element. The
// returned elements are those that were given, in the same order, and as often as they were given:
//  - integers, pointers (also FILE*), shared_ptr and reference_wrapper are returned as copies;
//  - objects with a fileno(), and unique_ptr, are returned as std::reference_wrapper to the element
//    in the given range. The range must therefore be an lvalue or a view (absl::Span); anything
//    else does not compile. The references are const if the elements of the range are.
// The ownership of the descriptors does not change.
//
// `timeout`: std::nullopt or absl::InfiniteDuration() waits forever; zero does not wait. Signals
// neither shorten nor end the wait, unless SelectOptions says so. With three empty lists it just
// sleeps, except on Windows, where that is EINVAL.
//
// Readable includes every condition that makes read() return at once: end of file, an error, a
// hang-up. Writable includes errors. Regular files are always both.
//
// Errors, in the order of the checks:
//  - kInvalidArgument (ValueError) "timeout must be non-negative"; kOutOfRange (OverflowError) for
//    a timeout of more than 2^63 ns.
//  - For the elements of rlist, then of wlist, then of xlist: the errors of DescriptorOf;
//    kInvalidArgument "filedescriptor out of range in select()" for descriptors of FD_SETSIZE and
//    above; kInvalidArgument "too many file descriptors in select()" for more than FD_SETSIZE
//    elements in one list. SelectOptions can lift the latter two.
//  - EBADF (OSError): a descriptor is not open. Also where the kernel would not notice this (Linux,
//    for numbers higher than any that the process has had: Python reports these as ready). EINVAL,
//    ENOMEM: from the kernel. EINTR: a signal, if SelectOptions asks for it.
//
// Thread-safe; several threads may wait for the same descriptors. The time it takes grows with the
// highest descriptor. All systems. Sources: Python's select.select, select(2).
template <typename R = std::initializer_list<int>, typename W = std::initializer_list<int>,
          typename X = std::initializer_list<int>>
absl::StatusOr<SelectResult<internal::Selected<R>, internal::Selected<W>, internal::Selected<X>>>
Select(R&& rlist, W&& wlist, X&& xlist, std::optional<absl::Duration> timeout = std::nullopt,
       SelectOptions options = {}) {
  auto prepared = PrepareSelect<R, W, X>(std::forward<R>(rlist), std::forward<W>(wlist),
                                         std::forward<X>(xlist), timeout, options);
  if (!prepared.ok()) return prepared.status();
  if (absl::Status status = prepared->Wait(); !status.ok()) return status;
  return std::move(*prepared).Result();
}

}  // namespace someos::select

#endif  // SOMEOS_BACKENDS_SELECT_SELECT_CALL_H_
