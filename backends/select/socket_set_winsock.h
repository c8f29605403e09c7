// Winsock's fd_set, of any length.

#ifndef SOMEOS_BACKENDS_SELECT_SOCKET_SET_WINSOCK_H_
#define SOMEOS_BACKENDS_SELECT_SOCKET_SET_WINSOCK_H_

#include <winsock2.h>

#include <cstddef>
#include <cstring>
#include <vector>

#include "absl/types/span.h"
#include "someos/backends/base/winsock.h"

namespace someos::select {

// An fd_set is a count with an array of sockets behind it. Winsock reads as many as the count says:
// FD_SETSIZE limits only the type that a program declares.
class SocketSet {
 public:
  void Clear() { words_.resize(1); }
  void Add(int fd) { words_.push_back(base::SocketOf(fd)); }
  bool empty() const { return words_.size() == 1; }

  // For one call of select(), which replaces the sockets by those that are ready; null if there are
  // none.
  fd_set* ForCall() {
    if (empty()) return nullptr;
    const auto count = static_cast<u_int>(words_.size() - 1);
    std::memcpy(words_.data(), &count, sizeof(count));
    return reinterpret_cast<fd_set*>(words_.data());
  }

  // After a call that has found something: the sockets that are ready.
  absl::Span<const SOCKET> Found() const {
    if (empty()) return {};
    u_int count;
    std::memcpy(&count, words_.data(), sizeof(count));
    return absl::MakeConstSpan(words_).subspan(1, count);
  }

 private:
  static_assert(offsetof(fd_set, fd_array) == sizeof(SOCKET));

  std::vector<SOCKET> words_ = std::vector<SOCKET>(1);  // the first one holds the count
};

}  // namespace someos::select

#endif  // SOMEOS_BACKENDS_SELECT_SOCKET_SET_WINSOCK_H_
