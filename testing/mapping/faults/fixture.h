// What the scenarios of faults stand on: mappings by one mechanism over system calls that fail.

#ifndef SOMEOS_TESTING_MAPPING_FAULTS_FIXTURE_H_
#define SOMEOS_TESTING_MAPPING_FAULTS_FIXTURE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "someos/api/mapping.h"
#include "someos/backends/mapping_base/mechanism.h"
#include "someos/testing/faults/fault_plan.h"
#include "someos/testing/mapping/conformance/fixture.h"
#include "someos/testing/mapping/faults/faulty_system.h"
#include "someos/testing/scoped_fd.h"
#include "someos/testing/status_matchers.h"

namespace someos {

class MappingFaultTest : public testing::TestWithParam<const mapping_base::Mechanism*> {
 protected:
  absl::StatusOr<std::unique_ptr<Mapping>> Try(const ScopedFd& file,
                                               const MappingOptions& options = {},
                                               std::optional<uint64_t> size = std::nullopt) const {
    return MapFileBy(*GetParam(), FaultyMappingSystem(), file.get(), size, options);
  }
  std::unique_ptr<Mapping> MapAll(const ScopedFd& file, const MappingOptions& options = {}) const {
    absl::StatusOr<std::unique_ptr<Mapping>> mapping = Try(file, options);
    EXPECT_THAT(mapping, Succeeds());
    return mapping.ok() ? *std::move(mapping) : nullptr;
  }

  FaultPlan& plan() { return plan_; }

 private:
  FaultPlan plan_;
};

// The suites, each in a file of its own.
class MappingAccessFaultTest : public MappingFaultTest {};
class MappingMakingFaultTest : public MappingFaultTest {};

class MappingResizeFaultTest : public MappingFaultTest {
 protected:
  // A file, of which the first `mapped` pages are mapped, is resized to `pages` pages, and the
  // `nth` of these calls fails with EIO. Returns false if there was no such call.
  bool ResizeWithFault(const MappingOptions& options, size_t mapped, size_t pages,
                       absl::string_view call, int nth);
};

}  // namespace someos

#endif  // SOMEOS_TESTING_MAPPING_FAULTS_FIXTURE_H_
