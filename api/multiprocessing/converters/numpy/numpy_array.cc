#include "someos/api/multiprocessing/converters/numpy/numpy_array.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "someos/api/errno_status.h"
#include "someos/api/multiprocessing/value/py_kind.h"
#include "someos/api/multiprocessing/value/py_value.h"
#include "someos/api/python_error.h"

namespace someos::multiprocessing {
namespace {

using Values = absl::Span<const PyValue>;

absl::Status Invalid(absl::string_view message) {
  return PlainStatus(absl::StatusCode::kInvalidArgument, message);
}

// The items of a tuple of at least so many.
absl::StatusOr<Values> TupleOf(const PyValue& value, size_t at_least, absl::string_view what) {
  if (value.kind() == PyKind::kTuple && value.AsItems()->size() >= at_least) {
    return *value.AsItems();
  }
  return Invalid(absl::StrCat(what, " must be a tuple of ", at_least, " or more"));
}

// Bytes, as which an ASCII str of Python 2 may have been read.
absl::StatusOr<std::string> BytesOf(const PyValue& value) {
  const absl::StatusOr<absl::string_view> bytes =
      value.kind() == PyKind::kStr ? value.AsStr() : value.AsBytes();
  if (!bytes.ok()) return bytes.status();
  return std::string(*bytes);
}

// Whether it is the name of a type of plain numbers: "i4".
bool IsPlain(absl::string_view name) {
  for (const absl::string_view plain :
       {"b1", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8"}) {
    if (name == plain) return true;
  }
  return false;
}

std::string NameOf(const NumpyType& type) {
  return absl::StrCat(absl::string_view(&type.kind, 1), type.size);
}

absl::Status NotPlain(absl::string_view name) {
  return PythonTypeError(
      absl::StrCat("the dtype ", PyValue::Str(name).ToString(100), " is not of plain numbers"));
}

// dtype('i4', False, True) with the state (3, '<', None, None, None, -1, -1, 0).
absl::StatusOr<NumpyType> TypeOf(const PyValue& value) {
  const absl::StatusOr<PyObjectParts> parts = value.AsObject();
  if (!parts.ok() || parts->callable != PyValue::Global("numpy", "dtype")) {
    return PythonTypeError("expected numpy.dtype");
  }
  const absl::StatusOr<Values> args = TupleOf(parts->args, 1, "the arguments of numpy.dtype");
  if (!args.ok()) return args.status();
  const absl::StatusOr<std::string> name = BytesOf((*args)[0]);
  const absl::StatusOr<Values> state = TupleOf(parts->state, 5, "the state of numpy.dtype");
  if (!name.ok()) return name.status();
  if (!state.ok()) return state.status();
  const absl::StatusOr<std::string> order = BytesOf((*state)[1]);
  if (!order.ok()) return order.status();
  if (!IsPlain(*name) || !(*state)[2].is_none()) return NotPlain(*name);
  const NumpyType type = {(*name)[0], (*name)[1] - '0', *order == ">"};
  // "=" is the order of a machine that is not known here.
  if (type.size > 1 && *order != "<" && *order != ">") {
    return PythonTypeError(absl::StrCat("the byte order ", PyValue::Str(*order).ToString(100),
                                        " of numpy.dtype is neither '<' nor '>'"));
  }
  return type;
}

// The bytes that an array of the shape has; an error if there are as many as no memory holds.
absl::StatusOr<uint64_t> SizeOf(const NumpyType& type, const std::vector<int64_t>& shape) {
  constexpr uint64_t kMost = uint64_t{1} << 48;
  uint64_t size = type.size;
  for (const int64_t length : shape) {
    if (length < 0) return Invalid("a negative length in the shape");
    const auto times = static_cast<uint64_t>(length);
    if (times != 0 && size > kMost / times) return Invalid("a shape of too many items");
    size *= times;
  }
  return size;
}

absl::Status Check(const NumpyArray& array) {
  if (!IsPlain(NameOf(array.type))) return NotPlain(NameOf(array.type));
  const absl::StatusOr<uint64_t> size = SizeOf(array.type, array.shape);
  if (!size.ok()) return size.status();
  if (array.bytes.size() == *size) return absl::OkStatus();
  return Invalid(absl::StrCat(array.bytes.size(), " bytes instead of ", *size));
}

absl::StatusOr<NumpyArray> ArrayOf(const PyValue& type, const PyValue& shape, bool fortran_order,
                                   const PyValue& bytes) {
  absl::StatusOr<NumpyType> item = TypeOf(type);
  if (!item.ok()) return item.status();
  const absl::StatusOr<Values> lengths = TupleOf(shape, 0, "the shape");
  if (!lengths.ok()) return lengths.status();
  absl::StatusOr<std::string> items = BytesOf(bytes);
  if (!items.ok()) return items.status();
  NumpyArray array = {*item, {}, fortran_order, *std::move(items)};
  for (const PyValue& length : *lengths) {
    const absl::StatusOr<int64_t> number = length.AsInt();
    if (!number.ok()) return number.status();
    array.shape.push_back(*number);
  }
  if (absl::Status status = Check(array); !status.ok()) return status;
  return array;
}

// _reconstruct(ndarray, (0,), b'b') with the state (1, shape, dtype, is it Fortran's order, bytes).
absl::StatusOr<NumpyArray> ReadReconstructed(const PyObjectParts& parts) {
  const absl::StatusOr<Values> state = TupleOf(parts.state, 5, "the state");
  if (!state.ok()) return state.status();
  const absl::StatusOr<bool> fortran_order = (*state)[3].AsBool();
  if (!fortran_order.ok()) return fortran_order.status();
  return ArrayOf((*state)[2], (*state)[1], *fortran_order, (*state)[4]);
}

// _frombuffer(bytes, dtype, shape, 'C' or 'F'): protocol 5.
absl::StatusOr<NumpyArray> ReadFromBuffer(const PyObjectParts& parts) {
  const absl::StatusOr<Values> args = TupleOf(parts.args, 4, "the arguments");
  if (!args.ok()) return args.status();
  const absl::StatusOr<absl::string_view> order = (*args)[3].AsStr();
  if (!order.ok()) return order.status();
  return ArrayOf((*args)[1], (*args)[2], *order == "F", (*args)[0]);
}

// scalar(dtype, bytes).
absl::StatusOr<NumpyArray> ReadScalar(const PyObjectParts& parts) {
  const absl::StatusOr<Values> args = TupleOf(parts.args, 2, "the arguments");
  if (!args.ok()) return args.status();
  return ArrayOf((*args)[0], PyValue::Tuple({}), false, (*args)[1]);
}

PyValue TypeValue(const NumpyType& type) {
  PyObjectParts parts;
  parts.callable = PyValue::Global("numpy", "dtype");
  parts.args = PyValue::Tuple({PyValue::Str(NameOf(type)), PyValue(false), PyValue(true)});
  const char* order = type.size == 1 ? "|" : type.big_endian ? ">" : "<";
  parts.has_state = true;
  parts.state = PyValue::Tuple({PyValue(3), PyValue::Str(order), PyValue(), PyValue(), PyValue(),
                                PyValue(-1), PyValue(-1), PyValue(0)});
  return PyValue::Object(std::move(parts));
}

absl::StatusOr<PyObjectParts> WriteArray(const NumpyArray& array) {
  if (absl::Status status = Check(array); !status.ok()) return status;
  std::vector<PyValue> shape;
  for (const int64_t length : array.shape) shape.emplace_back(length);
  PyObjectParts parts;
  parts.args = PyValue::Tuple(
      {PyValue::Global("numpy", "ndarray"), PyValue::Tuple({PyValue(0)}), PyValue::Bytes("b")});
  parts.has_state = true;
  parts.state = PyValue::Tuple({PyValue(1), PyValue::Tuple(std::move(shape)), TypeValue(array.type),
                                PyValue(array.fortran_order), PyValue::Bytes(array.bytes)});
  return parts;
}

}  // namespace

void RegisterNumpyArrays(PyConverters& converters) {
  // numpy 2 has moved its modules, and knows the former names. The last of these is written.
  for (const std::string core : {"numpy._core", "numpy.core"}) {
    converters.Register<NumpyArray>({core + ".multiarray", "scalar", ReadScalar, WriteArray});
    converters.Register<NumpyArray>({core + ".numeric", "_frombuffer", ReadFromBuffer, WriteArray});
    converters.Register<NumpyArray>(
        {core + ".multiarray", "_reconstruct", ReadReconstructed, WriteArray});
  }
}

}  // namespace someos::multiprocessing
