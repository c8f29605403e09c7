// The connections of a soak: as many as there are descriptors for, most of them idle, some busy.

#ifndef SOMEOS_TESTING_POLLER_SOAK_TRAFFIC_H_
#define SOMEOS_TESTING_POLLER_SOAK_TRAFFIC_H_

#include <netinet/in.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <random>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "someos/api/event.h"
#include "someos/testing/poller/soak/connection.h"
#include "someos/testing/poller/soak/shared.h"
#include "someos/testing/poller/soak/stream_bytes.h"
#include "someos/testing/scoped_fd.h"

namespace someos::soak {

// For the waiting thread, with the gate held.
class Traffic {
 public:
  // At most `most` connections at once; the system may allow fewer.
  Traffic(Shared* shared, uint64_t seed, size_t most);

  // Opens connections until there are enough, or until descriptors have run out.
  void Fill();

  // Of the Wait with this number. After its events: Act(), unless it is to end, and EndTurn().
  void OnEvent(const Event& event, uint64_t wait);
  // Has some connections talk, stall, end or be reset, and opens others in their place.
  void Act();
  void EndTurn();

  // Lets what is under way come to its end.
  void Calm();
  // Nothing is under way.
  bool calm() const { return busy_.empty(); }

  size_t size() const { return connections_.size(); }

 private:
  bool OneIn(uint64_t n) { return random_() % n == 0; }
  uint64_t SomeBytes();
  uint64_t NewNumber() { return ++numbers_; }
  Trigger SomeTrigger();
  Connection* Find(uint64_t data);
  // An idle one at random, which is busy from now on; null if none is found soon.
  Connection* Pick();
  bool IsBusy(uint64_t number) const;
  Connection& Add(uint64_t number);

  // These return false if there was no room.
  bool OpenUnix();
  bool OpenTcp();
  void Accept();
  // Many clients connect at once, or if there is no room, many connections end.
  void Storm();
  // Descriptors have run out: makes room, and remembers how many there may be.
  void MakeRoom();
  // Says what is to come of a new or idle connection.
  void Employ(Connection& connection);
  void CheckBusy();

  Shared& shared_;
  std::mt19937_64 random_;
  const StreamBytes bytes_;
  ScopedFd listener_;
  sockaddr_in address_ = {};
  size_t target_;
  uint64_t numbers_ = 0;
  absl::Duration rest_until_;
  std::vector<std::unique_ptr<Connection>> connections_;
  absl::flat_hash_map<uint64_t, size_t> places_;        // of the numbers in connections_
  absl::flat_hash_map<uint16_t, uint64_t> connecting_;  // the numbers by the clients' ports
  std::vector<uint64_t> busy_;                          // numbers
};

}  // namespace someos::soak

#endif  // SOMEOS_TESTING_POLLER_SOAK_TRAFFIC_H_
