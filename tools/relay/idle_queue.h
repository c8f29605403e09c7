// Who has been idle for how long.

#ifndef SOMEOS_TOOLS_RELAY_IDLE_QUEUE_H_
#define SOMEOS_TOOLS_RELAY_IDLE_QUEUE_H_

#include <chrono>
#include <list>

namespace someos::relay {

// Members in the order of when they last did something. Every operation takes constant time, and
// only Add allocates.
template <typename Member>
class IdleQueue {
 public:
  using Clock = std::chrono::steady_clock;

  struct Entry {
    Member* member;
    Clock::time_point since;
  };
  // Stays valid until it is removed.
  using Place = typename std::list<Entry>::iterator;

  // `now` must not lie before that of any call before.
  Place Add(Member* member, Clock::time_point now) {
    return entries_.insert(entries_.end(), {member, now});
  }
  void Touch(Place place, Clock::time_point now) {
    place->since = now;
    entries_.splice(entries_.end(), entries_, place);
  }
  void Remove(Place place) { entries_.erase(place); }

  // The one that has been idle for longest; null if there is none.
  const Entry* oldest() const { return entries_.empty() ? nullptr : &entries_.front(); }

 private:
  std::list<Entry> entries_;
};

}  // namespace someos::relay

#endif  // SOMEOS_TOOLS_RELAY_IDLE_QUEUE_H_
