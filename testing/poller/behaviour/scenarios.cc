#include <functional>
#include <memory>
#include <utility>

#include "absl/types/span.h"
#include "someos/api/event.h"
#include "someos/api/interest.h"
#include "someos/testing/poller/behaviour/local_scenery.h"
#include "someos/testing/poller/behaviour/scenario.h"
#include "someos/testing/scoped_fd.h"
#include "someos/testing/stream_io.h"
#include "someos/testing/tcp.h"

namespace someos::behaviour {
namespace {

constexpr Interest kRead = Interest::kReadable;
constexpr Interest kWrite = Interest::kWritable;
constexpr Interest kReadWrite = kRead | kWrite;
constexpr Interest kAllButPriority = kReadWrite | Interest::kReadHangup;

constexpr Readiness kNothing = Readiness::kNone;
constexpr Readiness kReadable = Readiness::kReadable;
constexpr Readiness kWritable = Readiness::kWritable;
constexpr Readiness kReadableAndWritable = kReadable | kWritable;
constexpr Readiness kReadHangup = Readiness::kReadHangup;
constexpr Readiness kHangup = Readiness::kHangup;
constexpr Readiness kError = Readiness::kError;

// A stage over `scenery`, whose member functions the lambdas get.
template <typename Scenery, typename FdOf, typename Happen>
Stage Set(FdOf fd_of, Happen happen) {
  auto scenery = std::make_shared<Scenery>();
  return {fd_of(*scenery), [scenery, happen] { happen(*scenery); }, scenery};
}

template <typename Happen>
Stage PipeReader(Happen happen) {
  return Set<Pipe>([](Pipe& pipe) { return pipe.reader.get(); }, happen);
}

template <typename Happen>
Stage PipeWriter(Happen happen) {
  return Set<Pipe>([](Pipe& pipe) { return pipe.writer.get(); }, happen);
}

template <typename Happen>
Stage Near(Happen happen) {
  return Set<SocketPair>([](SocketPair& pair) { return pair.near.get(); }, happen);
}

template <typename Happen>
Stage TcpNear(Happen happen) {
  return Set<TcpPair>([](TcpPair& pair) { return pair.near.get(); }, happen);
}

struct Listening {
  Listening() { server.Listen(); }
  TcpServer server;
  ScopedFd client;
};

// A client whose connect() has begun.
Stage Connected() {
  auto scenery = std::make_shared<Listening>();
  int error = 0;
  scenery->client = scenery->server.BeginConnect(&error);
  return {scenery->client.get(), [] {}, scenery};
}

Stage Refused() {
  auto scenery = std::make_shared<ScopedFd>(BeginRefusedConnect());
  return {scenery->get(), [] {}, scenery};
}

Stage File(ScopedFd file) {
  auto scenery = std::make_shared<ScopedFd>(std::move(file));
  return {scenery->get(), [] {}, scenery};
}

template <typename Happen>
Stage Terminal(ScopedFd PseudoTerminal::* side, Happen happen) {
  auto terminal = std::make_shared<PseudoTerminal>();
  return {((*terminal).*side).get(), [terminal, happen] { happen(*terminal); }, terminal};
}

void Nothing(const Pipe&) {}

const Scenario kScenarios[] = {
    {"pipe, empty", kRead, kNothing, kNothing, [] { return PipeReader(Nothing); }},
    {"pipe, a byte written", kRead, kReadable, kNothing,
     [] { return PipeReader([](Pipe& pipe) { WriteText(pipe.writer.get(), "x"); }); }},
    {"pipe, writer closed", kRead, kReadable | kHangup, kNothing,
     [] { return PipeReader([](Pipe& pipe) { pipe.writer.reset(); }); }},
    {"pipe, a byte written and writer closed", kRead, kReadable | kHangup, kNothing,
     [] {
       return PipeReader([](Pipe& pipe) {
         WriteText(pipe.writer.get(), "x");
         pipe.writer.reset();
       });
     }},
    {"pipe, room to write", kWrite, kWritable, kNothing, [] { return PipeWriter(Nothing); }},
    {"pipe, filled", kWrite, kNothing, kNothing,
     [] { return PipeWriter([](Pipe& pipe) { Fill(pipe.writer.get()); }); }},
    {"pipe, reader closed", kWrite, kWritable | kError, kHangup,
     [] { return PipeWriter([](Pipe& pipe) { pipe.reader.reset(); }); }},
    {"unix socket, a byte sent", kAllButPriority, kReadableAndWritable, kNothing,
     [] { return Near([](SocketPair& pair) { WriteText(pair.far.get(), "x"); }); }},
    {"unix socket, peer shuts down writing", kAllButPriority, kReadableAndWritable | kReadHangup,
     kNothing, [] { return Near([](SocketPair& pair) { ShutDownWriting(pair.far.get()); }); }},
    {"unix socket, peer shuts down writing, not asked", kReadWrite, kReadableAndWritable, kNothing,
     [] { return Near([](SocketPair& pair) { ShutDownWriting(pair.far.get()); }); }},
    {"unix socket, peer closed", kAllButPriority, kReadableAndWritable | kReadHangup | kHangup,
     kError, [] { return Near([](SocketPair& pair) { pair.far.reset(); }); }},
    {"TCP, a byte sent", kAllButPriority, kReadableAndWritable, kNothing,
     [] { return TcpNear([](TcpPair& pair) { WriteText(pair.far.get(), "x"); }); }},
    {"TCP, peer shuts down writing", kAllButPriority, kReadableAndWritable | kReadHangup, kNothing,
     [] { return TcpNear([](TcpPair& pair) { ShutDownWriting(pair.far.get()); }); }},
    // TCP tells nobody that the peer reads no more.
    {"TCP, peer closed", kAllButPriority, kReadableAndWritable | kReadHangup, kNothing,
     [] { return TcpNear([](TcpPair& pair) { pair.far.reset(); }); }},
    {"TCP, both shut down writing", kAllButPriority, kReadableAndWritable | kReadHangup | kHangup,
     kError,
     [] {
       return TcpNear([](TcpPair& pair) {
         ShutDownWriting(pair.far.get());
         AwaitArrival(pair.near.get());
         ShutDownWriting(pair.near.get());
       });
     }},
    {"TCP, reset by peer", kAllButPriority, kReadableAndWritable | kError, kReadHangup | kHangup,
     [] {
       return TcpNear([](TcpPair& pair) {
         CloseWithReset(pair.far);
         AwaitArrival(pair.near.get());
       });
     }},
    {"TCP, reset by peer, seen by a reader", kRead, kReadable | kError, kHangup,
     [] {
       return TcpNear([](TcpPair& pair) {
         CloseWithReset(pair.far);
         AwaitArrival(pair.near.get());
       });
     }},
    {"TCP, urgent byte", Interest::kPriority, Readiness::kPriority, kNothing,
     [] { return TcpNear([](TcpPair& pair) { SendUrgent(pair.far.get(), '!'); }); }},
    {"TCP, connected", kReadWrite, kWritable, kNothing, [] { return Connected(); }},
    {"TCP, connection refused", kReadWrite, kReadableAndWritable | kError, kHangup,
     [] { return Refused(); }},
    {"TCP, listening, a client comes", kRead, kReadable, kNothing,
     [] {
       return Set<Listening>([](Listening& it) { return it.server.fd(); },
                             [](Listening& it) {
                               int error = 0;
                               it.client = it.server.BeginConnect(&error);
                             });
     }},
    {"regular file, at its end", kReadWrite, kReadableAndWritable, kNothing,
     [] { return File(TemporaryFile()); }},
    {"directory", kRead, kReadable, kNothing, [] { return File(Directory()); }},
    {"/dev/null", kReadWrite, kReadableAndWritable, kNothing, [] { return File(NullDevice()); }},
    {"terminal, a line typed", kRead, kReadable, kNothing,
     [] {
       return Terminal(&PseudoTerminal::terminal,
                       [](PseudoTerminal& it) { WriteText(it.controller.get(), "line\n"); });
     }},
    {"terminal, controller closed", kRead, kReadable | kHangup, kError,
     [] {
       return Terminal(&PseudoTerminal::terminal,
                       [](PseudoTerminal& it) { it.controller.reset(); });
     }},
    {"terminal's controller, terminal closed", kRead, kReadable | kHangup, kError,
     [] {
       return Terminal(&PseudoTerminal::controller,
                       [](PseudoTerminal& it) { it.terminal.reset(); });
     }},
    {"interest none, a byte and a hangup", Interest::kNone, kNothing, kNothing,
     [] {
       return Near([](SocketPair& pair) {
         WriteText(pair.far.get(), "x");
         pair.far.reset();
       });
     }},
    {"closed without Unregister", kRead, Readiness::kInvalid, kNothing,
     [] { return PipeReader([](Pipe& pipe) { pipe.reader.reset(); }); }},
};

}  // namespace

absl::Span<const Scenario> Scenarios() { return kScenarios; }

}  // namespace someos::behaviour
