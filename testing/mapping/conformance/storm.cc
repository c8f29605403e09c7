// Another process truncates and extends a file, again and again, while threads scan it.

#include <unistd.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "someos/api/mapping.h"
#include "someos/testing/child_process.h"
#include "someos/testing/mapping/conformance/fixture.h"
#include "someos/testing/scoped_fd.h"
#include "someos/testing/status_matchers.h"

namespace someos {

namespace {

constexpr size_t kPages = 16;

// How often the file changes; a multiple of kRoundsOfAPart. SOMEOS_STORM_ROUNDS names another
// number, for a longer test.
constexpr int kRoundsOfAPart = 200;
int Rounds() {
  const char* const rounds = std::getenv("SOMEOS_STORM_ROUNDS");
  return rounds == nullptr ? 2000 : std::atoi(rounds);
}

// Changes the size of the file `count` times.
std::string Storm(const ScopedFd& file, int count) {
  const size_t whole = Pages(kPages).size();
  uint32_t random = 1;
  for (int i = 0; i < count; ++i) {
    random = random * 1664525 + 1013904223;
    const size_t size = (random >> 8) % (whole + 1);
    if (ftruncate(file.get(), static_cast<off_t>(size)) != 0) return "ftruncate";
    if (ftruncate(file.get(), static_cast<off_t>(whole)) != 0) return "ftruncate";
    const char byte = 'x';
    if (pwrite(file.get(), &byte, 1, static_cast<off_t>(size / 2)) != 1) return "pwrite";
  }
  return "";
}

// One scan. Returns whether all was as it may be.
bool Scan(const Mapping& mapping, std::atomic<int>& losses) {
  absl::StatusOr<Mapping::Guard> guard = mapping.Enter();
  if (!guard.ok()) return false;
  for (size_t at = 0; at < mapping.size(); at += 512) {
    const char byte = guard->view()[at];
    if (byte != 'x' && byte != '\0') return false;
  }
  const absl::Status status = guard->Done();
  if (!status.ok()) ++losses;
  return status.ok() || status.code() == absl::StatusCode::kDataLoss;
}

}  // namespace

TEST_P(MappingStormTest, ThreadsScanAFileThatAnotherProcessCutsAndExtends) {
  constexpr int kThreads = 4;
  const int parts = Rounds() / kRoundsOfAPart;
  ASSERT_GT(parts, 0);
  const std::string whole(kPages * PageSize(), 'x');
  const ScopedFd file = FileOf(whole);
  const std::unique_ptr<Mapping> mapping = MapAll(file, Guarded());
  ASSERT_NE(mapping, nullptr);
  std::atomic<bool> over{false};
  std::atomic<int> losses{0};
  std::atomic<int> scans{0};
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      while (!over) {
        if (!Scan(*mapping, losses)) ++wrong;
        ++scans;
      }
    });
  }
  // In parts, so that even a slow machine ends each in time, and with scans between.
  std::string complaint;
  for (int part = 0; part < parts && complaint.empty(); ++part) {
    const int before = scans;
    while (scans < before + kThreads) std::this_thread::yield();
    complaint = RunInChild([&] { return Storm(file, kRoundsOfAPart); });
  }
  over = true;
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(complaint, "");
  EXPECT_EQ(wrong, 0);
  RecordProperty("losses", losses);

  WriteAt(file, 0, whole);
  absl::StatusOr<Mapping::Guard> guard = mapping->Enter();
  ASSERT_THAT(guard, Succeeds());
  EXPECT_EQ(guard->view(), whole);
  EXPECT_THAT(guard->Done(), Succeeds());
}

}  // namespace someos
