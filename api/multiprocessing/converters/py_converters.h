// Python's objects as C++ values, and back.

#ifndef SOMEOS_API_MULTIPROCESSING_CONVERTERS_PY_CONVERTERS_H_
#define SOMEOS_API_MULTIPROCESSING_CONVERTERS_PY_CONVERTERS_H_

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "someos/api/multiprocessing/value/py_value.h"

namespace someos::multiprocessing {

// How objects of one class of Python become values of the C++ type T, and back.
template <typename T>
struct PyConverter {
  // The class by Python 3's names: "decimal", "Decimal".
  std::string module;
  std::string name;
  // Gets what the pickle says: nothing of it has been checked but the class. What it does not
  // understand is an error, to whose message the name of the class is added.
  std::function<absl::StatusOr<T>(const PyObjectParts&)> read;
  // The same, to be pickled. `callable` may be left None: it is the class then.
  std::function<absl::StatusOr<PyObjectParts>(const T&)> write;
};

// Converters by C++ type and by class of Python. A value: copies are independent. Const functions
// may be called by several threads at once.
//
//   PyConverters converters = StandardConverters();
//   converters.Register<Point>({"geometry", "Point", ReadPoint, WritePoint});
//   absl::StatusOr<Point> point = converters.Read<Point>(value);
class PyConverters {
 public:
  // A type may have several classes: Read accepts all of them, and Write makes the one that was
  // registered last. A class may have several types. The same pair again replaces the former.
  template <typename T>
  void Register(PyConverter<T> converter) {
    std::string module = converter.module;
    std::string name = converter.name;
    Add({TypeKey<T>(), std::move(module), std::move(name),
         std::make_shared<const PyConverter<T>>(std::move(converter))});
  }

  // Whether `value` is an object of a class that is registered for T. Read may fail nevertheless.
  template <typename T>
  bool Holds(const PyValue& value) const {
    const ClassName of = ClassOf(value);
    return Find(TypeKey<T>(), &of) != nullptr;
  }

  // The C++ value of an object. kInvalidArgument as a TypeError if it is of a class that is not
  // registered for T ("expected decimal.Decimal, got int"); kFailedPrecondition if none is;
  // otherwise the converter's errors ("datetime.date: month must be in 1..12, not 13").
  template <typename T>
  absl::StatusOr<T> Read(const PyValue& value) const {
    const ClassName of = ClassOf(value);
    const Entry* entry = Find(TypeKey<T>(), &of);
    if (entry == nullptr) return Unexpected(TypeKey<T>(), value);
    absl::StatusOr<T> read = ConverterOf<T>(*entry).read(PartsOf(value));
    if (!read.ok()) return WithClass(*entry, read.status());
    return read;
  }

  // The object for Pickle. kFailedPrecondition if no class is registered for T; otherwise the
  // converter's errors.
  template <typename T>
  absl::StatusOr<PyValue> Write(const T& value) const {
    const Entry* entry = Find(TypeKey<T>(), nullptr);
    if (entry == nullptr) return NotRegistered();
    absl::StatusOr<PyObjectParts> parts = ConverterOf<T>(*entry).write(value);
    if (!parts.ok()) return WithClass(*entry, parts.status());
    return ObjectOf(*entry, *std::move(parts));
  }

 private:
  struct ClassName {
    std::string module;
    std::string name;
  };
  struct Entry {
    const void* type;
    std::string module;
    std::string name;
    std::shared_ptr<const void> converter;  // a PyConverter of the type
  };

  // Another address for each type. Not constant, so that linkers do not fold them.
  template <typename T>
  static const void* TypeKey() {
    static char key = 0;
    return &key;
  }
  template <typename T>
  static const PyConverter<T>& ConverterOf(const Entry& entry) {
    return *static_cast<const PyConverter<T>*>(entry.converter.get());
  }
  // Empty if it is no object, or one without a class.
  static ClassName ClassOf(const PyValue& value);
  static PyObjectParts PartsOf(const PyValue& value);
  static PyValue ObjectOf(const Entry& entry, PyObjectParts parts);
  static absl::Status WithClass(const Entry& entry, const absl::Status& status);
  static absl::Status NotRegistered();

  void Add(Entry entry);
  // The last one of the type and, if `of` is not null, of the class.
  const Entry* Find(const void* type, const ClassName* of) const;
  absl::Status Unexpected(const void* type, const PyValue& value) const;

  std::vector<Entry> entries_;
};

}  // namespace someos::multiprocessing

#endif  // SOMEOS_API_MULTIPROCESSING_CONVERTERS_PY_CONVERTERS_H_
