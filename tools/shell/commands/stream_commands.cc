#include "someos/tools/shell/commands/stream_commands.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "someos/api/errno_status.h"
#include "someos/api/multiprocessing.h"
#include "someos/tools/shell/commands/arguments.h"
#include "someos/tools/shell/commands/stream.h"
#include "someos/tools/shell/session/session.h"
#include "someos/tools/shell/session/words.h"

namespace someos::shell {
namespace {

using multiprocessing::Address;
using multiprocessing::Connection;

constexpr uint64_t kMostRead = uint64_t{1} << 20;

// Names both ends of something that is made in pairs.
absl::Status AddPair(Session& session, Arguments names, bool duplex, absl::string_view first,
                     absl::string_view second) {
  absl::Status status =
      session.objects().CheckNewPair(names[0].text, names[1].text, "the two ends");
  if (!status.ok()) return status;
  absl::StatusOr<std::pair<Connection, Connection>> ends = multiprocessing::Pipe(duplex);
  if (!ends.ok()) return ends.status();
  auto one = std::make_unique<Stream>(ends->first.Release(), first);
  auto other = std::make_unique<Stream>(ends->second.Release(), second);
  status = session.Add(names[0].text, std::move(one));
  return status.ok() ? session.Add(names[1].text, std::move(other)) : status;
}

absl::Status Pipe(Session& session, Arguments arguments) {
  return AddPair(session, arguments, false, "the reading end of a pipe",
                 "the writing end of a pipe");
}

absl::Status Pair(Session& session, Arguments arguments) {
  return AddPair(session, arguments, true, "one of a pair of sockets", "one of a pair of sockets");
}

absl::Status Listen(Session& session, Arguments arguments) {
  absl::Status status = session.objects().CheckNew(arguments[0].text);
  if (!status.ok()) return status;
  const absl::StatusOr<Address> address = session.AddressOf(arguments[1].text);
  if (!address.ok()) return address.status();
  multiprocessing::ListenerOptions options;
  options.backlog = 16;
  auto listener = multiprocessing::Listener::Create(*address, options);
  if (!listener.ok()) return listener.status();
  return session.Add(arguments[0].text, std::make_unique<Acceptor>(*std::move(listener)));
}

absl::Status Connect(Session& session, Arguments arguments) {
  absl::Status status = session.objects().CheckNew(arguments[0].text);
  if (!status.ok()) return status;
  const absl::StatusOr<Address> address = session.AddressOf(arguments[1].text);
  if (!address.ok()) return address.status();
  multiprocessing::ClientOptions options;
  options.connect_timeout = absl::Seconds(10);
  absl::StatusOr<Connection> connection = multiprocessing::Client(*address, options);
  if (!connection.ok()) return connection.status();
  return session.Add(arguments[0].text,
                     std::make_unique<Stream>(connection->Release(), "a connected socket"));
}

absl::Status Accept(Session& session, Arguments arguments) {
  absl::Status status = session.objects().CheckNew(arguments[1].text);
  if (!status.ok()) return status;
  const absl::StatusOr<Acceptor*> listener = session.objects().Find<Acceptor>(arguments[0].text);
  if (!listener.ok()) return listener.status();
  absl::StatusOr<std::unique_ptr<Stream>> stream = (*listener)->Accept();
  session.Used(**listener);
  if (!stream.ok()) return stream.status();
  return session.Add(arguments[1].text, *std::move(stream));
}

absl::Status Read(Session& session, Arguments arguments) {
  const absl::StatusOr<Stream*> stream = session.objects().Find<Stream>(arguments[0].text);
  if (!stream.ok()) return stream.status();
  const absl::StatusOr<uint64_t> count = arguments.size() < 2 ? 65536 : NumberOf(arguments[1]);
  if (!count.ok()) return count.status();
  if (*count == 0 || *count > kMostRead) {
    return PlainStatus(absl::StatusCode::kInvalidArgument,
                       absl::StrCat("read takes from 1 to ", kMostRead, " bytes"));
  }
  const absl::StatusOr<std::optional<std::string>> bytes =
      (*stream)->Read(static_cast<size_t>(*count));
  if (!bytes.ok()) return bytes.status();
  session.Print(bytes->has_value() ? Quoted(**bytes) : "end");
  if (bytes->has_value()) session.Used(**stream);  // the end lasts: it is not reported again
  return absl::OkStatus();
}

absl::Status Write(Session& session, Arguments arguments) {
  const absl::StatusOr<Stream*> stream = session.objects().Find<Stream>(arguments[0].text);
  if (!stream.ok()) return stream.status();
  const std::string& text = arguments[1].text;
  const absl::StatusOr<size_t> written = (*stream)->Write(text);
  if (!written.ok()) return written.status();
  session.Used(**stream);
  if (*written < text.size()) {
    session.Print(absl::StrCat(*written, " of ", text.size(), " bytes"));
  }
  return absl::OkStatus();
}

absl::Status End(Session& session, Arguments arguments) {
  const absl::StatusOr<Stream*> stream = session.objects().Find<Stream>(arguments[0].text);
  return stream.ok() ? (*stream)->EndWriting() : stream.status();
}

constexpr Command kCommands[] = {
    {"pipe NAME NAME", "makes a pipe: the reading end and the writing end", Pipe},
    {"pair NAME NAME", "makes two connected sockets", Pair},
    {"listen NAME ADDRESS",
     "listens at an address\n\n"
     "HOST:PORT, [HOST]:PORT for IPv6, unix:PATH. With port 0 the system chooses a free one.",
     Listen},
    {"connect NAME ADDRESS",
     "connects to an address\n\n"
     "HOST:PORT, [HOST]:PORT for IPv6, unix:PATH, or the name of a listener. Waits for up to 10 s.",
     Connect},
    {"accept LISTENER NAME", "takes a connection", Accept},
    {"read STREAM [COUNT]",
     "prints what can be read, without waiting\n\n"
     "At most COUNT bytes, 65536 if not given, as a word in quotes; at the end of the stream: end.",
     Read},
    {"write STREAM TEXT",
     "writes bytes, without waiting\n\n"
     "\"...\" may have \\n, \\t, \\r, \\0, \\xHH. If not all can be written, prints how many were.",
     Write},
    {"end STREAM", "ends what is written to a socket, which can still be read", End},
};

}  // namespace

absl::Span<const Command> StreamCommands() { return kCommands; }

}  // namespace someos::shell
