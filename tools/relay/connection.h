// One relayed connection: a client's socket, an upstream socket and a channel each way.

#ifndef SOMEOS_TOOLS_RELAY_CONNECTION_H_
#define SOMEOS_TOOLS_RELAY_CONNECTION_H_

#include <array>
#include <cstddef>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "someos/api/event.h"
#include "someos/api/interest.h"
#include "someos/api/poller.h"
#include "someos/tools/relay/channel.h"
#include "someos/tools/relay/idle_queue.h"
#include "someos/tools/relay/socket.h"
#include "someos/tools/relay/socket_address.h"
#include "someos/tools/relay/statistics.h"

namespace someos::relay {

// What the connections of a relay share; outlives them. None of it is owned.
struct ConnectionContext {
  Poller* poller;
  const std::vector<SocketAddress>* upstream;  // tried in order for each connection; not empty
  absl::Span<char> scratch;                    // the room for one read
  Statistics* statistics;
};

// Life: constructed with a client's socket; Start() finds it a place in the poller and begins to
// connect; OnReady() does what readiness allows; closed() says that it is over and may be
// destroyed. Ends, errors and their consequences:
//
//  - An end of file is passed on (shutdown) once all data before it is; the other direction goes
//    on. When both directions have ended, both sockets are closed.
//  - If a socket fails (reset, timeout), what it had sent before is still passed on; then the other
//    socket is closed with a reset, so that its owner does not take a broken stream for a whole
//    one.
//  - If no upstream address accepts, the client is closed with a reset.
//
// While a direction is held up by its sink, its source is not watched for reading; a side that has
// nothing to read or write at the moment has Interest::kNone, so a hangup of it cannot spin. It is
// noticed when the side is read or written again.
class Connection {
 public:
  // One of the two sockets, as the poller knows it: the `data` of its events is an End's address.
  struct End {
    Connection* connection;
    Socket socket;
    Interest interest = Interest::kNone;
  };

  Connection(const ConnectionContext& context, Socket client);
  // Closes with resets if closed() is not true yet.
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Registers both sockets and begins to connect. If that is impossible for now (descriptors are
  // exhausted, the poller cannot hold them, the backlog of a Unix socket is full) the error says
  // so, nothing has happened on the network, and ReleaseClient() gives the client back. An upstream
  // that refuses at once is not an error: closed() is true.
  absl::Status Start();

  // Takes back the client's socket after a failed Start().
  Socket ReleaseClient();

  // The upstream's first: while it is connecting, the client is not watched.
  std::array<End*, 2> ends() { return {&upstream_, &client_}; }

  // What `end` is ready for right now, of what it is watched for: without the poller, which may
  // have others to report first.
  static Readiness ReadyNow(const End& end);

  // Does what the readiness of `end` allows: at most one read and one write each way.
  void OnReady(End& end, Readiness readiness);

  // Ends it at once, with resets.
  void Reset() { Close(Closing::kReset); }

  // Ends both directions as if each side had sent its end of file: what was read is still
  // delivered, if the sides take it, then the connection closes.
  void Drain();

  bool closed() const { return state_ == State::kClosed; }

  // How many of the two streams have ended and had their end passed on.
  int ends_passed_on() const { return int{end_sent_to_upstream_} + int{end_sent_to_client_}; }

  // The errno of the last upstream address, if it was closed because none accepts; else 0.
  int refusal() const { return refusal_; }

  // Where the owner keeps it.
  size_t index() const { return index_; }
  void set_index(size_t index) { index_ = index; }
  IdleQueue<Connection>::Place idle_place() const { return idle_place_; }
  void set_idle_place(IdleQueue<Connection>::Place place) { idle_place_ = place; }

 private:
  enum class State { kNew, kConnecting, kOpen, kClosed };
  enum class Closing { kOrderly, kReset };

  // Tries the upstream addresses from `next_upstream_` on. See Start() for errors; EAGAIN and the
  // like leave no upstream socket behind.
  absl::Status ConnectToNext();
  void OnConnectEnded(Readiness readiness);
  void Refuse(int error);
  void Open();

  absl::Status Register(End& end, Interest interest);
  void Unregister(End& end);

  // Brings the sockets and the poller in line with what the channels have become.
  void Settle();
  // Ends the stream to `end` if the channel `in` to it has ended and this has not been done yet,
  // as `is_sent` says. False if the system refuses.
  static bool PassEndOn(const Channel& in, End& end, bool& is_sent);
  // Watches `end` for what the channel `out` of it and the channel `in` to it are waiting for.
  absl::Status Watch(End& end, const Channel& out, const Channel& in);
  void Close(Closing closing);

  const ConnectionContext& context_;
  size_t index_ = 0;
  IdleQueue<Connection>::Place idle_place_;
  size_t next_upstream_ = 0;  // the address being tried
  int refusal_ = 0;
  State state_ = State::kNew;
  bool broken_ = false;  // a socket failed: the connection is to end with a reset
  bool end_sent_to_upstream_ = false;
  bool end_sent_to_client_ = false;
  End client_;
  End upstream_;
  Channel to_upstream_;
  Channel to_client_;
};

}  // namespace someos::relay

#endif  // SOMEOS_TOOLS_RELAY_CONNECTION_H_
