// A list in shared memory: Python's multiprocessing.shared_memory.ShareableList.

#ifndef SOMEOS_API_MULTIPROCESSING_SHARED_MEMORY_SHAREABLE_LIST_H_
#define SOMEOS_API_MULTIPROCESSING_SHARED_MEMORY_SHAREABLE_LIST_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "someos/api/multiprocessing/shared_memory/shared_memory.h"
#include "someos/api/multiprocessing/value/py_value.h"

namespace someos::multiprocessing {

// A fixed number of items, each int (64 bits), float, bool, str, bytes or None, in the layout of
// Python 3.9 and later. (That of 3.8 is another one, and refused.) An item may be set to another
// type; a str or bytes takes the room that the item had at first.
//
// Python's list loses what this one does not:
// - Python 3.9 to 3.13 give a str of non-ASCII characters too little room and cut it off; here the
//   room is for its UTF-8. What such a Python has cut within a character is an error of Get.
// - NULs at the end of a str or bytes cannot be told from padding. Python drops them; here they are
//   an error of Create and Set.
//
// What another process writes into the memory is not trusted: sizes and formats are checked at
// Attach and whenever an item is read. But a process that truncates the memory makes the others'
// next access a SIGBUS: the list does not use the guards of SharedMemoryOptions.
//
// Threads: const functions by any, except during Set; between processes, and Get during Set, the
// program needs a lock, as in Python.
class ShareableList {
 public:
  // Python's ShareableList(sequence, name=name).
  //
  // kInvalidArgument (TypeError): an item of another type. kOutOfRange (OverflowError): an int of
  // more than 64 bits. kInvalidArgument (ValueError): NULs at the end; a str that is no UTF-8; more
  // than 9,999,991 bytes, whose format would have more than 8 characters. Errors of
  // SharedMemory::Create.
  static absl::StatusOr<ShareableList> Create(absl::Span<const PyValue> items,
                                              std::optional<std::string> name = std::nullopt,
                                              const SharedMemoryOptions& options = {});

  // Python's ShareableList(name=name).
  //
  // kInvalidArgument (ValueError): there is no such list in it. Errors of SharedMemory::Attach.
  static absl::StatusOr<ShareableList> Attach(absl::string_view name,
                                              const SharedMemoryOptions& options = {});

  // The list in memory that is mapped already, such as that of a descriptor. Errors as of Attach.
  static absl::StatusOr<ShareableList> Of(SharedMemory memory);

  // len(list)
  size_t size() const { return offsets_.size() - 1; }

  // list[position], counted from the end if it is negative.
  //
  // kOutOfRange (IndexError) "index out of range". kInvalidArgument (ValueError): what is there is
  // no item, or a str that is no UTF-8.
  absl::StatusOr<PyValue> Get(int64_t position) const;

  // list[position] = value. The item is unchanged if this fails.
  //
  // kOutOfRange (IndexError) "assignment index out of range". kInvalidArgument (ValueError)
  // "bytes/str item exceeds available storage". Others as of Create.
  absl::Status Set(int64_t position, const PyValue& value);

  // list.count(value), list.index(value). kInvalidArgument (ValueError) "... not in this
  // container". Errors of Get.
  absl::StatusOr<size_t> Count(const PyValue& value) const;
  absl::StatusOr<size_t> Index(const PyValue& value) const;

  // list.format: the formats of all items in Python's module struct. Errors of Get.
  absl::StatusOr<std::string> format() const;

  // list.shm
  SharedMemory& shm() { return memory_; }
  const SharedMemory& shm() const { return memory_; }

 private:
  ShareableList(SharedMemory memory, std::vector<size_t> offsets)
      : memory_(std::move(memory)), offsets_(std::move(offsets)) {}

  // What an item occupies.
  struct Place {
    char* data;
    size_t size;
    char* format;  // 8 bytes
    char* code;    // 1 byte
  };
  // kOutOfRange (IndexError): `complaint`; also after Close of the memory.
  absl::StatusOr<Place> At(int64_t position, absl::string_view complaint) const;
  absl::StatusOr<Place> At(size_t position) const;

  SharedMemory memory_;
  // Of the items in the data area, and at last its size. A copy: that in the memory may change.
  std::vector<size_t> offsets_;
};

}  // namespace someos::multiprocessing

#endif  // SOMEOS_API_MULTIPROCESSING_SHARED_MEMORY_SHAREABLE_LIST_H_
