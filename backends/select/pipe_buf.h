// Python's select.PIPE_BUF.

#ifndef SOMEOS_BACKENDS_SELECT_PIPE_BUF_H_
#define SOMEOS_BACKENDS_SELECT_PIPE_BUF_H_

#include <limits.h>

#include "absl/types/span.h"
#include "someos/api/constant.h"

namespace someos::select {

// The number of bytes that can be written to a pipe atomically and without blocking once a
// select(), poll() or another call of this library has reported it as writable. POSIX: at least
// 512; Linux has 4096, the BSDs and macOS 512. Does not hold for other kinds of files.
#if defined(PIPE_BUF)
inline constexpr int kPipeBuf = PIPE_BUF;
#elif defined(_POSIX_PIPE_BUF)  // a system where it depends on the file
inline constexpr int kPipeBuf = _POSIX_PIPE_BUF;
#endif

// The constants of this backend, by Python's names. Windows has no PIPE_BUF, and Python's module
// has none there.
#ifdef _WIN32
inline constexpr absl::Span<const Constant> kSelectConstants = {};
#else
inline constexpr Constant kSelectConstants[] = {
    {"PIPE_BUF", kPipeBuf},
};
#endif

}  // namespace someos::select

#endif  // SOMEOS_BACKENDS_SELECT_PIPE_BUF_H_
