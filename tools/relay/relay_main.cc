// relay: a TCP and Unix-socket relay on someos::Poller. HelpText() says what it does.

#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "someos/api/poller.h"
#include "someos/api/select.h"
#include "someos/tools/relay/address.h"
#include "someos/tools/relay/demo/demo.h"
#include "someos/tools/relay/descriptor_limit.h"
#include "someos/tools/relay/listener.h"
#include "someos/tools/relay/listeners.h"
#include "someos/tools/relay/options.h"
#include "someos/tools/relay/passed_listeners.h"
#include "someos/tools/relay/relay_threads.h"
#include "someos/tools/relay/socket_address.h"
#include "someos/tools/relay/standard_descriptors.h"
#include "someos/tools/relay/statistics.h"
#include "someos/tools/relay/stop_signals.h"

namespace someos::relay {
namespace {

constexpr int kFailed = 1;
constexpr int kUsage = 2;

int Fail(int code, absl::string_view message) {
  fprintf(stderr, "relay: %s\n", std::string(message).c_str());
  return code;
}

void PrintStatistics(const Statistics& statistics) {
  printf("relay: %s\n", ToString(statistics).c_str());
  fflush(stdout);
}

// Adds the listeners of --listen to `*listeners`.
absl::Status OpenListenersOf(const Options& options, std::vector<Listener>* listeners) {
  if (options.listen_text.empty()) return absl::OkStatus();
  const absl::StatusOr<std::vector<SocketAddress>> addresses = Resolve(options.listen);
  if (!addresses.ok()) return addresses.status();
  std::vector<std::string> left_out;
  absl::StatusOr<std::vector<Listener>> opened = OpenListeners(*addresses, &left_out);
  if (!opened.ok()) return opened.status();
  for (const std::string& why : left_out) {
    fprintf(stderr, "relay: --listen %s: left out: %s\n", options.listen_text.c_str(), why.c_str());
  }
  for (Listener& listener : *opened) listeners->push_back(std::move(listener));
  return absl::OkStatus();
}

std::string AddressesOf(const std::vector<Listener>& listeners) {
  return absl::StrJoin(listeners, ", ", [](std::string* out, const Listener& listener) {
    absl::StrAppend(out, listener.address().ToString());
  });
}

int RunRelay(const Options& options, std::vector<Listener> listeners) {
  std::vector<std::unique_ptr<Poller>> owned;
  std::vector<Poller*> pollers;
  for (int i = 0; i < options.threads; ++i) {
    absl::StatusOr<std::unique_ptr<Poller>> poller = NewPoller(options.poller);
    if (!poller.ok()) return Fail(kFailed, poller.status().message());
    owned.push_back(*std::move(poller));
    pollers.push_back(owned.back().get());
  }
  const absl::StatusOr<std::vector<SocketAddress>> upstream = Resolve(options.connect);
  if (!upstream.ok()) {
    return Fail(kFailed, absl::StrCat("--connect ", options.connect_text, ": ",
                                      upstream.status().message()));
  }
  if (absl::Status status = OpenListenersOf(options, &listeners); !status.ok()) {
    return Fail(kFailed, absl::StrCat("--listen ", options.listen_text, ": ", status.message()));
  }
  const std::string addresses = AddressesOf(listeners);

  RelayThreads relay(pollers, std::move(listeners), *upstream, options.limits, PrintStatistics);
  BeginSignals(&relay);
  printf("relay: listening on %s, connecting to %s, waiting with %s\n", addresses.c_str(),
         options.connect_text.c_str(), std::string(pollers.front()->name()).c_str());
  fflush(stdout);
  const absl::Status status = relay.Run();
  EndSignals();  // the relay is about to go
  PrintStatistics(relay.statistics());
  return status.ok() ? 0 : Fail(kFailed, status.message());
}

// A name that no backend has, on the command line or in the environment, makes no sense anywhere.
absl::Status CheckPollerName(const std::string& name) {
  if (name.empty()) return DefaultBackend().status();
  const absl::Status status = FindBackend(name).status();
  return status.ok() ? status : absl::NotFoundError(absl::StrCat("--poller: ", status.message()));
}

int Main(absl::Span<const char* const> arguments) {
  // These two come before anything can open a descriptor or print.
  if (!OpenStandardDescriptors()) return kFailed;
  absl::StatusOr<std::vector<Listener>> passed = TakePassedListeners();

  const absl::StatusOr<Options> options =
      ParseOptions(arguments, /*has_passed_sockets=*/!passed.ok() || !passed->empty());
  if (!options.ok()) return Fail(kUsage, options.status().message());
  if (options->action == Options::Action::kHelp) {
    printf("%s", std::string(HelpText()).c_str());
    return 0;
  }
  if (!passed.ok()) return Fail(kUsage, passed.status().message());
  const absl::Status name = CheckPollerName(options->poller);
  if (!name.ok()) return Fail(kUsage, name.message());

  IgnoreBrokenPipes();
  RaiseDescriptorLimit();
  if (options->action == Options::Action::kRelay) {
    return RunRelay(*options, *std::move(passed));
  }
  return RunDemo(options->poller, options->clients) ? 0 : kFailed;
}

}  // namespace
}  // namespace someos::relay

int main(int argc, char** argv) {
  return someos::relay::Main(absl::MakeConstSpan(argv, argc).subspan(1));
}
