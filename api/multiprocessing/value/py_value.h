// A value of Python, for programs that exchange values with Python's processes.

#ifndef SOMEOS_API_MULTIPROCESSING_VALUE_PY_VALUE_H_
#define SOMEOS_API_MULTIPROCESSING_VALUE_PY_VALUE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "someos/api/multiprocessing/value/py_kind.h"
#include "someos/api/multiprocessing/value/py_node.h"

namespace someos::multiprocessing {

// How an instance is made: callable(*args), callable.__new__(callable, *args) or the same with
// keyword arguments; kOldStyle is Python 2.7's instance of a class without a base.
enum class PyConstruction : uint8_t { kCall, kNew, kNewWithKeywords, kOldStyle };

struct PyObjectParts;

// None, bool, int of any size, float, str, bytes, bytearray, tuple, list, dict, set, frozenset; a
// global, which is a name and never code; an object, which is a record of how Python would make it.
//
// Immutable: copies share, cost the same whatever the size, and may be used by any threads. Values
// contain no cycles. Views (string_view, Span) are valid as long as the value or a copy is.
//
// Accessors of another type than the value's fail with a TypeError (kInvalidArgument with
// kTypeErrorPayload): "expected int, got str".
class PyValue {
 public:
  PyValue() = default;  // None
  explicit PyValue(bool value) : kind_(PyKind::kBool) { scalar_.integer = value ? 1 : 0; }
  explicit PyValue(int value) : PyValue(static_cast<int64_t>(value)) {}
  explicit PyValue(int64_t value) : kind_(PyKind::kInt) { scalar_.integer = value; }
  template <typename T>
  explicit PyValue(T* pointer) = delete;  // would be a bool; text is Str() or Bytes()
  explicit PyValue(double value) : kind_(PyKind::kFloat) { scalar_.real = value; }
  PyValue(const PyValue& other) : kind_(other.kind_), node_(other.node_), scalar_(other.scalar_) {
    if (node_) internal::Retain(scalar_.node);
  }
  PyValue(PyValue&& other) noexcept
      : kind_(other.kind_), node_(other.node_), scalar_(other.scalar_) {
    other.Forget();
  }
  PyValue& operator=(PyValue other) noexcept {
    std::swap(kind_, other.kind_);
    std::swap(node_, other.node_);
    std::swap(scalar_, other.scalar_);
    return *this;
  }
  ~PyValue() {
    if (node_) internal::Release(scalar_.node);
  }

  // A str. `utf8` is UTF-8; surrogates are allowed, as "surrogatepass" writes them. If it is
  // something else, Pickle refuses the value.
  static PyValue Str(absl::string_view utf8);
  static PyValue Bytes(absl::string_view bytes);
  static PyValue ByteArray(absl::string_view bytes);
  static PyValue Tuple(std::vector<PyValue> items);
  static PyValue List(std::vector<PyValue> items);
  // Of equal keys the last one's value counts, of equal items the first one. A TypeError
  // ("unhashable type: 'list'") if a key or an item is or contains a list, dict, set or bytearray.
  static absl::StatusOr<PyValue> Dict(std::vector<std::pair<PyValue, PyValue>> entries);
  static absl::StatusOr<PyValue> Set(std::vector<PyValue> items);
  static absl::StatusOr<PyValue> FrozenSet(std::vector<PyValue> items);
  // An int from its two's complement, little endian, as Python's int.from_bytes; empty is 0.
  static PyValue IntFromBytes(absl::string_view bytes);
  // An int from an optional sign and decimal digits, at most 4300 of them as in Python.
  // kInvalidArgument (ValueError) otherwise.
  static absl::StatusOr<PyValue> IntFromDecimal(absl::string_view digits);
  // A class or function, by Python 3's names: ("collections", "OrderedDict").
  static PyValue Global(absl::string_view module, absl::string_view name);
  static PyValue Object(PyObjectParts parts);

  PyKind kind() const { return kind_; }
  bool is_none() const { return kind_ == PyKind::kNone; }

  absl::StatusOr<bool> AsBool() const;
  // Also True and False, as in Python. kOutOfRange (OverflowError): it does not fit.
  absl::StatusOr<int64_t> AsInt() const;
  // An int of any size: the shortest two's complement, little endian.
  absl::StatusOr<std::string> AsIntBytes() const;
  absl::StatusOr<double> AsFloat() const;
  absl::StatusOr<absl::string_view> AsStr() const;
  absl::StatusOr<absl::string_view> AsBytes() const;  // of bytes or bytearray
  // Of a tuple, list, set or frozenset.
  absl::StatusOr<absl::Span<const PyValue>> AsItems() const;
  // A dict's keys and values in turn, in its order: key, value, key, value.
  absl::StatusOr<absl::Span<const PyValue>> AsDictEntries() const;
  // A dict's value. kNotFound (KeyError) with the key as text.
  absl::StatusOr<PyValue> Get(const PyValue& key) const;
  absl::StatusOr<PyValue> Get(absl::string_view key) const { return Get(Str(key)); }
  absl::StatusOr<bool> Contains(const PyValue& item) const;  // in a dict, set or frozenset

  absl::StatusOr<absl::string_view> GlobalModule() const;
  absl::StatusOr<absl::string_view> GlobalName() const;
  absl::StatusOr<PyObjectParts> AsObject() const;

  // The same for copies of a value that share its text or items, to walk shared parts once; null
  // for None, bool, float and int64_t.
  const void* identity() const { return node_ ? scalar_.node : nullptr; }

  // Levels of values, at most UINT32_MAX: 1 for a number or [], 2 for [1] and [[]].
  uint32_t depth() const { return node_ ? scalar_.node->depth : 1; }

  // As Python's repr, with "..." at the end if it would be longer than `limit` bytes. Ints of more
  // than 4300 digits are hexadecimal. A global is "<global collections.OrderedDict>", an object
  // "<<global datetime.date> called with (b'\x07\xe3\x01\x01',)>" with its state and items if it
  // has any.
  std::string ToString(size_t limit = size_t{1} << 20) const;

  // As Python's ==: 1 == 1.0 == True, bytes equal bytearrays, sets frozensets, NaN nothing. Objects
  // are equal if their parts are.
  friend bool operator==(const PyValue& a, const PyValue& b);
  friend bool operator!=(const PyValue& a, const PyValue& b) { return !(a == b); }

 private:
  friend class PyValueAccess;

  void Forget() {
    kind_ = PyKind::kNone;
    node_ = false;
    scalar_.integer = 0;
  }

  union Scalar {
    int64_t integer;
    double real;
    internal::Node* node;
  };
  PyKind kind_ = PyKind::kNone;
  bool node_ = false;  // scalar_ is a counted reference
  Scalar scalar_ = {0};
};

// What an object consists of. Nothing of it is ever called.
struct PyObjectParts {
  PyConstruction construction = PyConstruction::kCall;
  PyValue callable;     // mostly a global
  PyValue args;         // a tuple
  PyValue kwargs = {};  // a dict, for kNewWithKeywords
  bool has_state = false;
  PyValue state = {};       // for __setstate__
  PyValue list_items = {};  // a list for extend(), or None
  PyValue dict_items = {};  // a dict whose items are set one by one, or None
};

}  // namespace someos::multiprocessing

#endif  // SOMEOS_API_MULTIPROCESSING_VALUE_PY_VALUE_H_
