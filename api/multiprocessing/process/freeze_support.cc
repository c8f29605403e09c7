#include "someos/api/multiprocessing/process/freeze_support.h"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
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
#include "someos/api/multiprocessing/process/start_methods.h"
#include "someos/backends/base/deadline.h"
#include "someos/backends/base/process_lock.h"
#include "someos/backends/connection_socket/stream.h"
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

// How this copy of the program was started.
struct Started {
  const StartMethod* by;
  int descriptors;  // 1 or more
};

// nullopt if the library has not started it.
std::optional<Started> StartIn(int argc, char** argv) {
  if (argc != 3) return std::nullopt;
  absl::string_view text = argv[2];
  int count = 0;
  if (!absl::ConsumePrefix(&text, kDescriptorsArgument) || !absl::SimpleAtoi(text, &count) ||
      count <= 0 || count > kMostDescriptors) {
    return std::nullopt;
  }
  for (const StartMethod* const method : LinkedStartMethods()) {
    if (method->begin != nullptr && method->argument == argv[1]) return Started{method, count};
  }
  return std::nullopt;
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

int RunChild(ChildSide side) {
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
  const std::optional<Started> started = StartIn(argc, argv);
  if (!started.has_value()) return;
  std::optional<ChildSide> side = started->by->begin(started->descriptors);
  std::exit(side.has_value() ? RunChild(*std::move(side)) : 0);
}

}  // namespace someos::multiprocessing
