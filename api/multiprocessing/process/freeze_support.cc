#include "someos/api/multiprocessing/process/freeze_support.h"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "someos/api/errno_status.h"
#include "someos/api/multiprocessing/connection/frame_reader.h"
#include "someos/api/multiprocessing/process/child_main.h"
#include "someos/api/multiprocessing/process/functions.h"
#include "someos/backends/base/deadline.h"
#include "someos/backends/base/process_lock.h"
#include "someos/backends/connection_socket/stream.h"
#include "someos/backends/process_base/child_side.h"
#include "someos/backends/process_base/start_method.h"

namespace someos::multiprocessing {
namespace {

// No message is longer: a pickle is not, either.
constexpr uint64_t kLongestMessage = uint64_t{1} << 40;
constexpr int kMostDescriptors = 1 << 20;

struct Program {
  base::ProcessLock lock;
  std::string name ABSL_GUARDED_BY(lock);
};

Program& TheProgram() {
  static Program& program = *new Program;
  return program;
}

void SetProgramName(absl::string_view name) {
  Program& program = TheProgram();
  const base::ProcessLockHolder holder(program.lock);
  program.name = std::string(name);
}

// Of the descriptors given to this child; 0 if it is not one.
int DescriptorsIn(int argc, char** argv) {
  if (argc != 3 || argv[1] != kChildArgument) return 0;
  absl::string_view text = argv[2];
  int count = 0;
  if (!absl::ConsumePrefix(&text, kDescriptorsArgument) || !absl::SimpleAtoi(text, &count))
    return 0;
  return count > kMostDescriptors ? 0 : count;
}

absl::StatusOr<internal::Preparation> ReadPreparation(connection_socket::Stream& stream) {
  using connection_socket::Transfer;
  base::Deadline never(absl::InfiniteDuration());
  FrameReader reader(kLongestMessage);
  while (!reader.complete()) {
    const Transfer read = stream.Read(reader.Space(), never);
    if (read.end == Transfer::End::kFailed) {
      return ErrnoStatus(read.error, "read what a child is to do");
    }
    if (read.count == 0) {
      return PlainStatus(absl::StatusCode::kDataLoss,
                         "the parent has ended before its child began");
    }
    if (absl::Status status = reader.Advance(read.count); !status.ok()) return status;
  }
  return internal::FromPickle(reader.message());
}

int RunSpawned(int count) {
  ChildSide side = process_base::GivenDescriptors(count);
  connection_socket::Stream stream(side.parent);
  absl::StatusOr<internal::Preparation> preparation = ReadPreparation(stream);
  (void)stream.Release();
  absl::StatusOr<ProcessFunction> function = nullptr;
  if (!preparation.ok()) {
    function = preparation.status();
  } else {
    function = FindFunction(preparation->function);
  }
  if (function.ok()) {
    return internal::RunAsProcess(*std::move(preparation), *function, std::move(side));
  }
  std::fprintf(stderr, "a child could not begin: %s\n", function.status().ToString().c_str());
  return 1;
}

}  // namespace

std::string internal::ProgramName() {
  Program& program = TheProgram();
  const base::ProcessLockHolder holder(program.lock);
  return program.name;
}

void FreezeSupport(int argc, char** argv) {
  SetProgramName(argc > 0 && argv[0][0] != '\0' ? argv[0] : "program");
  const int count = DescriptorsIn(argc, argv);
  if (count > 0) std::exit(RunSpawned(count));
}

}  // namespace someos::multiprocessing
