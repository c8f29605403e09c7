// One relayed connection: a client's socket, an upstream socket and a channel each way.

#ifndef SOMEOS_TOOLS_RELAY_CONNECTION_H_
#define SOMEOS_TOOLS_RELAY_CONNECTION_H_

#include <array>
#include <cstddef>
#include <vector>

#include "absl/status/status.h"
#include "someos/api/event.h"
#include "someos/api/interest.h"
#include "someos/api/poller.h"
#include "someos/tools/relay/channel.h"
#include "someos/tools/relay/hangup_watch.h"
#include "someos/tools/relay/idle_queue.h"
#include "someos/tools/relay/socket.h"
#include "someos/tools/relay/socket_address.h"
#include "someos/tools/relay/statistics.h"

namespace someos::relay {

// What the connections of a relay share; outlives them. None of it is owned.
struct ConnectionContext {
  Poller* poller;
  const std::vector<SocketAddress>* upstream;  // tried in order for each connection; not empty
  Channel::Buffers buffers;
  Statistics* statistics;
  HangupWatch* hangups;
};

// Life: constructed with a client's socket; Start() finds it a place in the poller and begins to
// connect; OnReady() does what readiness allows; closed() says that it is over and may be
// destroyed. Ends, errors and their consequences:
//
//  - An end of file is passed on (shutdown) once all data before it is; the other direction goes
//    on. When both directions have ended, both sockets are closed.
//  - If a socket fails (reset, timeout), what it had sent before is still passed on; then the other
//    socket is closed with a reset, so that its owner does not take a broken stream for a whole
//    one. If its stream was whole, and its last data still waits to be sent, the close is an
//    orderly one: a reset would discard the data.
//  - A Unix socket tells also that its peer has closed it in good order. Nothing more is sent to it
//    then. If its stream had ended before, it had stayed for the answer, and has failed; otherwise
//    the connection ends in good order with its stream.
//  - If no upstream address accepts, the client is closed with a reset.
//  - A client that fails before the server is reached is closed, and so is one that has closed its
//    Unix socket and sent nothing.
//
// While a direction is held up by its sink, its source is not watched for reading. A socket with
// nothing to read or write at the moment is quiet (hangup_watch.h); once it is known to be gone,
// its interest is kNone, so that it cannot spin.
class Connection {
 public:
  enum class Stage {
    kConnecting,
    kOpen,
    kFailed,  // and still delivers what had been sent before
  };

  // One of the two sockets, as the poller knows it: the `data` of its events is an End's address.
  struct End {
    Connection* connection;
    Socket socket;
    Interest interest = Interest::kNone;
    bool gone = false;      // it takes no more data
    bool whole = false;     // its stream has ended, and nothing had failed before
    bool end_sent = false;  // the end of the other one's stream has been passed on to it
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

  // The upstream's first: if it has connected, the client may be read.
  std::array<End*, 2> ends() { return {&upstream_, &client_}; }

  // What `end` is ready for right now, of what it is watched for: without the poller, which may
  // have others to report first.
  static Readiness ReadyNow(const End& end);

  // Does what the readiness of `end` allows: at most one read and one write each way.
  void OnReady(End& end, Readiness readiness);

  // Whether `end` is quiet and may come to be gone: where the poller does not tell, somebody has to
  // look.
  bool NeedsLook(const End& end) const;

  // Ends it at once, with resets.
  void Reset() { Close(Closing::kReset); }

  // Ends both directions as if each side had sent its end of file: what was read is still
  // delivered, if the sides take it, then the connection closes.
  void Drain();

  bool closed() const { return state_ == State::kClosed; }

  // Ends the attempt to connect that has taken too long, and begins the next one, if there is
  // another address. Only if connecting.
  void GiveUpAttempt();

  // Only if not closed.
  Stage stage() const {
    if (state_ == State::kConnecting) return Stage::kConnecting;
    return broken_ ? Stage::kFailed : Stage::kOpen;
  }
  // Which attempt to connect it is.
  size_t attempt() const { return next_upstream_; }

  // How many of the two streams have ended and had their end passed on.
  int ends_passed_on() const { return int{upstream_.end_sent} + int{client_.end_sent}; }

  // The errno of the last upstream address, if it was closed because none accepts; else 0.
  int refusal() const { return refusal_; }

  // Where the owner keeps it.
  size_t index() const { return index_; }
  void set_index(size_t index) { index_ = index; }

  // Where the owner's timers keep it.
  struct Timing {
    IdleQueue<Connection>::Place idle;
    IdleQueue<Connection>::Place place;  // among those of `stage`
    Stage stage = Stage::kOpen;
    size_t attempt = 0;
  };
  Timing& timing() { return timing_; }

 private:
  enum class State { kNew, kConnecting, kOpen, kClosed };
  // kBroken: as kReset, except that no whole stream is cut off.
  enum class Closing { kOrderly, kReset, kBroken };

  // Tries the upstream addresses from `next_upstream_` on. See Start() for errors; EAGAIN and the
  // like leave no upstream socket behind.
  absl::Status ConnectToNext();
  void OnConnectEnded(Readiness readiness);
  // Ends an attempt that has failed with `error`, and begins the next one.
  void OnAttemptFailed(int error);
  // The client reports something while the upstream is connecting.
  void OnClientWaiting(Readiness readiness);
  void Refuse(int error);
  void Open();

  absl::Status Register(End& end, Interest interest);
  void Unregister(End& end);

  // The channels from `end` and to it.
  Channel& From(const End& end) { return &end == &client_ ? to_upstream_ : to_client_; }
  Channel& To(const End& end) { return &end == &client_ ? to_client_ : to_upstream_; }
  const Channel& To(const End& end) const { return &end == &client_ ? to_client_ : to_upstream_; }
  End& OtherOf(const End& end) { return &end == &client_ ? upstream_ : client_; }

  // `end` reports a hang-up or an error.
  void OnTrouble(End& end, Readiness readiness);
  // `end` has failed: the connection is to end with a reset.
  void Break(End& end);
  // Reads once from `end` and writes once to the other one.
  void Pump(End& end);
  // The end of the stream of `end` has been read.
  void OnStreamEnded(End& end);

  // Brings the sockets and the poller in line with what the channels have become.
  void Settle();
  // Ends the stream to `end` if the other one's is whole and delivered and this has not been done
  // yet. False if the system refuses.
  bool PassEndOn(End& end);
  // Watches `end` for what the channels from it and to it are waiting for.
  absl::Status Watch(End& end);
  // What to watch `end` for while it is quiet.
  Interest QuietInterest(const End& end);
  absl::Status SetInterest(End& end, Interest interest);
  // Closes when both directions have ended.
  void Finish();
  void Close(Closing closing);

  const ConnectionContext& context_;
  size_t index_ = 0;
  Timing timing_;
  size_t next_upstream_ = 0;  // the address being tried
  int refusal_ = 0;
  State state_ = State::kNew;
  bool broken_ = false;  // a socket failed: the connection is to end with a reset
  End client_;
  End upstream_;
  Channel to_upstream_;
  Channel to_client_;
};

}  // namespace someos::relay

#endif  // SOMEOS_TOOLS_RELAY_CONNECTION_H_
