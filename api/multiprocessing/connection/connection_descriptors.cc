// Descriptors sent over connections.

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "someos/api/errno_status.h"
#include "someos/api/multiprocessing/connection/connection.h"
#include "someos/api/multiprocessing/connection/errors.h"
#include "someos/backends/base/deadline.h"
#include "someos/backends/base/owned_fd.h"
#include "someos/backends/connection_socket/stream.h"

namespace someos::multiprocessing {
namespace {

using base::Deadline;
using connection_socket::Transfer;

constexpr char kAcknowledgement = 'A';

// Python's RuntimeError.
absl::Status RuntimeError(absl::string_view message) {
  return PlainStatus(absl::StatusCode::kFailedPrecondition, message);
}

// Its rest is what comes next.
absl::Status PartOfAMessage() { return RuntimeError("a message has been received in part"); }

}  // namespace

bool Connection::AcknowledgesDescriptors() const {
  return connection_socket::kDescriptorsAreAcknowledged || peer().acknowledges_descriptors();
}

absl::Status Connection::SendDescriptor(int fd, absl::Duration timeout) {
  absl::Status status = CheckWritable();
  if (!status.ok()) return status;
  Deadline deadline = Deadline::NotStarted(timeout);
  status = WriteRest(deadline);
  if (!status.ok()) return status;
  if (AcknowledgesDescriptors() && has_partial_message()) return PartOfAMessage();
  Transfer transfer = stream_.SendDescriptor(fd, deadline);
  char answer = kAcknowledgement;
  if (transfer.end == Transfer::End::kBytes && AcknowledgesDescriptors()) {
    transfer = stream_.Read(absl::MakeSpan(&answer, 1), deadline);
  }
  if (transfer.end == Transfer::End::kEndOfFile || answer != kAcknowledgement) {
    return RuntimeError("did not receive acknowledgement of fd");
  }
  return transfer.end == Transfer::End::kBytes
             ? absl::OkStatus()
             : Fail(transfer, absl::StrCat("send descriptor ", fd, " to"));
}

absl::StatusOr<int> Connection::ReceiveDescriptor(absl::Duration timeout) {
  absl::Status status = CheckReadable();
  if (!status.ok()) return status;
  if (has_partial_message()) return PartOfAMessage();
  Deadline deadline = Deadline::NotStarted(timeout);
  // The acknowledgement must not stand within a message.
  if (AcknowledgesDescriptors()) status = WriteRest(deadline);
  if (!status.ok()) return status;
  int fd = -1;
  Transfer transfer = stream_.ReceiveDescriptor(fd, deadline);
  base::OwnedFd received(fd);
  if (transfer.end == Transfer::End::kEndOfFile) return EofError();
  if (transfer.end == Transfer::End::kBytes && AcknowledgesDescriptors()) {
    transfer = stream_.Write(absl::string_view(&kAcknowledgement, 1), "", deadline);
  }
  if (transfer.end != Transfer::End::kBytes) return Fail(transfer, "receive a descriptor from");
  if (!received.valid()) return RuntimeError("invalid data received");
  return received.Release();
}

}  // namespace someos::multiprocessing
