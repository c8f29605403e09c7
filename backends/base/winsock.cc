#include "someos/backends/base/winsock.h"

#include <algorithm>
#include <cerrno>
#include <iterator>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "someos/api/errno_status.h"

namespace someos::base {
namespace {

struct Error {
  int number;
  int posix;
  const char* name;
};

constexpr Error kErrors[] = {
    {WSAEINTR, EINTR, "WSAEINTR"},
    {WSAEBADF, EBADF, "WSAEBADF"},
    {WSAEACCES, EACCES, "WSAEACCES"},
    {WSAEFAULT, EFAULT, "WSAEFAULT"},
    {WSAEINVAL, EINVAL, "WSAEINVAL"},
    {WSAEMFILE, EMFILE, "WSAEMFILE"},
    {WSAEWOULDBLOCK, EAGAIN, "WSAEWOULDBLOCK"},
    {WSAEINPROGRESS, EINPROGRESS, "WSAEINPROGRESS"},
    {WSAENOTSOCK, EBADF, "WSAENOTSOCK"},
    {WSAENOPROTOOPT, ENOPROTOOPT, "WSAENOPROTOOPT"},
    {WSAEOPNOTSUPP, EOPNOTSUPP, "WSAEOPNOTSUPP"},
    {WSAEADDRINUSE, EADDRINUSE, "WSAEADDRINUSE"},
    {WSAEADDRNOTAVAIL, EADDRNOTAVAIL, "WSAEADDRNOTAVAIL"},
    {WSAENETDOWN, ENETDOWN, "WSAENETDOWN"},
    {WSAENETUNREACH, ENETUNREACH, "WSAENETUNREACH"},
    {WSAENETRESET, ECONNRESET, "WSAENETRESET"},
    {WSAECONNABORTED, ECONNABORTED, "WSAECONNABORTED"},
    {WSAECONNRESET, ECONNRESET, "WSAECONNRESET"},
    {WSAENOBUFS, ENOMEM, "WSAENOBUFS"},
    {WSAENOTCONN, ENOTCONN, "WSAENOTCONN"},
    {WSAESHUTDOWN, EPIPE, "WSAESHUTDOWN"},
    {WSAETIMEDOUT, ETIMEDOUT, "WSAETIMEDOUT"},
    {WSAECONNREFUSED, ECONNREFUSED, "WSAECONNREFUSED"},
    {WSAEHOSTUNREACH, EHOSTUNREACH, "WSAEHOSTUNREACH"},
    {WSASYSNOTREADY, ENETDOWN, "WSASYSNOTREADY"},
    {WSANOTINITIALISED, ENETDOWN, "WSANOTINITIALISED"},
};

const Error* FindError(int number) {
  const auto* const found =
      std::find_if(std::begin(kErrors), std::end(kErrors),
                   [&](const Error& error) { return error.number == number; });
  return found == std::end(kErrors) ? nullptr : found;
}

}  // namespace

int StartWinsock() {
  // Never undone: other threads may use sockets until the process ends.
  static const int error = [] {
    WSADATA data;
    return WSAStartup(MAKEWORD(2, 2), &data);
  }();
  return error == 0 ? 0 : ErrnoOfWinsock(error);
}

int ErrnoOfWinsock(int error) {
  const Error* const found = FindError(error);
  return found == nullptr ? EIO : found->posix;
}

absl::Status WinsockError(int error, absl::string_view operation) {
  const Error* const found = FindError(error);
  return ErrnoStatus(
      ErrnoOfWinsock(error),
      absl::StrCat(operation, ": ", found == nullptr ? "Winsock" : found->name, " ", error));
}

}  // namespace someos::base
