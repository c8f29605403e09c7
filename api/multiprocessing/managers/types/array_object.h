// Python's array.array behind a proxy: SyncManager's Array. Private to this package.

#ifndef SOMEOS_API_MULTIPROCESSING_MANAGERS_TYPES_ARRAY_OBJECT_H_
#define SOMEOS_API_MULTIPROCESSING_MANAGERS_TYPES_ARRAY_OBJECT_H_

#include <memory>
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
#include "someos/api/multiprocessing/managers/shared_object.h"

namespace someos::multiprocessing::internal {

class ArrayObject : public SharedObject {
 public:
  // The type codes of Python 3 but u and w: b B h H i I l L q Q f d, of the sizes that they have on
  // 64-bit systems. ValueError for others; what setting an item returns for the items.
  static absl::StatusOr<std::shared_ptr<SharedObject>> Create(const ServerContext& context,
                                                              const Arguments& arguments);

  explicit ArrayObject(char code) : code_(code) {}

  absl::string_view class_name() const override { return "array.array"; }
  void Start(Call call) override;
  std::string Repr() const override;
  absl::StatusOr<PyValue> Value() const override;

 private:
  absl::StatusOr<PyValue> Len(const Arguments& arguments);
  absl::StatusOr<PyValue> GetItem(const Arguments& arguments);
  absl::StatusOr<PyValue> SetItem(const Arguments& arguments);
  absl::StatusOr<PyValue> GetSlice(const Arguments& arguments);
  absl::StatusOr<PyValue> SetSlice(const Arguments& arguments);

  PyValue ItemsOf(const mmap::SliceItems& slice) const;
  absl::Status Assign(const mmap::SliceItems& slice, const PyValue& array);
  PyValue Pickled(std::vector<PyValue> items) const;

  const char code_;
  std::vector<PyValue> items_;
};

ManagedType ArrayType();

}  // namespace someos::multiprocessing::internal

#endif  // SOMEOS_API_MULTIPROCESSING_MANAGERS_TYPES_ARRAY_OBJECT_H_
