// Compares calls of a manager's object, a dict's get, between all pairs of CPython and this library
// as server and client, over TCP on loopback, and measures what idle connections cost the server.
//
//   managers [ROUNDS [PYTHON]]
//
// Prints nanoseconds of a call, the best of the rounds, in which all pairs take turns, and the
// ratio to CPython with CPython.

#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "someos/api/multiprocessing/connection/client.h"
#include "someos/api/multiprocessing/connection/connection.h"
#include "someos/api/multiprocessing/managers.h"
#include "someos/testing/shell_command.h"

namespace someos::multiprocessing {
namespace {

constexpr char kKey[] = "benchmark";
constexpr int kCalls = 5000;

void Check(bool holds) {
  if (!holds) std::abort();
}

// A server in a process of its own, and where it listens.
struct Server {
  pid_t process;
  uint16_t port;
};

// `run` writes its port as a line to the descriptor that it gets, and serves.
template <typename Run>
Server Start(const Run& run) {
  int ends[2];
  Check(pipe(ends) == 0);
  const pid_t child = fork();
  Check(child >= 0);
  if (child == 0) {
    close(ends[0]);
    run(ends[1]);
    _exit(0);
  }
  close(ends[1]);
  std::string line;  // which may come in parts
  char byte = 0;
  while (read(ends[0], &byte, 1) == 1 && byte != '\n') line.push_back(byte);
  close(ends[0]);
  int port = 0;
  Check(absl::SimpleAtoi(line, &port));
  return {child, static_cast<uint16_t>(port)};
}

Server StartOurs() {
  return Start([](int out) {
    auto server = ManagerServer::Create(Address::Inet("127.0.0.1", 0), kKey, SyncTypes());
    Check(server.ok());
    const std::string line = absl::StrCat((*server)->address().port(), "\n");
    Check(write(out, line.data(), line.size()) > 0);
    Check((*server)->Serve().ok());
  });
}

Server StartPython(const std::string& python, const std::string& script) {
  return Start([&](int out) {
    dup2(out, STDOUT_FILENO);
    execlp(python.c_str(), python.c_str(), script.c_str(), "serve", kKey, nullptr);
  });
}

void Stop(const Server& server) {
  kill(server.process, SIGKILL);
  waitpid(server.process, nullptr, 0);
}

double OurClient(uint16_t port) {
  const auto client = ManagerClient::Connect(Address::Inet("127.0.0.1", port), kKey);
  Check(client.ok());
  const auto table =
      client->Create("dict", {PyValue::List({PyValue::Tuple({PyValue::Str("key"), PyValue(1)})})});
  Check(table.ok() && table->Call("get", {PyValue::Str("key")}).ok());
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < kCalls; ++i) Check(table->Call("get", {PyValue::Str("key")}).ok());
  return std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - begin)
             .count() /
         kCalls;
}

double PythonClient(const std::string& python, const std::string& script, uint16_t port) {
  const CommandResult said =
      RunShellCommand(absl::StrCat(python, " ", script, " call ", port, " ", kKey, " ", kCalls));
  double time = 0;
  Check(absl::SimpleAtod(absl::StripTrailingAsciiWhitespace(said.output), &time));
  return time;
}

// Of physical memory.
int64_t BytesOf(pid_t process) {
  std::ifstream file(absl::StrCat("/proc/", process, "/statm"));
  int64_t all = 0;
  int64_t resident = 0;
  file >> all >> resident;
  return resident * sysconf(_SC_PAGESIZE);
}

void MeasureIdle() {
  constexpr int kConnections = 1000;
  const Server server = StartOurs();
  ClientOptions options;
  options.authentication.authkey = kKey;
  const Address address = Address::Inet("127.0.0.1", server.port);
  Check(Client(address, options).ok());
  const int64_t before = BytesOf(server.process);
  std::vector<Connection> connections;
  for (int i = 0; i < kConnections; ++i) {
    auto connection = Client(address, options);
    Check(connection.ok());
    connections.push_back(*std::move(connection));
  }
  std::printf("%d idle connections: %lld bytes each\n", kConnections,
              static_cast<long long>((BytesOf(server.process) - before) / kConnections));
  Stop(server);
}

}  // namespace
}  // namespace someos::multiprocessing

int main(int argc, char** argv) {
  using namespace someos::multiprocessing;  // NOLINT(google-build-using-namespace)
  const int rounds = argc > 1 ? std::atoi(argv[1]) : 5;
  const std::string python = argc > 2 ? argv[2] : "python3";
  const std::string script = "tools/bench/managers/cpython_manager.py";
  const Server ours = StartOurs();
  const Server theirs = StartPython(python, script);
  double best[4];
  std::fill(std::begin(best), std::end(best), std::numeric_limits<double>::max());
  for (int i = 0; i < rounds; ++i) {
    best[0] = std::min(best[0], PythonClient(python, script, theirs.port));
    best[1] = std::min(best[1], PythonClient(python, script, ours.port));
    best[2] = std::min(best[2], OurClient(theirs.port));
    best[3] = std::min(best[3], OurClient(ours.port));
  }
  Stop(ours);
  Stop(theirs);
  const char* const names[] = {"CPython server, CPython client", "someos server, CPython client",
                               "CPython server, someos client", "someos server, someos client"};
  for (int i = 0; i < 4; ++i) {
    std::printf("%-32s %8.0f ns %6.2f\n", names[i], best[i], best[i] / best[0]);
  }
  MeasureIdle();
  return 0;
}
