// Arrays that numpy has pickled (recorded/numpy_arrays.txt), and what is no plain array.

#include "someos/api/multiprocessing/converters/numpy/numpy_array.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/multiprocessing/converters/py_converters.h"
#include "someos/api/multiprocessing/pickle/pickle.h"
#include "someos/api/multiprocessing/pickle/recorded_pickles.h"
#include "someos/api/multiprocessing/pickle/unpickle.h"
#include "someos/api/multiprocessing/value/py_value.h"
#include "someos/testing/status_matchers.h"

namespace someos::multiprocessing {
namespace {

PyConverters Converters() {
  PyConverters converters;
  RegisterNumpyArrays(converters);
  return converters;
}

template <typename T>
T ScalarOf(const std::string& bytes) {
  T value;
  std::memcpy(&value, bytes.data(), sizeof(value));
  return value;
}

// An item, little endian.
PyValue ItemOf(const NumpyType& type, const std::string& bytes) {
  switch (type.kind) {
    case 'b':
      return PyValue(bytes[0] != 0);
    case 'i':
      return PyValue::IntFromBytes(bytes);
    case 'u':
      return PyValue::IntFromBytes(bytes + std::string(1, '\0'));
    default:
      return PyValue(type.size == 4 ? static_cast<double>(ScalarOf<float>(bytes))
                                    : ScalarOf<double>(bytes));
  }
}

// The items in C's order of a matrix that is in Fortran's order.
size_t PlaceOf(const NumpyArray& array, size_t item) {
  if (!array.fortran_order || array.shape.size() != 2) return item;
  const auto rows = static_cast<size_t>(array.shape[0]);
  const auto columns = static_cast<size_t>(array.shape[1]);
  return item / columns + item % columns * rows;
}

// As recorded/numpy_arrays.py writes it.
std::string TextOf(const NumpyArray& array) {
  const NumpyType& type = array.type;
  std::vector<PyValue> items;
  for (size_t i = 0; i < array.bytes.size() / type.size; ++i) {
    std::string bytes = array.bytes.substr(PlaceOf(array, i) * type.size, type.size);
    if (type.big_endian) std::reverse(bytes.begin(), bytes.end());
    items.push_back(ItemOf(type, bytes));
  }
  return absl::StrCat(type.size == 1    ? "|"
                      : type.big_endian ? ">"
                                        : "<",
                      std::string(1, type.kind), type.size, " [", absl::StrJoin(array.shape, ", "),
                      "] ", PyValue::List(std::move(items)).ToString());
}

absl::StatusOr<NumpyArray> Read(absl::string_view pickle) {
  const absl::StatusOr<PyValue> value = Unpickle(pickle);
  if (!value.ok()) return value.status();
  return Converters().Read<NumpyArray>(*value);
}

TEST(NumpyArrayTest, WhatNumpyHasPickledIsReadAndTheSameAfterItIsWritten) {
  const std::vector<RecordedPickle> all = ReadRecorded(std::getenv("RECORDED"));
  EXPECT_EQ(all.size(), 168);
  for (const RecordedPickle& recorded : all) {
    const absl::StatusOr<NumpyArray> array = Read(recorded.pickle);
    ASSERT_THAT(array, Succeeds()) << recorded.who << " " << recorded.text;
    EXPECT_EQ(TextOf(*array), recorded.text) << recorded.who;
    const absl::StatusOr<PyValue> written = Converters().Write(*array);
    ASSERT_THAT(written, Succeeds());
    for (const PickleDialect dialect : {PickleDialect::kAll, PickleDialect::kPython3}) {
      const absl::StatusOr<NumpyArray> again = Read(*Pickle(*written, {dialect}));
      ASSERT_THAT(again, Succeeds());
      EXPECT_EQ(TextOf(*again), recorded.text) << recorded.who;
    }
  }
}

// The object that numpy 1.24 makes of such an array in its pickles.
TEST(NumpyArrayTest, IsWrittenAsNumpyDoesIt) {
  const NumpyArray array = {{'i', 2, false}, {2}, false, std::string("\1\0\2\0", 4)};
  const absl::StatusOr<PyValue> written = Converters().Write(array);
  ASSERT_THAT(written, Succeeds());
  EXPECT_EQ(written->ToString(),
            "<<global numpy.core.multiarray._reconstruct> called with (<global numpy.ndarray>, "
            "(0,), b'b'), state (1, (2,), <<global numpy.dtype> called with ('i2', False, True), "
            "state (3, '<', None, None, None, -1, -1, 0)>, False, b'\\x01\\x00\\x02\\x00')>");
}

// The state of an array, with what is to be tried.
PyValue Array(const PyValue& shape, const std::string& type, const PyValue& bytes,
              const std::string& byte_order = "<") {
  PyObjectParts dtype;
  dtype.callable = PyValue::Global("numpy", "dtype");
  dtype.args = PyValue::Tuple({PyValue::Str(type)});
  dtype.has_state = true;
  dtype.state = PyValue::Tuple(
      {PyValue(3), PyValue::Str(byte_order), PyValue(), PyValue(), PyValue(), PyValue(-1)});
  PyObjectParts parts;
  parts.callable = PyValue::Global("numpy.core.multiarray", "_reconstruct");
  parts.args = PyValue::Tuple({});
  parts.has_state = true;
  parts.state = PyValue::Tuple({PyValue(1), shape, PyValue::Object(dtype), PyValue(false), bytes});
  return PyValue::Object(parts);
}

TEST(NumpyArrayTest, WhatIsNoPlainArrayIsRefused) {
  const PyValue one = PyValue::Tuple({PyValue(1)});
  const PyValue none = PyValue::Bytes("");
  const auto fails = [](const char* message) {
    return FailsWithCode(absl::StatusCode::kInvalidArgument, message);
  };
  const PyConverters converters = Converters();
  EXPECT_THAT(converters.Read<NumpyArray>(Array(one, "O8", PyValue::List({PyValue(1)}))),
              fails("numpy.core.multiarray._reconstruct: the dtype 'O8' is not of plain numbers"));
  for (const char* type : {"U3", "M8", "V4", "c16", "", "i3"}) {
    EXPECT_THAT(converters.Read<NumpyArray>(Array(one, type, none)),
                fails("numpy.core.multiarray._reconstruct: the dtype"));
  }
  // Of which machine?
  for (const char* order : {"=", "|", "", "<>"}) {
    EXPECT_THAT(converters.Read<NumpyArray>(Array(one, "i2", PyValue::Bytes("ab"), order)),
                fails("numpy.core.multiarray._reconstruct: the byte order"));
  }
  EXPECT_THAT(converters.Read<NumpyArray>(Array(one, "i1", PyValue::Bytes("a"), "=")), Succeeds());
  EXPECT_THAT(converters.Read<NumpyArray>(Array(one, "i4", none)),
              fails("numpy.core.multiarray._reconstruct: 0 bytes instead of 4"));
  EXPECT_THAT(converters.Read<NumpyArray>(Array(PyValue::Tuple({PyValue(-1)}), "i4", none)),
              fails("numpy.core.multiarray._reconstruct: a negative length"));
  const PyValue huge = PyValue(int64_t{1} << 40);
  EXPECT_THAT(converters.Read<NumpyArray>(Array(PyValue::Tuple({huge, huge}), "i4", none)),
              fails("numpy.core.multiarray._reconstruct: a shape of too many items"));
  EXPECT_THAT(converters.Read<NumpyArray>(Array(PyValue(), "i4", none)),
              fails("numpy.core.multiarray._reconstruct: the shape must be a tuple"));
  for (const int size : {-1, 0, 3, 16}) {
    EXPECT_THAT(converters.Write(NumpyArray{{'f', size, false}, {1}, false, ""}),
                fails("numpy.core.multiarray._reconstruct: the dtype"));
  }
  EXPECT_THAT(converters.Write(NumpyArray{{'i', 4, false}, {3}, false, "1234"}),
              fails("numpy.core.multiarray._reconstruct: 4 bytes instead of 12"));
}

}  // namespace
}  // namespace someos::multiprocessing
