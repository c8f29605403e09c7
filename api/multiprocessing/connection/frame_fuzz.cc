// Any bytes, in any pieces, are messages or an error. The reader asks for what belongs to the
// message and not for more, within its limits, and what the writer writes is what the reader reads.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "someos/api/multiprocessing/connection/frame_header.h"
#include "someos/api/multiprocessing/connection/frame_reader.h"
#include "someos/api/multiprocessing/connection/frame_writer.h"
#include "someos/testing/fuzz/byte_reader.h"

namespace someos::multiprocessing {
namespace {

constexpr uint64_t kMaxSize = 1000;

void Check(bool holds, absl::string_view what) {
  if (holds) return;
  std::cerr << what << "\n" << std::flush;
  std::abort();
}

// The messages of a stream, each behind its length, read in pieces of at most `piece` bytes.
std::string Read(absl::string_view stream, size_t piece, bool& failed) {
  FrameReader reader(kMaxSize);
  std::string messages;
  failed = false;
  while (!stream.empty()) {
    const absl::Span<char> space = reader.Space();
    Check(!space.empty() && space.size() <= kMaxSize, "asks for nothing, or for too much");
    const size_t count = std::min({space.size(), stream.size(), piece});
    std::copy_n(stream.begin(), count, space.begin());
    stream.remove_prefix(count);
    failed = !reader.Advance(count).ok();
    if (failed) return messages;
    if (!reader.complete()) continue;
    const std::string message = reader.Take();
    Check(message.size() <= kMaxSize, "a message beyond the limit");
    messages += std::to_string(message.size()) + ":" + message;
  }
  return messages;
}

void RunOn(absl::Span<const uint8_t> bytes) {
  ByteReader pieces(bytes);
  const size_t piece = 1 + pieces.Byte() % 16;
  const absl::string_view stream(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  bool failed = false;
  bool failed_at_once = false;
  const std::string messages = Read(stream, piece, failed);
  Check(messages == Read(stream, stream.size(), failed_at_once), "depends on the pieces");
  Check(failed == failed_at_once, "fails depending on the pieces");

  const absl::string_view message = stream.substr(0, kMaxSize);
  FrameWriter writer;
  Check(writer.Add(message).ok() && writer.Add(message).ok(), "not written");
  const std::string twice = std::to_string(message.size()) + ":" + std::string(message);
  Check(Read(writer.pending(), piece, failed) == twice + twice && !failed, "read as another one");
}

}  // namespace
}  // namespace someos::multiprocessing

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  someos::multiprocessing::RunOn(absl::MakeConstSpan(data, size));
  return 0;
}
