// What a process asks of its fork server, and what the server answers.

#ifndef SOMEOS_BACKENDS_PROCESS_FORKSERVER_REQUEST_H_
#define SOMEOS_BACKENDS_PROCESS_FORKSERVER_REQUEST_H_

#include <cstdint>
#include <optional>
#include <type_traits>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "someos/backends/base/owned_fd.h"

namespace someos::multiprocessing::process_forkserver {

// As bytes of memory: both sides are the same program. A request to start a child is followed by
// its descriptors: the status socket, the read end of ChildSide::parent's pipe, and the user's.
//
// On the status socket the server writes two numbers, of 32 bits each: first the child's number, or
// the errno of its start, negative; later its exit code.
struct Request {
  uint64_t serial = 0;       // of the child, among those of the server
  int32_t pid = 0;           // of the child that `signal` is for
  int32_t signal = 0;        // 0: to start a child
  uint64_t descriptors = 0;  // that follow
};
static_assert(std::has_unique_object_representations_v<Request>, "padding would be sent, too");

// The two descriptors of each start that are not the user's.
inline constexpr uint32_t kOwnDescriptors = 2;

// Sends the request by the socket `fd`, and the descriptors. If one of them cannot be sent (EBADF),
// the server gets the rest, and learns of it. Not for two threads at once. EPIPE, ECONNRESET: the
// server has ended.
absl::Status SendRequest(int fd, const Request& request, absl::Span<const int> descriptors);

// A request that has come. None of the descriptors is 0, 1 or 2; those that could not be sent, or
// for which this process has no number left, are not valid.
struct ReceivedRequest {
  Request request;
  std::vector<base::OwnedFd> descriptors;
};

// Waits for a request. nullopt: there will be none any more.
std::optional<ReceivedRequest> ReceiveRequest(int fd);

}  // namespace someos::multiprocessing::process_forkserver

#endif  // SOMEOS_BACKENDS_PROCESS_FORKSERVER_REQUEST_H_
