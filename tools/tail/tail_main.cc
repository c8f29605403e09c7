// tail: prints what is added to files. HelpText() says what it does.

#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "someos/api/poller.h"
#include "someos/api/select.h"
#include "someos/tools/tail/options.h"
#include "someos/tools/tail/tail_loop.h"

namespace someos::tail {
namespace {

constexpr int kFailed = 1;
constexpr int kUsage = 2;

int Fail(int code, absl::string_view message) {
  fprintf(stderr, "tail: %s\n", std::string(message).c_str());
  return code;
}

// Whom the signal handler tells; set before the handler is.
TailLoop* signalled_loop = nullptr;

extern "C" void OnSignal(int /*signal*/) {
  const int saved_errno = errno;
  signalled_loop->Stop();
  errno = saved_errno;
}

void SetSignals(void (*handler)(int)) {
  struct sigaction action = {};
  action.sa_handler = handler;  // without SA_RESTART, so that a blocked write ends
  sigemptyset(&action.sa_mask);
  for (int signal : {SIGINT, SIGTERM}) sigaction(signal, &action, nullptr);
}

int Main(absl::Span<const char* const> arguments) {
  const absl::StatusOr<Options> options = ParseOptions(arguments);
  if (!options.ok()) return Fail(kUsage, options.status().message());
  if (options->help) {
    printf("%s", std::string(HelpText()).c_str());
    return 0;
  }
  signal(SIGPIPE, SIG_IGN);
  const absl::StatusOr<std::unique_ptr<Poller>> poller = NewPoller();
  if (!poller.ok()) return Fail(kFailed, poller.status().message());
  TailLoop loop(poller->get(), STDOUT_FILENO, *options);
  signalled_loop = &loop;
  SetSignals(OnSignal);
  const absl::Status status = loop.Run();
  SetSignals(SIG_IGN);  // the loop is about to go
  return status.ok() ? 0 : Fail(kFailed, status.message());
}

}  // namespace
}  // namespace someos::tail

int main(int argc, char** argv) {
  return someos::tail::Main(absl::MakeConstSpan(argv + 1, static_cast<size_t>(argc - 1)));
}
