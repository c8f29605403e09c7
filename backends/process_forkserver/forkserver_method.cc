#include "someos/backends/process_forkserver/forkserver_method.h"

#include <sys/types.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "someos/api/errno_status.h"
#include "someos/backends/base/deadline.h"
#include "someos/backends/base/own_descriptor.h"
#include "someos/backends/connection_socket/await.h"
#include "someos/backends/connection_socket/stream.h"
#include "someos/backends/process_base/own_pipe.h"
#include "someos/backends/process_base/start_method.h"
#include "someos/backends/process_base/write_to_child.h"
#include "someos/backends/process_forkserver/request.h"
#include "someos/backends/process_forkserver/serve.h"
#include "someos/backends/process_forkserver/served_child.h"
#include "someos/backends/process_forkserver/server.h"

namespace someos::multiprocessing {
namespace process_forkserver {
namespace {

using base::OwnDescriptor;
using connection_socket::Transfer;

absl::Status HasEnded() {
  return PlainStatus(absl::StatusCode::kUnavailable,
                     "start a process: the fork server has ended before it answered");
}

absl::Status NoAnswer(const Server& server) {
  if (!server.IsAlive()) return HasEnded();
  return ErrnoStatus(EMFILE, "start a process: the fork server has no descriptor for it");
}

absl::Status NotAsked(const absl::Status& error) {
  const int number = ErrnoOf(error);
  return number == EPIPE || number == ECONNRESET ? HasEnded() : error;
}

// Waits until there is something to read from the status socket, or the server has ended, which the
// socket may not show: a child that the server has forked but not told has the other end, too.
Transfer AwaitAnswer(int status, const Server& server) {
  using connection_socket::Direction;
  base::Deadline never(absl::InfiniteDuration());
  return connection_socket::AwaitAny({{status, Direction::kRead},
                                      {server.socket(), Direction::kRead},
                                      {server.sentinel(), Direction::kRead}},
                                     never);
}

// The number of the child, which is the first thing that the server writes to the status socket.
absl::StatusOr<pid_t> ReadNumber(int status, const Server& server) {
  int32_t number = 0;
  char bytes[sizeof(number)];
  absl::Span<char> space = absl::MakeSpan(bytes);
  connection_socket::Stream stream(status);
  // What the server has told can be read by the time its end shows.
  base::Deadline at_once(absl::ZeroDuration());
  Transfer read = Transfer::EndOfFile();
  do {
    read = AwaitAnswer(status, server);
    if (read.end == Transfer::End::kBytes) read = stream.Read(space, at_once);
    if (read.end == Transfer::End::kBytes) space.remove_prefix(read.count);
  } while (read.end == Transfer::End::kBytes && !space.empty());
  (void)stream.Release();
  if (!space.empty()) return NoAnswer(server);
  std::memcpy(&number, bytes, sizeof(number));
  if (number < 0) return ErrnoStatus(-number, "start a process: the fork server");
  return number;
}

absl::StatusOr<StartedChild> StartByPidfd(StartTask task) {
  return Start(std::move(task), SignalBy::kPidfd);
}

}  // namespace

absl::StatusOr<StartedChild> Start(StartTask task, SignalBy signal_by) {
  absl::StatusOr<std::shared_ptr<Server>> server = RunningServer(task.program);
  if (!server.ok()) return server.status();
  absl::StatusOr<process_base::OwnPipe> pipe = process_base::MakeOwnPipe();
  if (!pipe.ok()) return pipe.status();
  absl::StatusOr<std::array<OwnDescriptor, 2>> status = process_base::MakeOwnSockets();
  if (!status.ok()) return status.status();
  std::vector<int> descriptors = {(*status)[1].get(), pipe->read_end.get()};
  descriptors.insert(descriptors.end(), task.descriptors.begin(), task.descriptors.end());
  const absl::StatusOr<uint64_t> serial = (*server)->RequestStart(descriptors);
  if (!serial.ok()) return NotAsked(serial.status());
  (*status)[1] = OwnDescriptor();
  const absl::StatusOr<pid_t> pid = ReadNumber((*status)[0].get(), **server);
  pipe->read_end = OwnDescriptor();  // macOS may lose it before it has arrived
  if (!pid.ok()) return pid.status();
  // Not before: a child of a server that was killed finds the end of the message, and does nothing.
  const absl::Status written = process_base::WriteToChild(pipe->write_end.get(), task.message);
  if (!written.ok()) return written;
  return StartedChild{std::make_unique<ServedChild>(*pid, *serial, std::move((*status)[0]),
                                                    *std::move(server), signal_by),
                      std::move(pipe->write_end)};
}

}  // namespace process_forkserver

const StartMethod& ForkserverStartMethod() {
  static constexpr StartMethod kMethod = {
      "forkserver", /*runs_body=*/false, process_forkserver::StartByPidfd,
      process_forkserver::kServerArgument, process_forkserver::Serve};
  return kMethod;
}

}  // namespace someos::multiprocessing
