// Python's dict behind a proxy. Private to this package.

#ifndef SOMEOS_API_MULTIPROCESSING_MANAGERS_TYPES_DICT_OBJECT_H_
#define SOMEOS_API_MULTIPROCESSING_MANAGERS_TYPES_DICT_OBJECT_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "someos/api/multiprocessing/managers/arguments.h"
#include "someos/api/multiprocessing/managers/call.h"
#include "someos/api/multiprocessing/managers/managed_type.h"
#include "someos/api/multiprocessing/managers/object_table.h"
#include "someos/api/multiprocessing/managers/shared_object.h"
#include "someos/api/multiprocessing/managers/types/ordered_entries.h"

namespace someos::multiprocessing::internal {

class DictObject : public SharedObject {
 public:
  explicit DictObject(const ServerContext& context) : objects_(*context.objects) {}

  // As dict.update: of a dict, or of pairs; then of the keywords.
  absl::Status Update(const Arguments& arguments);

  absl::string_view class_name() const override { return "dict"; }
  void Start(Call call) override;
  std::string Repr() const override { return Copy().ToString(); }
  absl::StatusOr<PyValue> Value() const override { return Copy(); }

 private:
  using Result = absl::StatusOr<PyValue>;

  Result Contains(const Arguments& arguments);
  Result DelItem(const Arguments& arguments);
  Result GetItem(const Arguments& arguments);
  void Iter(Call call);
  void ReversedCall(Call call);
  Result Len(const Arguments& arguments);
  Result SetItem(const Arguments& arguments);
  Result Clear(const Arguments& arguments);
  Result CopyCall(const Arguments& arguments);
  Result FromKeys(const Arguments& arguments);
  Result Get(const Arguments& arguments);
  Result Items(const Arguments& arguments);
  Result Keys(const Arguments& arguments);
  Result Pop(const Arguments& arguments);
  Result PopItem(const Arguments& arguments);
  Result SetDefault(const Arguments& arguments);
  Result UpdateCall(const Arguments& arguments);
  Result Values(const Arguments& arguments);
  Result Or(const Arguments& arguments);
  Result ROr(const Arguments& arguments);
  Result IOr(const Arguments& arguments);

  PyValue Copy() const;
  std::vector<std::pair<PyValue, PyValue>> Pairs() const;
  std::vector<PyValue> KeyList() const;
  absl::Status Set(const PyValue& key, const PyValue& value);

  ObjectTable& objects_;
  OrderedEntries entries_;
};

ManagedType DictType();

}  // namespace someos::multiprocessing::internal

#endif  // SOMEOS_API_MULTIPROCESSING_MANAGERS_TYPES_DICT_OBJECT_H_
