#include "someos/api/multiprocessing/connection/address.h"

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/multiprocessing/value/py_value.h"
#include "someos/testing/python_says.h"
#include "someos/testing/status_matchers.h"

namespace someos::multiprocessing {
namespace {

std::string Read(const PyValue& value) {
  const absl::StatusOr<Address> address = Address::FromPython(value);
  return address.ok() ? std::string(NameOf(address->family())) + " " + address->ToString()
                      : Says(address.status());
}

PyValue Pair(PyValue host, PyValue port) { return PyValue::Tuple({host, port}); }

TEST(AddressTest, TypesAreThoseOfPython) {
  EXPECT_EQ(Read(Pair(PyValue::Str("localhost"), PyValue(5000))), "AF_INET ('localhost', 5000)");
  EXPECT_EQ(Read(PyValue::Str("/tmp/socket")), "AF_UNIX '/tmp/socket'");
  EXPECT_EQ(Read(PyValue::Str({"\0name", 5})), "AF_UNIX b'\\x00name'");
  EXPECT_EQ(Read(PyValue::Bytes({"\0name", 5})), "AF_UNIX b'\\x00name'");
}

TEST(AddressTest, WhatIsNoAddress) {
  EXPECT_EQ(Read(PyValue(5)), "ValueError: address type of 5 unrecognized");
  EXPECT_EQ(Read(PyValue::Bytes("name")), "ValueError: address type of b'name' unrecognized");
  EXPECT_EQ(Read(PyValue::Str("\\\\.\\pipe\\name")),
            "ValueError: Family AF_PIPE is not recognized.");
  EXPECT_EQ(Read(PyValue::Tuple({PyValue::Str("::1"), PyValue(1), PyValue(0), PyValue(0)})),
            "TypeError: AF_INET address must be a pair (host, port)");
  EXPECT_EQ(Read(Pair(PyValue(1), PyValue(1))), "TypeError: expected str, got int");
  EXPECT_EQ(Read(Pair(PyValue::Str(""), PyValue::Str("1"))), "TypeError: expected int, got str");
  for (const int64_t port : {int64_t{-1}, int64_t{65536}, INT64_MAX}) {
    EXPECT_EQ(Read(Pair(PyValue::Str(""), PyValue(port))), "OverflowError: port must be 0-65535.");
  }
}

TEST(AddressTest, PartsAndEquality) {
  const Address inet = Address::Inet("localhost", 65535);
  EXPECT_EQ(inet.family(), Family::kInet);
  EXPECT_EQ(inet.host(), "localhost");
  EXPECT_EQ(inet.port(), 65535);
  EXPECT_EQ(Address::FromPython(inet.ToPython()).value(), inet);
  EXPECT_NE(inet, Address::Inet6("localhost", 65535));
  EXPECT_NE(inet, Address::Inet("localhost", 65534));
  EXPECT_TRUE(Address::Unix({"\0", 1}).is_abstract());
  EXPECT_FALSE(Address::Unix("").is_abstract());
  EXPECT_FALSE(Address::Unix("/").is_abstract());
  EXPECT_EQ(NameOf(Family::kInet6), "AF_INET6");
}

}  // namespace
}  // namespace someos::multiprocessing
