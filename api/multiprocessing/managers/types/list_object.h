// Python's list behind a proxy. Private to this package.

#ifndef SOMEOS_API_MULTIPROCESSING_MANAGERS_TYPES_LIST_OBJECT_H_
#define SOMEOS_API_MULTIPROCESSING_MANAGERS_TYPES_LIST_OBJECT_H_

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "someos/api/mmap/slice.h"
#include "someos/api/multiprocessing/managers/arguments.h"
#include "someos/api/multiprocessing/managers/call.h"
#include "someos/api/multiprocessing/managers/managed_type.h"
#include "someos/api/multiprocessing/managers/object_table.h"
#include "someos/api/multiprocessing/managers/shared_object.h"

namespace someos::multiprocessing::internal {

class ListObject : public SharedObject {
 public:
  ListObject(const ServerContext& context, const std::vector<PyValue>& items)
      : objects_(*context.objects), items_(Held(items)) {}

  absl::string_view class_name() const override { return "list"; }
  void Start(Call call) override;
  std::string Repr() const override { return Copy().ToString(); }
  absl::StatusOr<PyValue> Value() const override { return Copy(); }

 private:
  using Result = absl::StatusOr<PyValue>;
  using Place = std::vector<HeldValue>::iterator;

  Result Add(const Arguments& arguments);
  Result Contains(const Arguments& arguments);
  Result DelItem(const Arguments& arguments);
  Result DelSlice(const Arguments& arguments);
  Result GetItem(const Arguments& arguments);
  Result GetSlice(const Arguments& arguments);
  Result Len(const Arguments& arguments);
  Result Mul(const Arguments& arguments);
  Result IMul(const Arguments& arguments);
  Result Reversed(const Arguments& arguments);
  Result SetItem(const Arguments& arguments);
  Result SetSlice(const Arguments& arguments);
  Result Append(const Arguments& arguments);
  Result Clear(const Arguments& arguments);
  Result CopyCall(const Arguments& arguments);
  Result Count(const Arguments& arguments);
  Result Extend(const Arguments& arguments);
  Result Index(const Arguments& arguments);
  Result Insert(const Arguments& arguments);
  Result Pop(const Arguments& arguments);
  Result Remove(const Arguments& arguments);
  Result Reverse(const Arguments& arguments);
  Result Sort(const Arguments& arguments);

  PyValue Copy() const;
  std::vector<HeldValue> Held(const std::vector<PyValue>& items) const;
  Place Find(const PyValue& item, Place begin, Place end);
  PyValue ItemsOf(const mmap::SliceItems& slice) const;
  void Delete(const mmap::SliceItems& slice);
  absl::Status Assign(const mmap::SliceItems& slice, const PyValue& items);
  absl::StatusOr<std::vector<HeldValue>> Repeated(const Arguments& arguments) const;

  ObjectTable& objects_;
  std::vector<HeldValue> items_;
};

ManagedType ListType();

}  // namespace someos::multiprocessing::internal

#endif  // SOMEOS_API_MULTIPROCESSING_MANAGERS_TYPES_LIST_OBJECT_H_
