// Prints what is added to files until it is told to stop.

#ifndef SOMEOS_TOOLS_TAIL_TAIL_LOOP_H_
#define SOMEOS_TOOLS_TAIL_TAIL_LOOP_H_

#include <atomic>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "someos/api/poller.h"
#include "someos/tools/tail/followed_file.h"
#include "someos/tools/tail/options.h"

namespace someos::tail {

// Thread-compatible, except for Stop.
class TailLoop {
 public:
  // Prints to the descriptor `output`. Both outlive the loop.
  TailLoop(Poller* poller, int output, const Options& options);

  // Prints the last lines of each file, then follows them if Options::follow is set. OK when it was
  // stopped, or when nobody reads the output any more.
  //
  // Errors of write(2) and of the Poller; without Options::follow also those of FollowedFile.
  absl::Status Run();

  // Ends Run soon. From any thread, and from a signal handler.
  void Stop();

 private:
  // Prints what has been added to `file` since the last time, at most a window of it. Returns
  // whether there was any change.
  absl::StatusOr<bool> Advance(FollowedFile& file);
  // Waits for the interval, or for Stop. If the output's reader goes meanwhile, that is a Stop,
  // too.
  absl::Status WaitForChanges();
  // Of an output that does not block its writer.
  absl::Status WaitForRoom();
  absl::Status Print(const FollowedFile& file, absl::string_view data);
  absl::Status WriteAll(absl::string_view bytes);

  Poller* const poller_;
  const int output_;
  const Options options_;
  std::vector<FollowedFile> files_;
  const FollowedFile* printed_last_ = nullptr;
  std::atomic<bool> stopped_{false};
};

}  // namespace someos::tail

#endif  // SOMEOS_TOOLS_TAIL_TAIL_LOOP_H_
