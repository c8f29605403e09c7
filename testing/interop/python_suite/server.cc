// The server of the managers that Python's own tests make: SyncManager's types, and those that the
// tests register.
//
//   server HOST PORT KEY SERIALIZER    serves at a port of HOST, 0 for any, and prints it
//
// KEY is in hexadecimal digits, SERIALIZER "pickle" or "xmlrpclib". Exits with the errno if it
// cannot listen.

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/string_view.h"
#include "someos/api/errno_status.h"
#include "someos/api/multiprocessing/managers.h"

namespace mp = someos::multiprocessing;

namespace {

struct FooBar {};

mp::ManagedClass<FooBar> FooBarClass(absl::string_view type_id) {
  mp::ManagedClass<FooBar> type(type_id);
  type.Constructor([](const mp::Arguments&) { return std::make_shared<FooBar>(); })
      .Method("f", [](FooBar&, const mp::Arguments&) -> absl::StatusOr<mp::PyValue> {
        return mp::PyValue::Str("f()");
      });
  return type;
}

struct Squares {
  int64_t next = 0;
};

absl::StatusOr<mp::PyValue> Next(Squares& squares, const mp::Arguments&) {
  if (squares.next == 10) {
    return mp::PythonException("builtins", "StopIteration", std::vector<mp::PyValue>{});
  }
  const int64_t i = squares.next++;
  return mp::PyValue(i * i);
}

mp::ManagedTypes TypesOfTheTests() {
  mp::ManagedTypes types = mp::SyncTypes();
  types.Register(mp::OnlyOne("get_queue", *types.Find("Queue")));
  mp::ManagedClass<FooBar> foo = FooBarClass("Foo");
  foo.Method("g", [](FooBar&, const mp::Arguments&) -> absl::StatusOr<mp::PyValue> {
    return mp::PythonException("builtins", "ValueError", std::vector<mp::PyValue>{});
  });
  types.Register(foo.Type());
  mp::ManagedClass<FooBar> bar = FooBarClass("Bar");
  bar.Method("_h", [](FooBar&, const mp::Arguments&) -> absl::StatusOr<mp::PyValue> {
    return mp::PyValue::Str("_h()");
  });
  types.Register(bar.Type());
  mp::ManagedClass<Squares> baz("baz");
  baz.Constructor([](const mp::Arguments&) { return std::make_shared<Squares>(); })
      .Method("next", Next)
      .Method("__next__", Next);
  types.Register(baz.Type());
  return types;
}

}  // namespace

int main(int argc, char** argv) {
  int port = 0;
  std::string key;
  if (argc != 5 || !absl::SimpleAtoi(argv[2], &port) || !absl::HexStringToBytes(argv[3], &key)) {
    return 2;
  }
  mp::ServerOptions options;
  if (std::string(argv[4]) == "xmlrpclib") options.serializer = mp::Serializer::kXmlRpc;
  const absl::StatusOr<std::unique_ptr<mp::ManagerServer>> server = mp::ManagerServer::Create(
      mp::Address::Inet(argv[1], static_cast<uint16_t>(port)), key, TypesOfTheTests(), options);
  if (!server.ok()) {
    std::fprintf(stderr, "%s\n", std::string(server.status().message()).c_str());
    return someos::ErrnoOf(server.status());
  }
  std::printf("%u\n", static_cast<unsigned>((*server)->address().port()));
  std::fflush(stdout);
  return (*server)->Serve().ok() ? 0 : 1;
}
