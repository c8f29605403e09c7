#include "someos/api/multiprocessing/process/signal_name.h"

#include <csignal>
#include <string>

#include "absl/strings/str_cat.h"

namespace someos::multiprocessing::internal {
namespace {

struct Name {
  int signal;
  const char* name;
};

// Those by which processes end.
constexpr Name kNames[] = {
    {SIGHUP, "SIGHUP"},   {SIGINT, "SIGINT"},       {SIGQUIT, "SIGQUIT"}, {SIGILL, "SIGILL"},
    {SIGTRAP, "SIGTRAP"}, {SIGABRT, "SIGABRT"},     {SIGBUS, "SIGBUS"},   {SIGFPE, "SIGFPE"},
    {SIGKILL, "SIGKILL"}, {SIGUSR1, "SIGUSR1"},     {SIGSEGV, "SIGSEGV"}, {SIGUSR2, "SIGUSR2"},
    {SIGPIPE, "SIGPIPE"}, {SIGALRM, "SIGALRM"},     {SIGTERM, "SIGTERM"}, {SIGXCPU, "SIGXCPU"},
    {SIGXFSZ, "SIGXFSZ"}, {SIGVTALRM, "SIGVTALRM"}, {SIGPROF, "SIGPROF"}, {SIGSYS, "SIGSYS"},
};

}  // namespace

std::string SignalName(int signal) {
  for (const Name& entry : kNames) {
    if (entry.signal == signal) return entry.name;
  }
  return absl::StrCat(signal);
}

}  // namespace someos::multiprocessing::internal
