#include "someos/tools/relay/demo/load.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "someos/api/event.h"
#include "someos/api/interest.h"
#include "someos/api/poller.h"
#include "someos/tools/relay/demo/client.h"
#include "someos/tools/relay/socket_address.h"

namespace someos::relay {
namespace {

constexpr size_t kScratchSize = 64 * 1024;
constexpr absl::Duration kPatience = absl::Seconds(30);

// FreeBSD resets those who find more than 192 others waiting to be accepted.
constexpr size_t kConnectingAtOnce = 32;

class Load {
 public:
  Load(Poller* poller, int clients, const Conversation& conversation)
      : poller_(*poller), scratch_(new char[kScratchSize]) {
    places_.reserve(clients);
    for (int i = 0; i < clients; ++i) places_.emplace_back(Client(conversation, /*seed=*/i));
  }

  absl::StatusOr<LoadResult> Run(const SocketAddress& server) {
    for (size_t first = 0; first < places_.size(); first += kConnectingAtOnce) {
      const size_t end = std::min(places_.size(), first + kConnectingAtOnce);
      pending_ = end - first;
      for (size_t i = first; i < end; ++i) Check(i, Connect(i, server));
      if (absl::Status status = WaitForAll(&Load::GoOnConnecting); !status.ok()) return status;
    }

    pending_ = places_.size() - result_.errors;
    result_.connections = static_cast<int>(pending_);
    const auto begin = std::chrono::steady_clock::now();
    for (size_t i = 0; i < places_.size(); ++i) {
      if (!places_[i].failed) Check(i, Begin(i));
    }
    if (absl::Status status = WaitForAll(&Load::GoOnTalking); !status.ok()) return status;
    result_.elapsed = absl::FromChrono(std::chrono::steady_clock::now() - begin);

    for (const Place& place : places_) {
      result_.messages += place.client.messages();
      result_.bytes += place.client.bytes();
    }
    return result_;
  }

 private:
  struct Place {
    explicit Place(Client its_client) : client(std::move(its_client)) {}
    Client client;
    Interest interest = Interest::kNone;
    bool failed = false;
  };

  absl::Span<char> scratch() { return absl::MakeSpan(scratch_.get(), kScratchSize); }

  // Waits until no client is pending, and lets `go_on` do what readiness allows.
  absl::Status WaitForAll(absl::Status (Load::*go_on)(size_t i, Readiness readiness)) {
    Event events[64];
    while (pending_ > 0) {
      const absl::StatusOr<size_t> ready = poller_.Wait(events, kPatience);
      if (!ready.ok()) return ready.status();
      if (*ready == 0) {
        return absl::DeadlineExceededError(absl::StrCat(pending_, " clients have got nothing for ",
                                                        absl::FormatDuration(kPatience)));
      }
      for (const Event& event : absl::MakeConstSpan(events).first(*ready)) {
        Check(event.data, (this->*go_on)(event.data, event.readiness));
      }
    }
    return absl::OkStatus();
  }

  absl::Status Connect(size_t i, const SocketAddress& server) {
    Place& place = places_[i];
    if (absl::Status status = place.client.Connect(server); !status.ok()) return status;
    place.interest = place.client.interest();
    return poller_.Register(place.client.fd(), place.interest, i);
  }

  absl::Status GoOnConnecting(size_t i, Readiness readiness) {
    Place& place = places_[i];
    absl::Status status = place.client.OnReady(readiness, scratch());
    if (!status.ok() || !place.client.connected()) return status;
    status = Watch(place, Interest::kNone);
    if (status.ok()) --pending_;
    return status;
  }

  absl::Status Begin(size_t i) {
    Place& place = places_[i];
    absl::Status status = place.client.Begin(scratch());
    return status.ok() ? Watch(place, place.client.interest()) : status;
  }

  absl::Status GoOnTalking(size_t i, Readiness readiness) {
    Place& place = places_[i];
    absl::Status status = place.client.OnReady(readiness, scratch());
    if (!status.ok()) return status;
    if (!place.client.finished()) return Watch(place, place.client.interest());
    status = poller_.Unregister(place.client.fd());
    if (status.ok()) --pending_;
    return status;
  }

  absl::Status Watch(Place& place, Interest interest) {
    if (interest == place.interest) return absl::OkStatus();
    place.interest = interest;
    const uint64_t data = &place - places_.data();
    return poller_.Modify(place.client.fd(), interest, data);
  }

  // Gives client `i` up if what it has just tried went wrong.
  void Check(size_t i, const absl::Status& status) {
    if (status.ok()) return;
    places_[i].failed = true;
    --pending_;
    ++result_.errors;
    result_.first_error.Update(status);
    poller_.Unregister(places_[i].client.fd()).IgnoreError();
  }

  Poller& poller_;
  const std::unique_ptr<char[]> scratch_;
  std::vector<Place> places_;
  size_t pending_ = 0;
  LoadResult result_;
};

}  // namespace

absl::StatusOr<LoadResult> RunClients(Poller& poller, const SocketAddress& server, int clients,
                                      const Conversation& conversation) {
  return Load(&poller, clients, conversation).Run(server);
}

}  // namespace someos::relay
