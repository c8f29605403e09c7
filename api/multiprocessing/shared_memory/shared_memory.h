// Memory that processes share by a name: Python's multiprocessing.shared_memory.SharedMemory.

#ifndef SOMEOS_API_MULTIPROCESSING_SHARED_MEMORY_SHARED_MEMORY_H_
#define SOMEOS_API_MULTIPROCESSING_SHARED_MEMORY_SHARED_MEMORY_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "someos/api/mapping.h"

namespace someos::multiprocessing {

struct SharedMemoryOptions {
  // The object that has created the memory unlinks its name when it ends, in the process that has
  // made it. A process that is killed leaves the name; memory of CreateAnonymous leaves nothing.
  // Without it, the name stays until somebody calls Unlink.
  //
  // Not as in Python, where a process with `track` that only attaches destroys the memory at its
  // exit as well: Python 3.8 to 3.12 do so always, later ones unless they attach with track=False.
  // Memory that such a process must not destroy is handed to it as a descriptor: CreateAnonymous.
  bool track = true;
  // mapping()->Enter() works: see MappingOptions::guarded. For memory whose other users are not
  // trusted to leave its size alone.
  bool guarded = false;
};

// A segment of memory with a name, mapped into this process, readable and writable.
//
// Names are Python's: without the slash that the system's have, "psm_" and 8 hexadecimal digits if
// none is given. A Python process opens what this makes, and the other way round.
//
// Threads: const functions may be called by any thread at the same time. What the processes do with
// the bytes is theirs to synchronize. A forked child has the mapping as well, and its copy of the
// object does not unlink the name.
class SharedMemory {
 public:
  // Python's SharedMemory(name, create=True, size=size). The bytes are 0. (macOS makes the size a
  // multiple of the page size.)
  //
  // kInvalidArgument (ValueError): "'size' must be a positive integer", "'size' must be a positive
  // number different from zero", "embedded null character". EEXIST (FileExistsError): the name
  // exists. ENOSPC, ENOMEM: there is not so much memory; where the system can allocate it in
  // advance, that is never a SIGBUS later. EINVAL, ENAMETOOLONG: no name of this system, such as
  // "", one with a slash, or on macOS one of more than 30 characters. EMFILE, ENFILE, EACCES.
  static absl::StatusOr<SharedMemory> Create(int64_t size,
                                             std::optional<std::string> name = std::nullopt,
                                             const SharedMemoryOptions& options = {});

  // Python's SharedMemory(name). ENOENT (FileNotFoundError); EINVAL: it is empty; others as above.
  static absl::StatusOr<SharedMemory> Attach(absl::string_view name,
                                             const SharedMemoryOptions& options = {});

  // Memory without a name, which vanishes with its last user however that ends. It is passed on by
  // descriptor(), as by Connection::SendDescriptor. Errors of Create.
  static absl::StatusOr<SharedMemory> CreateAnonymous(int64_t size,
                                                      const SharedMemoryOptions& options = {});

  // The memory of a descriptor that has come from descriptor() in another process; it stays the
  // caller's. EBADF, EACCES, EINVAL (empty), ENODEV: it is no such descriptor.
  static absl::StatusOr<SharedMemory> OfDescriptor(int fd, const SharedMemoryOptions& options = {});

  SharedMemory(SharedMemory&& other) noexcept;
  SharedMemory& operator=(SharedMemory&& other) noexcept;
  // Closes, and unlinks if `track` says so.
  ~SharedMemory();

  // Without the slash; "" if there is none.
  const std::string& name() const { return name_; }
  // In bytes; also after Close.
  uint64_t size() const { return size_; }
  // The bytes; none after Close.
  absl::Span<char> buf() const {
    return mapping_ == nullptr ? absl::Span<char>() : absl::MakeSpan(mapping_->data(), size());
  }
  // The same with guards; null after Close.
  const Mapping* mapping() const { return mapping_.get(); }
  // To be sent to another process; stays this object's. -1 after Close.
  int descriptor() const { return mapping_ == nullptr ? -1 : mapping_->descriptor(); }

  // Unmaps. Has no effect on one that is closed. Views of the bytes are invalid then: unlike
  // Python's (BufferError), they are not counted.
  void Close() { mapping_.reset(); }

  // Removes the name; who has the memory mapped keeps it. To be called once among all processes.
  //
  // ENOENT (FileNotFoundError): there is no such name any more. OK without doing anything for
  // memory without a name.
  absl::Status Unlink();

 private:
  static absl::StatusOr<SharedMemory> Map(int fd, std::string name,
                                          const SharedMemoryOptions& options);

  SharedMemory(std::unique_ptr<Mapping> mapping, std::string name)
      : mapping_(std::move(mapping)), name_(std::move(name)), size_(mapping_->size()) {}

  // Makes the destructor unlink the name in this process.
  void Track();
  void End();

  std::unique_ptr<Mapping> mapping_;
  std::string name_;
  uint64_t size_ = 0;
  uint32_t tracked_in_ = 0;  // the fork generation in which the destructor unlinks; 0: in none
};

}  // namespace someos::multiprocessing

#endif  // SOMEOS_API_MULTIPROCESSING_SHARED_MEMORY_SHARED_MEMORY_H_
