// The objects of a server and who refers to them. Private to this package.

#ifndef SOMEOS_API_MULTIPROCESSING_MANAGERS_OBJECT_TABLE_H_
#define SOMEOS_API_MULTIPROCESSING_MANAGERS_OBJECT_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "someos/api/multiprocessing/managers/managed_type.h"
#include "someos/api/multiprocessing/managers/shared_object.h"
#include "someos/api/multiprocessing/value/py_value.h"

namespace someos::multiprocessing::internal {

class ObjectTable;

// Keeps an object of the table while the server itself refers to it: a list that contains its
// proxy, a reply on its way. Move-only.
class ObjectHold {
 public:
  ObjectHold(std::shared_ptr<ObjectTable> table, uint64_t key)
      : table_(std::move(table)), key_(key) {}
  ObjectHold(ObjectHold&&) = default;
  ObjectHold& operator=(ObjectHold&& other) noexcept {
    std::swap(table_, other.table_);
    std::swap(key_, other.key_);
    return *this;
  }
  ~ObjectHold();

 private:
  std::shared_ptr<ObjectTable> table_;
  uint64_t key_;
};

// Used by the server's thread alone.
class ObjectTable : public std::enable_shared_from_this<ObjectTable> {
 public:
  struct Entry {
    std::shared_ptr<SharedObject> object;
    const ManagedType* type;
    int64_t references = 0;  // of proxies, as clients count them
    int64_t holds = 0;       // ObjectHold
  };

  // Objects are numbered from `first` on. Servers that exchange proxies should not begin with the
  // same number.
  explicit ObjectTable(uint64_t first) : next_(first) {}

  // Adds the object unless it is there, counts one reference, and returns its ident: hexadecimal
  // digits, as Python's.
  std::string Add(std::shared_ptr<SharedObject> object, const ManagedType* type);
  // Null if there is no such object.
  Entry* Find(absl::string_view ident);
  // A KeyError if there is no such object.
  absl::Status Increment(absl::string_view ident);
  // The same. Collect destroys the object after its last reference.
  absl::Status Decrement(absl::string_view ident);
  // Holds for the objects of this table that `value` contains proxies of.
  std::vector<ObjectHold> HoldsIn(const PyValue& value);

  // Destroys the objects that nobody refers to any more. To be called when nothing that was taken
  // out of an object is on its way to a new place.
  void Collect();
  // Destroys all objects. To be called before the last reference to the table is given up: objects
  // that contain proxies of each other hold the table as well.
  void Clear();

  // The object that OnlyOne's type `key` has made here; null: none so far. It lives until Clear.
  std::shared_ptr<SharedObject> Only(const void* key) const;
  void KeepOnly(const void* key, std::shared_ptr<SharedObject> object);

  // Those that clients refer to.
  size_t size() const;
  // As Python's debug_info.
  std::string DebugInfo() const;

 private:
  friend class ObjectHold;

  void Unhold(uint64_t key);

  uint64_t next_;
  absl::flat_hash_map<uint64_t, Entry> entries_;
  absl::flat_hash_map<std::pair<const void*, const ManagedType*>, uint64_t> keys_;
  absl::flat_hash_map<const void*, std::shared_ptr<SharedObject>> only_;
  // What Collect is to look at.
  std::vector<uint64_t> unused_;
};

// A value that keeps the objects whose proxies it contains.
class HeldValue {
 public:
  HeldValue(PyValue value, ObjectTable& table) : value_(std::move(value)) {
    std::vector<ObjectHold> holds = table.HoldsIn(value_);
    if (!holds.empty()) {
      holds_ = std::make_shared<const std::vector<ObjectHold>>(std::move(holds));
    }
  }

  const PyValue& value() const { return value_; }

 private:
  PyValue value_;
  std::shared_ptr<const std::vector<ObjectHold>> holds_;  // null: none
};

}  // namespace someos::multiprocessing::internal

#endif  // SOMEOS_API_MULTIPROCESSING_MANAGERS_OBJECT_TABLE_H_
