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

// What Select found: `auto [readable, writable, exceptional] = *Select(...)`.
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

// What `for (auto&& element : range)` binds to.
template <typename Range>
using ElementReference = decltype(*begin(std::declval<Range&>()));

// Integers, pointers, shared_ptr and reference_wrapper stand for a descriptor, and a copy of one
// stands for the same. An object with a fileno() is the thing itself; a unique_ptr has no copy.
template <typename T>
inline constexpr bool kComesBackAsCopy = !kHasFileno<T> && std::is_copy_constructible_v<T>;

template <typename Reference>
struct SelectedElement {
  using Value = std::remove_cv_t<std::remove_reference_t<Reference>>;
  using type = std::conditional_t<kComesBackAsCopy<Value>, Value,
                                  std::reference_wrapper<std::remove_reference_t<Reference>>>;
};

template <typename Range>
using Selected = typename SelectedElement<ElementReference<Range>>::type;

// Whether the elements outlive a Range that is an rvalue: it is a view of them.
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

// Appends the descriptors of `range` to a list, and what may come back to `elements`. One pass, one
// look at each: a range may be of the kind that can be read but once.
template <typename Range, typename Element>
absl::Status ReadList(Range&& range, SelectLists::List list, SelectLists& lists,
                      std::vector<Element>& elements) {
  using Reference = ElementReference<Range>;
  using Value = std::remove_cv_t<std::remove_reference_t<Reference>>;
  static_assert(kIsWaitable<Value>,
                "Select: an element is neither an integer nor anything with a fileno()");
  static_assert(kComesBackAsCopy<Value> || std::is_lvalue_reference_v<Reference>,
                "Select: these elements come back as references, but the range makes them anew "
                "each time it is read; give a range of pointers or integers");
  static_assert(kComesBackAsCopy<Value> || std::is_lvalue_reference_v<Range> ||
                    kIsBorrowed<std::remove_cv_t<Range>>,
                "Select: these elements come back as references, but the range given ends with the "
                "call and they with it; give the range a name");
  if constexpr (kHasSize<Range>) elements.reserve(std::size(range));
  for (auto&& element : range) {
    const absl::StatusOr<int> fd = DescriptorOf<Value>(element);
    if (!fd.ok()) return fd.status();
    if (absl::Status status = lists.Add(list, *fd); !status.ok()) return status;
    elements.emplace_back(std::forward<decltype(element)>(element));
  }
  return absl::OkStatus();
}

// Leaves in `elements` those that are ready.
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

// Waits until an element of `rlist` can be read, one of `wlist` can be written or one of `xlist`
// has an exceptional condition (out-of-band data), or until `timeout` is over. Returns the elements
// for which this holds; none in three empty lists if the timeout came first.
//
//   std::vector<Socket> sockets;
//   auto result = Select(sockets, {}, {}, absl::Seconds(1));
//   if (!result.ok()) return result.status();
//   for (Socket& socket : result->readable) ...
//   auto [readable, writable, exceptional] = *Select({0, fd}, {fd}, {});
//
// The lists are any ranges of waitables (see api/waitable.h), each of a type of its own, or ints in
// braces. They are read once, in their order, and fileno() is called once per element. What comes
// back are the elements that were given, in the order in which they were given, as often as they
// were given:
//  - integers, pointers (FILE* too), shared_ptr and reference_wrapper as copies of what was given;
//  - objects with a fileno(), and unique_ptr, as std::reference_wrapper to the element in the range
//    given, which must therefore be an lvalue or a view (absl::Span): anything else does not
//    compile. The references are as const as the range.
// The descriptors stay their owner's.
//
// `timeout`: nothing, or absl::InfiniteDuration(), waits without end; zero does not wait. Signals
// do not shorten the wait nor end it. Three empty lists make it a sleep.
//
// Readable includes what read() tells without waiting: an end of file, an error, a hangup; writable
// includes errors. Regular files are always both.
//
// Errors, in the order of the checks:
//  - kInvalidArgument (ValueError) "timeout must be non-negative"; kOutOfRange (OverflowError) for
//    one of more than 2^63 ns
//  - for the elements of rlist, then of wlist, then of xlist: what DescriptorOf has to say;
//    kInvalidArgument "filedescriptor out of range in select()" from FD_SETSIZE on;
//    kInvalidArgument "too many file descriptors in select()" for more than FD_SETSIZE elements in
//    one list. The latter two can be lifted: see SelectOptions.
//  - EBADF (OSError): a descriptor is not open; always, also where the kernel would overlook it
//    (Linux, for numbers that are higher than any the process has had: Python reports these as
//    ready). EINVAL, ENOMEM: from the kernel.
//
// Any number of threads may call this at once, also with the same descriptors. The time it takes
// grows with the highest descriptor. All systems. Sources: Python's select.select, select(2).
template <typename R = std::initializer_list<int>, typename W = std::initializer_list<int>,
          typename X = std::initializer_list<int>>
absl::StatusOr<SelectResult<internal::Selected<R>, internal::Selected<W>, internal::Selected<X>>>
Select(R&& rlist, W&& wlist, X&& xlist, std::optional<absl::Duration> timeout = std::nullopt,
       SelectOptions options = {}) {
  using internal::SelectLists;
  SelectResult<internal::Selected<R>, internal::Selected<W>, internal::Selected<X>> result;
  SelectLists lists(options);
  absl::Status status = lists.SetTimeout(timeout);
  if (status.ok()) {
    status =
        internal::ReadList<R>(std::forward<R>(rlist), SelectLists::kRead, lists, result.readable);
  }
  if (status.ok()) {
    status =
        internal::ReadList<W>(std::forward<W>(wlist), SelectLists::kWrite, lists, result.writable);
  }
  if (status.ok()) {
    status = internal::ReadList<X>(std::forward<X>(xlist), SelectLists::kExcept, lists,
                                   result.exceptional);
  }
  if (status.ok()) status = lists.Run();
  if (!status.ok()) return status;
  internal::KeepReady(lists, SelectLists::kRead, result.readable);
  internal::KeepReady(lists, SelectLists::kWrite, result.writable);
  internal::KeepReady(lists, SelectLists::kExcept, result.exceptional);
  return result;
}

}  // namespace someos::select

#endif  // SOMEOS_BACKENDS_SELECT_SELECT_CALL_H_
