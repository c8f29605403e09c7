// An iterator behind a proxy. Private to this package.

#ifndef SOMEOS_API_MULTIPROCESSING_MANAGERS_TYPES_ITERATOR_OBJECT_H_
#define SOMEOS_API_MULTIPROCESSING_MANAGERS_TYPES_ITERATOR_OBJECT_H_

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "someos/api/multiprocessing/managers/arguments.h"
#include "someos/api/multiprocessing/managers/call.h"
#include "someos/api/multiprocessing/managers/managed_type.h"
#include "someos/api/multiprocessing/managers/object_table.h"
#include "someos/api/multiprocessing/managers/shared_object.h"

namespace someos::multiprocessing::internal {

// Over a copy: changes of the dict that it was made of do not disturb it.
class IteratorObject : public SharedObject {
 public:
  IteratorObject(std::vector<PyValue> items, ObjectTable& objects) {
    for (PyValue& item : items) items_.emplace_back(std::move(item), objects);
  }

  absl::string_view class_name() const override { return "iterator"; }
  void Start(Call call) override;
  std::string Repr() const override { return "<iterator object>"; }

 private:
  absl::StatusOr<PyValue> Next(const Arguments& arguments);

  std::vector<HeldValue> items_;
  size_t next_ = 0;
};

// Without `create`.
ManagedType IteratorType();

}  // namespace someos::multiprocessing::internal

#endif  // SOMEOS_API_MULTIPROCESSING_MANAGERS_TYPES_ITERATOR_OBJECT_H_
