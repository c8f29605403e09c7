// System calls that fail when a mapping is made.

#include <cerrno>
#include <memory>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "someos/api/mapping.h"
#include "someos/testing/mapping/conformance/fixture.h"
#include "someos/testing/mapping/faults/fixture.h"
#include "someos/testing/open_descriptors.h"
#include "someos/testing/scoped_fd.h"
#include "someos/testing/status_matchers.h"

namespace someos {

TEST_P(MappingMakingFaultTest, AnErrorIsReturnedAndNothingIsLeaked) {
  const ScopedFd file = FileOfPages(3);
  struct Fault {
    absl::string_view call;
    int error;
  };
  MappingOptions reserving;
  reserving.reserve = 100'000'000;
  for (const MappingOptions& options : {MappingOptions(), reserving}) {
    for (const Fault& fault : {Fault{"fstat", EIO}, Fault{"dup", EMFILE}, Fault{"mmap", ENOMEM},
                               Fault{"mmap", EPERM}, Fault{"mmap", ENODEV}}) {
      const auto before = OpenDescriptors();
      plan().Fail(fault.call, fault.error);
      EXPECT_THAT(Try(file, options), FailsWithErrno(fault.error, "map fd"));
      EXPECT_TRUE(plan().done());
      EXPECT_EQ(OpenDescriptors(), before);
    }
    plan().Fail("mmap", EAGAIN, 2);  // only that in a reservation
    EXPECT_EQ(Try(file, options).ok(), options.reserve == 0);
    plan().Clear();
  }
  EXPECT_EQ(ContentsOf(file), Pages(3));
}

TEST_P(MappingMakingFaultTest, WhatCannotBeMappedIsRead) {
  const ScopedFd file = FileOfPages(3);
  MappingOptions options;
  options.access = Access::kRead;
  options.copy_if_unmappable = true;
  plan().Fail("mmap", ENODEV);
  const std::unique_ptr<Mapping> copy = MapAll(file, options);
  ASSERT_NE(copy, nullptr);
  EXPECT_EQ(copy->view(), Pages(3));
  EXPECT_FALSE(copy->capabilities().coherent);
  plan().Fail("mmap", ENODEV);
  plan().Fail("pread", EISDIR);
  EXPECT_THAT(Try(file, options), FailsWithErrno(EISDIR, "read fd"));
  plan().Fail("mmap", EACCES);
  EXPECT_THAT(Try(file, options), FailsWithErrno(EACCES, "map fd"));
}

}  // namespace someos
