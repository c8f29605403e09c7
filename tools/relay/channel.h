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
// Small messages are copied: a recv and a send each. Once a read has brought much, the channel
// splices, if it is lent pipes: the bytes go through a pipe of the kernel and are not copied. What
// the sink does not take stays in the pipe. After a few small transfers it copies again.
//
// The caller owns the sockets, asks the poller for what reading() and flushing() say, and passes
// the end of file on to the sink once the channel has ended.

#ifndef SOMEOS_TOOLS_RELAY_CHANNEL_H_
#define SOMEOS_TOOLS_RELAY_CHANNEL_H_

#include <cstddef>
#include <cstdint>
#include <memory>

#include "absl/types/span.h"
#include "someos/tools/relay/pipe_pool.h"
#include "someos/tools/relay/statistics.h"

namespace someos::relay {

class Channel {
 public:
  // Which side is broken: reset, timed out, gone.
  enum class Failure { kNone, kSource, kSink };

  // What channels borrow for a transfer; outlives them.
  struct Buffers {
    absl::Span<char> scratch;  // the room for one read
    PipePool* pipes;           // null: none, everything is copied
  };

  // A read that brings so much is a large one.
  static constexpr size_t kLargeRead = 32 * 1024;

  // Counts into `*traffic`, which must outlive the channel.
  explicit Channel(Traffic* traffic) : traffic_(traffic) {}

  // Reads once from `source` and writes once to `sink`, both non-blocking. Only what the sink did
  // not take is kept. Only if reading().
  Failure Pump(int source, int sink, const Buffers& buffers);

  // Writes once to `sink` what is held back. Only if flushing().
  Failure Flush(int sink);

  // Acts as if the source had given its end of file: what is held back is still to be flushed.
  void EndSource() { source_ended_ = true; }

  // Ends the channel at once because its sink is gone. What is held back is lost.
  void Abandon();

  bool reading() const { return !source_ended_ && !flushing(); }
  bool flushing() const { return pipe_ != nullptr || held_ != nullptr; }
  bool source_ended() const { return source_ended_; }
  bool ended() const { return source_ended_ && !flushing(); }

 private:
  // How a transfer through a pipe began.
  enum class Filled { kData, kNothing, kFailed, kUnknown };

  // Splices from `source` into a pipe, which it leaves in `pipe_`. kUnknown: recv has to tell.
  Filled Fill(int source, PipePool& pipes);
  Failure Copy(int source, int sink, absl::Span<char> scratch);
  Failure DrainPipe(int sink);
  // A read has brought so much.
  void Note(size_t received);
  void Hold(absl::Span<const char> data);
  void Release();

  Traffic* traffic_;
  std::unique_ptr<char[]> held_;
  // The part of `held_` that is still to be written. 32 bits, as idle connections are many.
  uint32_t held_begin_ = 0;
  uint32_t held_end_ = 0;
  PipePool::Pipe pipe_;         // if not null, with data in it, except during a call
  uint8_t transfers_left_ = 0;  // how many small transfers end the splicing; 0: copies
  bool source_ended_ = false;
};

}  // namespace someos::relay

#endif  // SOMEOS_TOOLS_RELAY_CHANNEL_H_
