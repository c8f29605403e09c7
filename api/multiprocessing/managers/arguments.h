// The arguments of a call, and Python's rules for assigning them to parameters.

#ifndef SOMEOS_API_MULTIPROCESSING_MANAGERS_ARGUMENTS_H_
#define SOMEOS_API_MULTIPROCESSING_MANAGERS_ARGUMENTS_H_

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <utility>

#include "absl/container/inlined_vector.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "someos/api/multiprocessing/value/py_value.h"

namespace someos::multiprocessing {

// One for each parameter; null where the caller gave none. Valid as long as the Arguments.
using BoundArguments = absl::InlinedVector<const PyValue*, 4>;

class Arguments {
 public:
  Arguments() = default;
  // TypeError (kInvalidArgument): `args` is neither tuple nor list, or `kwargs` is no dict whose
  // keys are strs.
  static absl::StatusOr<Arguments> Create(PyValue args, PyValue kwargs);

  absl::Span<const PyValue> positional() const { return positional_; }
  // Names and values in turn.
  absl::Span<const PyValue> keywords() const { return keywords_; }

  // Assigns the arguments to the parameters of `function`, of which the first `required` must be
  // given. A TypeError if that is not possible: "put() missing required argument 'item'".
  absl::StatusOr<BoundArguments> Bind(absl::string_view function,
                                      std::initializer_list<absl::string_view> parameters,
                                      size_t required) const;

  // Without the first positional argument; the same if there is none.
  Arguments WithoutFirst() const;

 private:
  Arguments(PyValue args, PyValue kwargs, absl::Span<const PyValue> positional,
            absl::Span<const PyValue> keywords)
      : args_(std::move(args)),
        kwargs_(std::move(kwargs)),
        positional_(positional),
        keywords_(keywords) {}

  // Hold what the spans refer to.
  PyValue args_;
  PyValue kwargs_;
  absl::Span<const PyValue> positional_;
  absl::Span<const PyValue> keywords_;
};

// Whether Python takes a value for true: not None, False, 0, 0.0 or empty.
bool IsTrue(const PyValue& value);
// The same of an argument; `otherwise` if it was not given.
inline bool IsTrue(const PyValue* argument, bool otherwise) {
  return argument == nullptr ? otherwise : IsTrue(*argument);
}

// A timeout in seconds, an int or float; nullopt for None or one that was not given. TypeError for
// another type, ValueError for NaN. An infinite one is InfiniteDuration.
absl::StatusOr<std::optional<absl::Duration>> TimeoutOf(const PyValue* argument);

}  // namespace someos::multiprocessing

#endif  // SOMEOS_API_MULTIPROCESSING_MANAGERS_ARGUMENTS_H_
