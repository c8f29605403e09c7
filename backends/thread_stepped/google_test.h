// Expectations of GoogleTest in a body.

#ifndef SOMEOS_BACKENDS_THREAD_STEPPED_GOOGLE_TEST_H_
#define SOMEOS_BACKENDS_THREAD_STEPPED_GOOGLE_TEST_H_

#include <memory>

#include "absl/strings/str_cat.h"
#include "gtest/gtest-spi.h"
#include "gtest/gtest.h"
#include "someos/backends/thread_stepped/explore.h"
#include "someos/backends/thread_stepped/watcher.h"

namespace someos::thread_stepped {

// While one exists, an expectation that fails in any thread is a failure of the schedule that runs,
// and is not reported by GoogleTest.
class GoogleTestWatcher : public Watcher, private testing::ScopedFakeTestPartResultReporter {
 public:
  GoogleTestWatcher() : ScopedFakeTestPartResultReporter(INTERCEPT_ALL_THREADS, nullptr) {}

 private:
  void ReportTestPartResult(const testing::TestPartResult& result) override {
    if (!result.failed()) return;
    const char* const file = result.file_name();
    Fail(absl::StrCat(file != nullptr ? file : "unknown file", ":", result.line_number(), ": ",
                      result.message()));
  }
};

// Made where the header is included, before main(): a test has no other place for it.
inline const bool kGoogleTestIsWatched = [] {
  SetWatcher([]() -> std::unique_ptr<Watcher> { return std::make_unique<GoogleTestWatcher>(); });
  return true;
}();

}  // namespace someos::thread_stepped

#endif  // SOMEOS_BACKENDS_THREAD_STEPPED_GOOGLE_TEST_H_
