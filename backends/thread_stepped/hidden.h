// Hides what the scheduler does from ThreadSanitizer.

#ifndef SOMEOS_BACKENDS_THREAD_STEPPED_HIDDEN_H_
#define SOMEOS_BACKENDS_THREAD_STEPPED_HIDDEN_H_

#if defined(__SANITIZE_THREAD__)
#define SOMEOS_THREAD_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define SOMEOS_THREAD_SANITIZER 1
#endif
#endif
#ifndef SOMEOS_THREAD_SANITIZER
#define SOMEOS_THREAD_SANITIZER 0
#endif

#if SOMEOS_THREAD_SANITIZER
// Of the sanitizer's run-time library.
extern "C" {
void AnnotateIgnoreSyncBegin(const char* file, int line);
void AnnotateIgnoreSyncEnd(const char* file, int line);
void AnnotateIgnoreReadsBegin(const char* file, int line);
void AnnotateIgnoreReadsEnd(const char* file, int line);
void AnnotateIgnoreWritesBegin(const char* file, int line);
void AnnotateIgnoreWritesEnd(const char* file, int line);
void AnnotateHappensBefore(const char* file, int line, const volatile void* address);
void AnnotateHappensAfter(const char* file, int line, const volatile void* address);
}
#endif

namespace someos::thread_stepped {

// While one exists, ThreadSanitizer sees neither what its thread reads and writes nor how it
// synchronises. The scheduler runs one thread at a time; if the sanitizer saw that, every access of
// the program's would be ordered, and no race on a plain variable would ever be reported.
//
// Nothing without the sanitizer.
class Hidden {
 public:
#if SOMEOS_THREAD_SANITIZER
  Hidden() {
    AnnotateIgnoreSyncBegin(__FILE__, __LINE__);
    AnnotateIgnoreReadsBegin(__FILE__, __LINE__);
    AnnotateIgnoreWritesBegin(__FILE__, __LINE__);
  }
  ~Hidden() {
    AnnotateIgnoreWritesEnd(__FILE__, __LINE__);
    AnnotateIgnoreReadsEnd(__FILE__, __LINE__);
    AnnotateIgnoreSyncEnd(__FILE__, __LINE__);
  }
#else
  Hidden() {}   // NOLINT(modernize-use-equals-default): a variable of it is not unused
  ~Hidden() {}  // NOLINT(modernize-use-equals-default)
#endif
  Hidden(const Hidden&) = delete;
  Hidden& operator=(const Hidden&) = delete;
};

// What threads did before HappensBefore was called for an address is, for the sanitizer, ordered
// before what a thread does that calls HappensAfter for it later. Not while one is Hidden.
#if SOMEOS_THREAD_SANITIZER
inline void HappensBefore(const void* address) {
  AnnotateHappensBefore(__FILE__, __LINE__, address);
}
inline void HappensAfter(const void* address) { AnnotateHappensAfter(__FILE__, __LINE__, address); }
#else
inline void HappensBefore(const void* /*address*/) {}
inline void HappensAfter(const void* /*address*/) {}
#endif

}  // namespace someos::thread_stepped

#endif  // SOMEOS_BACKENDS_THREAD_STEPPED_HIDDEN_H_
