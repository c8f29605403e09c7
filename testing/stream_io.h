// Reading and writing non-blocking streams (pipes, sockets, terminals).

#ifndef SOMEOS_TESTING_STREAM_IO_H_
#define SOMEOS_TESTING_STREAM_IO_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace someos {

// Writes all of `text`, which must fit into the stream's buffer.
void WriteText(int fd, absl::string_view text);

// Reads until the stream is empty or at its end, and returns what came.
std::string ReadAvailable(int fd);

// Ends what is written into a socket; its peer reads the end of the stream.
void ShutDownWriting(int fd);

// Writes until the stream takes no more, and returns how many bytes it took. (Poll may call a pipe
// not writable before that: findings/linux_pipe_room.sh.)
size_t Fill(int fd);

}  // namespace someos

#endif  // SOMEOS_TESTING_STREAM_IO_H_
