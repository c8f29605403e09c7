#include "someos/tools/bench/contenders/own.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "someos/api/backend.h"
#include "someos/testing/poller/all_backends.h"
#include "someos/testing/poller/linkable_pollers.h"
#include "someos/tools/bench/channels.h"
#include "someos/tools/bench/contenders/on_objects.h"
#include "someos/tools/bench/contenders/on_poller.h"
#include "someos/tools/bench/contenders/raw_poll.h"
#include "someos/tools/bench/contenders/raw_select.h"
#include "someos/tools/bench/workloads/make_case.h"

#if SOMEOS_LINKS_EPOLL
#include "someos/backends/epoll/epoll_poller.h"
#include "someos/tools/bench/contenders/raw_epoll.h"
#endif
// kqueue over libkqueue is not measured: the cost is that of the library, and it does not support
// eventfds.
#if SOMEOS_LINKS_KQUEUE && !defined(__linux__)
#define SOMEOS_BENCHES_KQUEUE 1
#include "someos/tools/bench/contenders/raw_kqueue.h"
#endif

namespace someos::bench {
namespace {

int MaxFdsOf(const Backend& backend) {
  return backend.name == "select" ? MaxChannelsForSelect() : MaxChannels();
}

// A loop over the raw system calls of the mechanism, if it is implemented here.
std::optional<Contender> Raw(const Backend& backend) {
  const std::string name(backend.name);
  const std::string version(backend.implementation);
  const int max_fds = MaxFdsOf(backend);
#if SOMEOS_LINKS_EPOLL
  if (name == "epoll") return MakeContender<RawEpoll>("raw", name, version, max_fds);
#endif
#if SOMEOS_BENCHES_KQUEUE
  if (name == "kqueue") return MakeContender<RawKqueue>("raw", name, version, max_fds);
#endif
  if (name == "poll") return MakeContender<RawPoll>("raw", name, version, max_fds);
  if (name == "select") return MakeContender<RawSelect>("raw", name, version, max_fds);
  return std::nullopt;
}

// The function or object of Python's select module for the mechanism, if it is implemented here.
std::optional<Contender> Object(const Backend& backend) {
  const std::string name(backend.name);
  const int max_fds = MaxFdsOf(backend);
  if (name == "select") return MakeContender<OnSelectCall>("select::Select", name, "", max_fds);
  if (name == "poll") return MakeContender<OnPollObject>("select::Poll", name, "", max_fds);
#if SOMEOS_LINKS_EPOLL
  if (name == "epoll") return MakeContender<OnEpollObject>("select::Epoll", name, "", max_fds);
#endif
  return std::nullopt;
}

#if SOMEOS_LINKS_EPOLL
template <typename Handler>
using OnEpollPoller = OnPollerOf<EpollPoller, Handler>;

// The Poller over epoll, used in other ways.
std::vector<Contender> OtherUses(const Backend& epoll) {
  const std::string name(epoll.name);
  const int max_fds = MaxFdsOf(epoll);
  std::vector<Contender> contenders = {
      MakeContender<OnVariablePoller>("variable timeout", name, "", max_fds, &epoll),
      MakeContender<OnEpollPoller>("EpollPoller", name, "", max_fds, &epoll),
      MakeContender<OnSynchronizedPoller>("synchronized", name, "", max_fds, &epoll)};
  for (Contender& contender : contenders) contender.variant = true;
  return contenders;
}
#endif

}  // namespace

std::vector<Contender> OwnContenders() {
  std::vector<Contender> contenders;
  for (const Backend* backend : AllBackends()) {
#if !SOMEOS_BENCHES_KQUEUE
    if (backend->name == "kqueue") continue;
#endif
    if (!backend->create({}).ok()) continue;  // this kernel lacks it
    if (std::optional<Contender> raw = Raw(*backend)) contenders.push_back(*std::move(raw));
    contenders.push_back(MakeContender<OnPoller>("someos", std::string(backend->name), "",
                                                 MaxFdsOf(*backend), backend));
    if (std::optional<Contender> object = Object(*backend)) {
      contenders.push_back(*std::move(object));
      contenders.back().variant = true;
    }
#if SOMEOS_LINKS_EPOLL
    if (backend->name == "epoll") {
      for (Contender& other : OtherUses(*backend)) contenders.push_back(std::move(other));
    }
#endif
  }
  return contenders;
}

}  // namespace someos::bench
