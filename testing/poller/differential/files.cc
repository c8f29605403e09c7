#include "someos/testing/poller/differential/files.h"

#include "someos/api/event.h"
#include "someos/testing/poller/differential/operation.h"

namespace someos::differential {
namespace {

#if defined(__FreeBSD__) || defined(__DragonFly__) || defined(__OpenBSD__)
// pipe(2): "bidirectional". The end to read from is writable, too, and an error when the other is
// gone; which end is which the interest alone tells (backends/poller_base/hangup_error.h).
constexpr bool kPipesGoBothWays = true;
#else
constexpr bool kPipesGoBothWays = false;
#endif

#ifdef __FreeBSD__
// SHUT_RD clears the buffer's flags, and with them the one for kqueue (uipc_socket.c, sorflush): an
// end of the stream that comes later makes no new event.
constexpr bool kQueueGoesDeaf = true;
#else
constexpr bool kQueueGoesDeaf = false;
#endif

#ifdef __linux__
// Who shuts down the reading of a unix socket shuts down the peer's writing.
constexpr bool kPeerIsTold = true;
#else
// FreeBSD's uipc_socket.c, soshutdown: the peer is told of SHUT_WR alone.
constexpr bool kPeerIsTold = false;
#endif

#ifdef __OpenBSD__
// uipc_socket.c, filt_soread: poll(2) has a hangup of a socket that is disconnected, which a unix
// socket is when its peer is closed.
constexpr bool kHalvesMakeAHangup = false;
#else
constexpr bool kHalvesMakeAHangup = true;
#endif

}  // namespace

bool Files::MakesSense(const Operation& operation) const {
  const int file = At(operation.slot);
  switch (operation.kind) {
    case Operation::Kind::kPipe:
    case Operation::Kind::kSocketPair:
      return operation.slot != operation.other && file == kNoFile && At(operation.other) == kNoFile;
    case Operation::Kind::kDup:
      return operation.slot != operation.other && file != kNoFile;
    case Operation::Kind::kWrite:
      return file != kNoFile && CanWrite(file) && files_[files_[file].peer].unread < kMostBytes;
    case Operation::Kind::kFill:
      return file != kNoFile && CanWrite(file);
    case Operation::Kind::kRead:
      return file != kNoFile && files_[file].kind != Kind::kPipeWriter;
    case Operation::Kind::kShutdown:
      return file != kNoFile && files_[file].kind == Kind::kSocket;
    default:
      return file != kNoFile;
  }
}

bool Files::CanWrite(int file) const {
  const File& peer = files_[files_[file].peer];
  return files_[file].kind != Kind::kPipeReader && peer.references > 0 && !peer.full && !peer.ended;
}

void Files::Do(const Operation& operation) {
  using Direction = Operation::Direction;
  const int at = At(operation.slot);
  switch (operation.kind) {
    case Operation::Kind::kPipe:
      Open(operation.slot, operation.other, Kind::kPipeReader, Kind::kPipeWriter);
      return;
    case Operation::Kind::kSocketPair:
      Open(operation.slot, operation.other, Kind::kSocket, Kind::kSocket);
      return;
    case Operation::Kind::kDup:
      ++files_[at].references;  // first, as `other` may be the last that names it
      if (At(operation.other) != kNoFile) Close(operation.other);
      slots_[operation.other] = at;
      break;
    case Operation::Kind::kClose:
      Close(operation.slot);
      return;
    case Operation::Kind::kWrite:
    case Operation::Kind::kFill: {
      File& peer = files_[files_[at].peer];
      ++peer.arrivals;
      ++peer.unread;
      peer.full = operation.kind == Operation::Kind::kFill;
      break;
    }
    case Operation::Kind::kRead:
      files_[at].unread = 0;
      files_[at].full = false;
      break;
    case Operation::Kind::kShutdown: {
      if (operation.direction != Direction::kWrite) {
        files_[at].ended = true;
        files_[at].deaf = kQueueGoesDeaf;
      }
      File& peer = files_[files_[at].peer];
      if (operation.direction != Direction::kRead) peer.ended = peer.ended_by_peer = true;
      break;
    }
    default:
      return;
  }
  Touch(at);
}

void Files::Open(int slot, int other, Kind kind, Kind other_kind) {
  const int first = static_cast<int>(files_.size());
  files_.push_back({kind, first + 1});
  files_.push_back({other_kind, first});
  slots_[slot] = first;
  slots_[other] = first + 1;
}

void Files::Close(int slot) {
  const int file = slots_[slot];
  slots_[slot] = kNoFile;
  --files_[file].references;
  Touch(file);
}

void Files::Touch(int file) {
  ++files_[file].touches;
  ++files_[files_[file].peer].touches;
}

Expectation Files::Conditions(int file) const {
  const File& it = files_[file];
  switch (it.kind) {
    case Kind::kPipeReader:
      return OfPipeReader(it);
    case Kind::kPipeWriter:
      return OfPipeWriter(it);
    case Kind::kSocket: {
      Expectation result = OfSocket(it);
      if (it.deaf) {
        result.may |= result.must & (Readiness::kReadHangup | Readiness::kHangup);
        result.must &= Readiness::kReadable | Readiness::kWritable;
      }
      return result;
    }
  }
  return {};
}

Expectation Files::OfPipeReader(const File& file) const {
  Expectation result;
  if (file.unread > 0) result.must |= Readiness::kReadable;
  if (kPipesGoBothWays) result.may |= Readiness::kWritable;
  if (files_[file.peer].references == 0) {
    result.must |= Readiness::kHangup;
    if (kPipesGoBothWays) result.may |= Readiness::kError;
    // kqueue has one flag for every end of file; poll(2) has another for each kind.
    result.may |= Readiness::kReadHangup;
  }
  return result;
}

Expectation Files::OfPipeWriter(const File& file) const {
  const File& reader = files_[file.peer];
  if (reader.references == 0 && kPipesGoBothWays) {
    return {Readiness::kHangup, Readiness::kWritable | Readiness::kError | Readiness::kReadHangup};
  }
  if (reader.references == 0) {
    return {Readiness::kError, Readiness::kWritable | Readiness::kHangup | Readiness::kReadHangup};
  }
  return {reader.full ? Readiness::kNone : Readiness::kWritable, Readiness::kNone};
}

Expectation Files::OfSocket(const File& file) const {
  const File& peer = files_[file.peer];
  if (peer.references == 0) {
    return {
        Readiness::kReadable | Readiness::kWritable | Readiness::kReadHangup | Readiness::kHangup,
        Readiness::kError};  // if the peer left data unread
  }
  Expectation result;
  if (file.unread > 0 || file.ended) result.must |= Readiness::kReadable;
  if (file.ended_by_peer) result.must |= Readiness::kReadHangup;
  if (file.ended) result.may |= Readiness::kReadHangup;
  if (!peer.full) result.must |= Readiness::kWritable;
  // A write would fail and not block; Linux tells so only if there is room.
  if (peer.ended) result.may |= Readiness::kWritable;
  if (file.ended && peer.ended) result.may |= Readiness::kHangup;
  if (kHalvesMakeAHangup && file.ended && (kPeerIsTold ? peer.ended : peer.ended_by_peer)) {
    result.must |= Readiness::kHangup;
  }
  return result;
}

}  // namespace someos::differential
