// How a Mapping is made, and what it can do; the vocabulary of mapping.h.

#ifndef SOMEOS_API_MAPPING_OPTIONS_H_
#define SOMEOS_API_MAPPING_OPTIONS_H_

#include <cstddef>
#include <cstdint>

namespace someos {

// What a program may do with the bytes, and where its changes go.
enum class Access : uint8_t {
  kRead,   // read only; changes that others make to the file are seen
  kWrite,  // read and write; changes go to the file, and other mappings of it see them
  kCopy,   // read and write; changes stay in this process, page by page (copy-on-write)
};

// How a range is going to be used. Advice never changes what the bytes are, except for kDiscard.
enum class Advice : uint8_t {
  kNormal,      // nothing special: takes back kRandom and kSequential
  kRandom,      // in no order: read ahead little
  kSequential,  // from lower to higher addresses: read ahead much
  kWillNeed,    // soon: begin to read it from the disk now
  // Not soon: its pages may go first when memory gets short. The contents stay.
  // Linux 5.4: MADV_COLD; the BSDs and macOS: MADV_DONTNEED, which there is no more than a hint.
  kNotNeededSoon,
  // The contents may be thrown away: until it is written again, a range reads as what it had or as
  // zeros. Only for memory that no file is behind (MapMemory); MADV_FREE, and for shared memory on
  // Linux MADV_REMOVE.
  kDiscard,
  kHugePages,  // with large pages if the kernel can: MADV_HUGEPAGE (Linux)
};

// What Flush waits for.
enum class Sync : uint8_t {
  kWait,   // until the changes are on the disk
  kStart,  // nothing: the kernel writes them when it likes (Linux), or begins to (elsewhere)
};

// Options of MapFile and MapPath.
struct MappingOptions {
  Access access = Access::kWrite;
  // Where in the file the mapping begins, in bytes. Any number: the pages before it are hidden.
  uint64_t offset = 0;
  // The bytes may be executed. (W^X systems refuse it together with writing: EACCES, ENOTSUP.)
  bool executable = false;
  // Has page tables filled now, reading from the disk what is not in memory, instead of at the
  // first access to each page. A hint: see MappingCapabilities::populate.
  bool populate = false;
  // Keeps a duplicate of the descriptor (close-on-exec), which FileSize, Resize and guards need.
  // Without it, a mapping uses no descriptor.
  bool keep_descriptor = true;
  // Enter may be called: see Mapping::Guard. Needs keep_descriptor. The first mapping that is
  // guarded installs a handler for SIGBUS, which stays installed.
  bool guarded = false;
  // Resize of a file that grows leaves a hole instead of allocating room on the disk. It is faster,
  // but when the disk is full, an access to the hole is a SIGBUS (or a loss that a Guard reports).
  bool sparse = false;
  // What the kernel refuses to map (ENODEV: files in /proc, on some network file systems) is read
  // into memory instead, once; see MappingCapabilities::coherent. Not with Access::kWrite.
  bool copy_if_unmappable = false;
  // So many bytes of address space are kept for Resize, which then never moves the mapping, and
  // which fails (kOutOfRange) beyond them. 0: Resize may move it. No memory is used.
  uint64_t reserve = 0;
};

// Options of MapMemory.
struct MemoryOptions {
  // Children that are forked share it: they and this process see each other's changes. Otherwise
  // each has its own copy.
  bool shared = true;
  // Resize works. Costs a descriptor if the memory is shared, which is then a file without a name.
  bool can_grow = false;
  // Shared memory whose size nobody can change any more, whoever gets its descriptor; with can_grow
  // it can still grow, but not shrink. (Linux's file seals; kUnimplemented elsewhere: see
  // MappingCapabilities::seals.) Costs a descriptor.
  bool sealed = false;
  bool executable = false;  // as in MappingOptions
  bool populate = false;    // as in MappingOptions
  uint64_t reserve = 0;     // as in MappingOptions
};

// A mapping as mmap(2) itself takes it, with the numbers of this system, for bindings. Nothing is
// checked that the kernel checks, and its errno is returned.
struct RawMapping {
  int fd = -1;                  // -1: anonymous memory
  uint64_t length = 0;          // in bytes
  int protection = 0;           // PROT_READ and so on
  int flags = 0;                // MAP_SHARED and so on; MAP_FIXED and the like are EINVAL
  uint64_t offset = 0;          // EINVAL unless it is a multiple of the page size
  bool keep_descriptor = true;  // as in MappingOptions; must be true if guarded
  bool guarded = false;         // as in MappingOptions; not for anonymous memory
};

// What one mapping supports, so that callers and tests can query it instead of guessing.
struct MappingCapabilities {
  // The bytes are those of the file, and changes by others are seen. False for what
  // copy_if_unmappable has read, which stays as it was then.
  bool coherent = false;
  // Resize can work. False: it fails with kFailedPrecondition, and says why.
  bool resizable = false;
  // Resize may change the address. False if MappingOptions::reserve was given.
  bool may_move = false;
  // Enter works.
  bool guarded = false;
  // populate fills the page tables before the mapping is returned; otherwise the kernel is advised
  // only.
  bool populate = false;
  // Growing allocates room on the disk, so that a full disk is an error of Resize (ENOSPC); false
  // also where the file system cannot (found at the first growth) or with `sparse`.
  bool allocates = false;
  // MemoryOptions::sealed works on this system.
  bool seals = false;
  // CopyOut meets vanished pages without a signal handler.
  bool safe_copy = false;
  // Advice that this mapping can take; the others are kUnimplemented.
  bool advice_not_needed_soon = false;
  bool advice_discard = false;
  bool advice_huge_pages = false;
  // The size of a page in bytes; also the granularity of offsets in RawMapping.
  size_t page_size = 0;
};

}  // namespace someos

#endif  // SOMEOS_API_MAPPING_OPTIONS_H_
