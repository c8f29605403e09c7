// Where listeners and clients of multiprocessing meet.

#ifndef SOMEOS_API_MULTIPROCESSING_CONNECTION_ADDRESS_H_
#define SOMEOS_API_MULTIPROCESSING_CONNECTION_ADDRESS_H_

#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "someos/api/multiprocessing/value/py_value.h"

namespace someos::multiprocessing {

// Python's AF_INET, AF_INET6 and AF_UNIX. (AF_PIPE is Windows's.)
enum class Family : uint8_t { kInet, kInet6, kUnix };

// "AF_INET" and so on.
absl::string_view NameOf(Family family);

// A value; equal if its parts are.
class Address {
 public:
  // Python's ("localhost", 5000): a name or a number in text, and a port, 0 for any free one.
  static Address Inet(absl::string_view host, uint16_t port);
  // The same for IPv6, for which Python's Client has no way: "::1". A scope is part of the host:
  // "fe80::1%eth0".
  static Address Inet6(absl::string_view host, uint16_t port);
  // A path; or, on Linux, an abstract name, which begins with a NUL, has no file, and may contain
  // any bytes. An empty one is what a client that is bound to none has as its address.
  static Address Unix(absl::string_view path);

  // Python's address: a tuple of a host and a port, a str, or bytes that begin with a NUL.
  //
  // kInvalidArgument: "address type of 5 unrecognized"; "Family AF_PIPE is not recognized." for a
  // str that begins with two backslashes. TypeError "AF_INET address must be a pair (host, port)".
  // kOutOfRange (OverflowError): "port must be 0-65535.".
  static absl::StatusOr<Address> FromPython(const PyValue& address);
  // The reverse. Python's own address of IPv6 would have four parts; this has two.
  PyValue ToPython() const;

  Family family() const { return family_; }
  absl::string_view host() const { return name_; }  // not of kUnix
  uint16_t port() const { return port_; }           // not of kUnix
  absl::string_view path() const { return name_; }  // of kUnix
  bool is_abstract() const { return family_ == Family::kUnix && !name_.empty() && name_[0] == 0; }

  // As Python's repr: "('localhost', 5000)", "'/tmp/socket'", "b'\x00name'".
  std::string ToString() const { return ToPython().ToString(); }

  friend bool operator==(const Address& a, const Address& b) {
    return a.family_ == b.family_ && a.name_ == b.name_ && a.port_ == b.port_;
  }
  friend bool operator!=(const Address& a, const Address& b) { return !(a == b); }

 private:
  Address(Family family, absl::string_view name, uint16_t port)
      : family_(family), port_(port), name_(name) {}

  Family family_;
  uint16_t port_;
  std::string name_;
};

}  // namespace someos::multiprocessing

#endif  // SOMEOS_API_MULTIPROCESSING_CONNECTION_ADDRESS_H_
