// One direction of a stream between two sockets: what is read from the source is written to the
// sink.
//
// A channel is either reading (nothing is held back), flushing (the sink did not take all; the
// source waits until it has) or ended (the source gave its end of file and all is written). So at
// most one buffer of the size of one read is ever held, and a channel that keeps up holds none.
//
//   reading --sink is full--> flushing --sink took all--> reading
//      |                          |
//      '------- end of file ------'--> (all written) --> ended
//
// The caller owns the sockets, asks the poller for what reading() and flushing() say, and passes
// the end of file on to the sink once the channel has ended.

#ifndef SOMEOS_TOOLS_RELAY_CHANNEL_H_
#define SOMEOS_TOOLS_RELAY_CHANNEL_H_

#include <cstddef>
#include <memory>

#include "absl/types/span.h"
#include "someos/tools/relay/statistics.h"

namespace someos::relay {

class Channel {
 public:
  // Which side is broken: reset, timed out, gone.
  enum class Failure { kNone, kSource, kSink };

  // Counts into `*traffic`, which must outlive the channel.
  explicit Channel(Traffic* traffic) : traffic_(traffic) {}

  // Reads once from `source` and writes once to `sink`, both non-blocking. `scratch` lends the
  // room; only what the sink did not take is copied and kept. Only if reading().
  Failure Pump(int source, int sink, absl::Span<char> scratch);

  // Writes once to `sink` what is held back. Only if flushing().
  Failure Flush(int sink);

  // Acts as if the source had given its end of file: what is held back is still to be flushed.
  void EndSource() { source_ended_ = true; }

  // Ends the channel at once because its sink is gone. What is held back is lost.
  void Abandon();

  bool reading() const { return !source_ended_ && !flushing(); }
  bool flushing() const { return held_begin_ != held_end_; }
  bool source_ended() const { return source_ended_; }
  bool ended() const { return source_ended_ && !flushing(); }

 private:
  void Hold(absl::Span<const char> data);
  void Release();

  Traffic* traffic_;
  std::unique_ptr<char[]> held_;
  // The part of `held_` that is still to be written.
  size_t held_begin_ = 0;
  size_t held_end_ = 0;
  bool source_ended_ = false;
};

}  // namespace someos::relay

#endif  // SOMEOS_TOOLS_RELAY_CHANNEL_H_
