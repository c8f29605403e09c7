#include "someos/api/multiprocessing/converters/py_converters.h"

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/multiprocessing/pickle/pickle.h"
#include "someos/api/multiprocessing/pickle/unpickle.h"
#include "someos/api/multiprocessing/value/py_value.h"
#include "someos/api/python_error.h"
#include "someos/testing/status_matchers.h"

namespace someos::multiprocessing {
namespace {

struct Point {
  int64_t x;
  int64_t y;
};

// class Point: self.x, self.y
absl::StatusOr<Point> ReadPoint(const PyObjectParts& parts) {
  const absl::StatusOr<PyValue> x = parts.state.Get("x");
  if (!x.ok()) return x.status();
  const absl::StatusOr<PyValue> y = parts.state.Get("y");
  if (!y.ok()) return y.status();
  if (!x->AsInt().ok()) return x->AsInt().status();
  if (!y->AsInt().ok()) return y->AsInt().status();
  return Point{*x->AsInt(), *y->AsInt()};
}

absl::StatusOr<PyObjectParts> WritePoint(const Point& point) {
  absl::StatusOr<PyValue> state =
      PyValue::Dict({{PyValue::Str("x"), PyValue(point.x)}, {PyValue::Str("y"), PyValue(point.y)}});
  if (!state.ok()) return state.status();
  PyObjectParts parts;
  parts.construction = PyConstruction::kNew;
  parts.args = PyValue::Tuple({});
  parts.has_state = true;
  parts.state = *state;
  return parts;
}

PyConverters WithPoint() {
  PyConverters converters;
  converters.Register<Point>({"geometry", "Point", ReadPoint, WritePoint});
  return converters;
}

PyValue PointOf(PyValue x) {
  PyObjectParts parts = *WritePoint({1, 2});
  parts.callable = PyValue::Global("geometry", "Point");
  parts.state = *PyValue::Dict({{PyValue::Str("x"), x}});
  return PyValue::Object(parts);
}

TEST(PyConvertersTest, AnObjectIsReadAndWritten) {
  const PyConverters converters = WithPoint();
  const absl::StatusOr<PyValue> written = converters.Write(Point{3, -4});
  ASSERT_THAT(written, Succeeds());
  const absl::StatusOr<std::string> pickle = Pickle(*written);
  ASSERT_THAT(pickle, Succeeds());
  const absl::StatusOr<PyValue> value = Unpickle(*pickle);
  ASSERT_THAT(value, Succeeds());
  EXPECT_TRUE(converters.Holds<Point>(*value));
  const absl::StatusOr<Point> point = converters.Read<Point>(*value);
  ASSERT_THAT(point, Succeeds());
  EXPECT_EQ(point->x, 3);
  EXPECT_EQ(point->y, -4);
}

TEST(PyConvertersTest, ProtocolsZeroAndOneMakeTheSameObject) {
  // Python 2's pickle.dumps(Point(), 0) with x = 1 and y = 2.
  const absl::StatusOr<PyValue> value = Unpickle(
      "ccopy_reg\n_reconstructor\n(cgeometry\nPoint\nc__builtin__\nobject\nNtR(dS'x'\nI1\n"
      "sS'y'\nI2\nsb.");
  ASSERT_THAT(value, Succeeds());
  const absl::StatusOr<Point> point = WithPoint().Read<Point>(*value);
  ASSERT_THAT(point, Succeeds());
  EXPECT_EQ(point->y, 2);
}

TEST(PyConvertersTest, AnotherClassIsATypeError) {
  const PyConverters converters = WithPoint();
  const absl::StatusOr<Point> of_int = converters.Read<Point>(PyValue(1));
  EXPECT_THAT(of_int, FailsWithCode(absl::StatusCode::kInvalidArgument,
                                    "expected geometry.Point, got int"));
  EXPECT_EQ(PythonErrorOf(of_int.status()), PythonError::kTypeError);
  EXPECT_FALSE(converters.Holds<Point>(PyValue(1)));
  PyObjectParts other;
  other.callable = PyValue::Global("geometry", "Line");
  other.args = PyValue::Tuple({});
  EXPECT_THAT(converters.Read<Point>(PyValue::Object(other)),
              FailsWithCode(absl::StatusCode::kInvalidArgument,
                            "expected geometry.Point, got geometry.Line"));
}

TEST(PyConvertersTest, ErrorsNameTheClassAndKeepTheirKind) {
  const PyConverters converters = WithPoint();
  const absl::StatusOr<Point> incomplete = converters.Read<Point>(PointOf(PyValue(1)));
  EXPECT_THAT(incomplete, FailsWithCode(absl::StatusCode::kNotFound, "geometry.Point: 'y'"));
  PyConverters strict;
  strict.Register<Point>({"geometry", "Point",
                          [](const PyObjectParts& parts) -> absl::StatusOr<Point> {
                            return parts.args.AsInt().status();
                          },
                          WritePoint});
  const absl::StatusOr<Point> wrong = strict.Read<Point>(PointOf(PyValue(1)));
  EXPECT_THAT(wrong, FailsWithCode(absl::StatusCode::kInvalidArgument,
                                   "geometry.Point: expected int, got tuple"));
  EXPECT_EQ(PythonErrorOf(wrong.status()), PythonError::kTypeError);
}

TEST(PyConvertersTest, WithoutARegistrationNothingIsConverted) {
  const PyConverters converters;
  EXPECT_THAT(converters.Write(Point{1, 2}),
              FailsWithCode(absl::StatusCode::kFailedPrecondition, "no class of Python"));
  EXPECT_THAT(converters.Read<Point>(PyValue(1)),
              FailsWithCode(absl::StatusCode::kFailedPrecondition, "no class of Python"));
}

TEST(PyConvertersTest, ATypeMayHaveSeveralClassesAndTheLastOneIsWritten) {
  PyConverters converters = WithPoint();
  const PyConverters before = converters;
  converters.Register<Point>({"geometry.v2", "Point", ReadPoint, WritePoint});
  const absl::StatusOr<PyValue> second = converters.Write(Point{1, 2});
  const absl::StatusOr<PyValue> first = before.Write(Point{1, 2});
  ASSERT_THAT(first, Succeeds());
  ASSERT_THAT(second, Succeeds());
  EXPECT_EQ(*second->AsObject()->callable.GlobalModule(), "geometry.v2");
  EXPECT_EQ(*first->AsObject()->callable.GlobalModule(), "geometry");
  EXPECT_THAT(converters.Read<Point>(*first), Succeeds());
  EXPECT_THAT(converters.Read<Point>(*second), Succeeds());
  EXPECT_FALSE(before.Holds<Point>(*second));
  EXPECT_THAT(converters.Read<Point>(PyValue(1)),
              FailsWithCode(absl::StatusCode::kInvalidArgument,
                            "expected geometry.Point or geometry.v2.Point, got int"));
}

TEST(PyConvertersTest, TheSameClassAgainReplaces) {
  PyConverters converters = WithPoint();
  converters.Register<Point>(
      {"geometry", "Point",
       [](const PyObjectParts&) -> absl::StatusOr<Point> { return Point{7, 7}; }, WritePoint});
  EXPECT_EQ(converters.Read<Point>(PointOf(PyValue(1)))->x, 7);
  EXPECT_THAT(
      converters.Read<Point>(PyValue(1)),
      FailsWithCode(absl::StatusCode::kInvalidArgument, "expected geometry.Point, got int"));
}

}  // namespace
}  // namespace someos::multiprocessing
