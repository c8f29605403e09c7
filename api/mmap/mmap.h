// Python's mmap objects: a file, or memory, as a string of bytes that can be changed, with a
// position as a file has. For everything that need not look like Python, use Mapping (mapping.h).
//
// Names, defaults, checks, their order and their messages are those of Python 3.13;
// api/mmap/README.md maps the names, and lists what deviates.

#ifndef SOMEOS_API_MMAP_MMAP_H_
#define SOMEOS_API_MMAP_MMAP_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/base/attributes.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "someos/api/mapping.h"
#include "someos/api/mmap/arguments.h"
#include "someos/api/mmap/slice.h"
#include "someos/backends/mapping_constants/mapping_constants.h"

namespace someos::mmap {

// Where Seek counts from; the numbers are Python's os.SEEK_SET, SEEK_CUR and SEEK_END.
inline constexpr int kSeekSet = 0;
inline constexpr int kSeekCur = 1;
inline constexpr int kSeekEnd = 2;

// A mapped file or memory. Positions, indexes and sizes are bytes.
//
// Every method of a closed object but Close, closed, seekable and ToString fails with
// kInvalidArgument, "mmap closed or invalid". Statuses stand for Python's exceptions as
// python_error.h says; those with an errno (ErrnoOf) for an OSError.
//
// Thread-compatible: const methods may be called by several threads at once, others not beside any.
// Other threads and processes may change the bytes at any time. If another process makes the file
// shorter, the next access to what is lost kills this one (SIGBUS), as in Python; not if
// arguments.guarded is set, when it is kDataLoss and the position stays.
class Mmap {
 public:
  class Buffer;

  // A closed object, until another one is assigned to it.
  Mmap() = default;

  // Maps `length` bytes of the file that `fileno` is open on, from arguments.offset on; all to its
  // end if `length` is 0. With `fileno` -1 it is memory of its own, shared with forked children
  // unless arguments.flags say kMapPrivate. The descriptor may be closed afterwards.
  //
  // kOutOfRange (OverflowError): `length` or the offset is negative.
  // kInvalidArgument (ValueError): access together with flags or prot, or unknown; a regular file
  // that is empty, or shorter than what is to be mapped. With an errno, what mmap(2) and dup(2)
  // say: EINVAL for an offset inside of a page or no bytes at all, EACCES for a descriptor that is
  // not open for what access needs, a pipe or a directory, EBADF, ENODEV, ENOMEM, EMFILE and so on.
  static absl::StatusOr<Mmap> Create(int fileno, int64_t length,
                                     const MmapArguments& arguments = {});
  // The same on a certain backend instead of the build's choice.
  static absl::StatusOr<Mmap> CreateOn(const MappingBackend& backend, int fileno, int64_t length,
                                       const MmapArguments& arguments = {});

  Mmap(Mmap&& other) noexcept { *this = std::move(other); }  // leaves `other` closed
  Mmap& operator=(Mmap&& other) noexcept;
  ~Mmap() = default;  // as Close, but Buffers keep the memory

  // Unmaps. Does nothing if it is closed.
  //
  // kFailedPrecondition (BufferError): a Buffer of it exists.
  absl::Status Close();
  bool closed() const { return mapping_ == nullptr; }

  // The number of bytes that are mapped: Python's len().
  absl::StatusOr<int64_t> Length() const;
  // The size of the file, which may differ from Length(). EBADF: it is memory, or
  // arguments.trackfd was false.
  absl::StatusOr<int64_t> Size() const;

  // Where the first, or the last, occurrence of `bytes` in [start:end] begins; -1 if there is none.
  // `start` is the position unless given, `end` the end; negative numbers count from the end. An
  // empty string occurs at `start`, or at `end`.
  absl::StatusOr<int64_t> Find(absl::string_view bytes, std::optional<int64_t> start = std::nullopt,
                               std::optional<int64_t> end = std::nullopt) const;
  absl::StatusOr<int64_t> Rfind(absl::string_view bytes,
                                std::optional<int64_t> start = std::nullopt,
                                std::optional<int64_t> end = std::nullopt) const;

  // Waits until `size` bytes from `offset` on are on the disk, or all that follow `offset`. Does
  // nothing with read-only memory and private copies.
  //
  // kInvalidArgument (ValueError): "flush values out of range". EINVAL: `offset` is inside a page.
  absl::Status Flush(int64_t offset = 0, std::optional<int64_t> size = std::nullopt);

  // Gives the kernel advice (kMadv...) about `length` bytes from `start` on, at most to the end.
  //
  // kInvalidArgument (ValueError): `start` is not inside the mapping, or `length` is negative.
  // kOutOfRange (OverflowError): their sum is too large. EINVAL: `start` is inside of a page, or
  // the kernel does not know the advice.
  absl::Status Madvise(int advice, int64_t start = 0, std::optional<int64_t> length = std::nullopt);

  // Copies `count` bytes from `source` to `destination`, which may overlap.
  absl::Status Move(int64_t destination, int64_t source, int64_t count);

  // Makes mapping and file longer or shorter. If it fails, both are as they were.
  //
  // kFailedPrecondition (BufferError): a Buffer exists. kInvalidArgument (ValueError):
  // arguments.trackfd was false, or `size` is negative or too large; (TypeError): it is read-only
  // or a private copy. EINVAL: `size` is 0. Others: what ftruncate(2), mremap(2) and mmap(2) say.
  absl::Status Resize(int64_t size);

  // The position: all that is before it has been read or written. After a Resize to less it may be
  // beyond the end.
  absl::StatusOr<int64_t> Tell() const;
  // Sets the position, counted from the start, from the position, or from the end; returns it.
  absl::StatusOr<int64_t> Seek(int64_t position, int whence = kSeekSet);
  static constexpr bool seekable() { return true; }

  // These read and write at the position, and move it. Read takes at most `count` bytes, all to the
  // end if `count` is not given or negative; Readline to the next newline, with it. Both give less,
  // at last nothing, at the end; ReadByte is a ValueError there. Write writes all or nothing, and
  // returns how much.
  absl::StatusOr<std::string> Read(std::optional<int64_t> count = std::nullopt);
  absl::StatusOr<uint8_t> ReadByte();
  absl::StatusOr<std::string> Readline();
  absl::StatusOr<int64_t> Write(absl::string_view bytes);
  absl::Status WriteByte(uint8_t byte);

  // m[index], m[index] = value, m[start:stop:step] and its assignment. Negative indexes count from
  // the end.
  //
  // kOutOfRange (IndexError): "mmap index out of range", or `bytes` has another size than the
  // slice. kInvalidArgument (ValueError): `value` is no byte, or the step is 0.
  absl::StatusOr<uint8_t> Item(int64_t index) const;
  absl::Status SetItem(int64_t index, int64_t value);
  absl::StatusOr<std::string> Items(const Slice& slice) const;
  absl::Status SetItems(const Slice& slice, absl::string_view bytes);

  // The bytes themselves, without copying them: Python's memoryview(m).
  absl::StatusOr<Buffer> GetBuffer() const;

  // What Python's repr() says: "<mmap.mmap closed=False, access=ACCESS_READ, length=5, pos=0,
  // offset=0>".
  std::string ToString() const;
  template <typename Sink>
  friend void AbslStringify(Sink& sink, const Mmap& mmap) {
    sink.Append(mmap.ToString());
  }

 private:
  // What a method does with the bytes.
  enum class Use { kLook, kRead, kWrite };

  Mmap(std::unique_ptr<Mapping> mapping, const CheckedArguments& checked,
       const MmapArguments& arguments);

  // OK if the object is open and allows that.
  absl::Status Check(Use use) const;
  // Runs `body`, which accesses the bytes, and returns what it has returned; in a Guard if there is
  // one, which may fail with kDataLoss.
  template <typename Body>
  auto Guarded(Body body) const;
  // These may be called of an open object only.
  char* data() const { return mapping_->data(); }
  size_t size() const { return mapping_->size(); }
  absl::string_view bytes() const { return {data(), size()}; }
  absl::string_view rest() const;
  absl::StatusOr<std::string> Advance(absl::StatusOr<std::string> read);
  bool IsWritable() const { return access_ != kAccessRead; }
  bool HasBuffers() const { return mapping_.use_count() > 1; }

  std::shared_ptr<Mapping> mapping_;  // shared with Buffers; null if closed
  int access_ = kAccessDefault;
  bool is_file_ = false;
  bool readable_ = false;
  bool trackfd_ = true;
  bool guarded_ = false;
  int64_t offset_ = 0;
  int64_t position_ = 0;
};

// The memory of an Mmap, which cannot be closed or resized while one of these lives. It keeps the
// memory if the Mmap is destroyed.
class Mmap::Buffer {
 public:
  Buffer(Buffer&&) noexcept = default;
  Buffer& operator=(Buffer&&) noexcept = default;

  absl::string_view view() const ABSL_ATTRIBUTE_LIFETIME_BOUND {
    return {mapping_->data(), mapping_->size()};
  }
  // Empty if the mapping is read-only.
  absl::Span<char> mutable_view() const ABSL_ATTRIBUTE_LIFETIME_BOUND {
    return absl::MakeSpan(mapping_->data(), writable_ ? mapping_->size() : 0);
  }
  bool writable() const { return writable_; }

 private:
  friend class Mmap;
  Buffer(std::shared_ptr<Mapping> mapping, bool writable)
      : mapping_(std::move(mapping)), writable_(writable) {}

  std::shared_ptr<Mapping> mapping_;
  bool writable_;
};

}  // namespace someos::mmap

#endif  // SOMEOS_API_MMAP_MMAP_H_
