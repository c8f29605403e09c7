#include "someos/api/multiprocessing/managers/types/iterator_object.h"

#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "someos/api/multiprocessing/managers/types/method_table.h"
#include "someos/api/multiprocessing/value/py_value.h"

namespace someos::multiprocessing::internal {

ManagedType IteratorType() {
  ManagedType type;
  type.type_id = "Iterator";
  type.exposed = {"__next__", "next", "send", "throw", "close"};
  return type;
}

// send, throw and close are of generators, which this is not: an AttributeError, as Python's.
void IteratorObject::Start(Call call) {
  static constexpr NamedMethod<IteratorObject> kMethods[] = {
      {"__next__", &IteratorObject::Next},
      {"next", &IteratorObject::Next},
  };
  StartMethod<IteratorObject>(kMethods, *this, std::move(call));
}

absl::StatusOr<PyValue> IteratorObject::Next(const Arguments&) {
  if (next_ == items_.size()) {
    return PythonException("builtins", "StopIteration", std::vector<PyValue>{});
  }
  return items_[next_++].value();
}

}  // namespace someos::multiprocessing::internal
