#include "someos/backends/process_forkserver/request.h"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "someos/api/errno_status.h"
#include "someos/backends/base/deadline.h"
#include "someos/backends/base/own_descriptor.h"
#include "someos/backends/base/owned_fd.h"
#include "someos/backends/connection_socket/stream.h"

namespace someos::multiprocessing::process_forkserver {
namespace {

using connection_socket::Stream;
using connection_socket::Transfer;

constexpr char kOperation[] = "send a request to the fork server";

// A Stream of a descriptor that belongs to somebody else.
class BorrowedStream {
 public:
  explicit BorrowedStream(int fd) : stream_(fd) {}
  BorrowedStream(const BorrowedStream&) = delete;
  BorrowedStream& operator=(const BorrowedStream&) = delete;
  ~BorrowedStream() { (void)stream_.Release(); }
  Stream* operator->() { return &stream_; }

 private:
  Stream stream_;
};

absl::Status WriteAll(BorrowedStream& stream, absl::string_view bytes) {
  base::Deadline never(absl::InfiniteDuration());
  while (!bytes.empty()) {
    const Transfer written = stream->Write(bytes, "", never);
    if (written.end != Transfer::End::kBytes) return ErrnoStatus(written.error, kOperation);
    bytes.remove_prefix(written.count);
  }
  return absl::OkStatus();
}

bool ReadAll(BorrowedStream& stream, absl::Span<char> bytes) {
  base::Deadline never(absl::InfiniteDuration());
  while (!bytes.empty()) {
    const Transfer read = stream->Read(bytes, never);
    if (read.end != Transfer::End::kBytes) return false;
    bytes.remove_prefix(read.count);
  }
  return true;
}

}  // namespace

absl::Status SendRequest(int fd, const Request& request, absl::Span<const int> descriptors) {
  BorrowedStream stream(fd);
  base::Deadline never(absl::InfiniteDuration());
  absl::Status status =
      WriteAll(stream, absl::string_view(reinterpret_cast<const char*>(&request), sizeof(request)));
  if (!status.ok()) return status;
  for (const int descriptor : descriptors) {
    const Transfer sent = stream->SendDescriptor(descriptor, never);
    if (sent.end == Transfer::End::kBytes) continue;
    if (status.ok()) {
      status = ErrnoStatus(sent.error, absl::StrCat(kOperation, ": fd ", descriptor));
    }
    // A byte without a descriptor, so that the server knows where the next one is.
    if (absl::Status lost = WriteAll(stream, "?"); !lost.ok()) return lost;
  }
  return status;
}

std::optional<ReceivedRequest> ReceiveRequest(int fd) {
  BorrowedStream stream(fd);
  base::Deadline never(absl::InfiniteDuration());
  ReceivedRequest received;
  char bytes[sizeof(Request)];
  if (!ReadAll(stream, absl::MakeSpan(bytes))) return std::nullopt;
  std::memcpy(&received.request, bytes, sizeof(bytes));
  for (uint64_t i = 0; i < received.request.descriptors; ++i) {
    int descriptor = -1;
    const Transfer came = stream->ReceiveDescriptor(descriptor, never);
    if (came.end != Transfer::End::kBytes) return std::nullopt;
    // A server without standard streams has their numbers free.
    received.descriptors.emplace_back(base::AboveStandardStreams(descriptor));
  }
  return received;
}

}  // namespace someos::multiprocessing::process_forkserver
