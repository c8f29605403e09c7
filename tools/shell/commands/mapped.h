// Mapped files, memory and shared memory.

#ifndef SOMEOS_TOOLS_SHELL_COMMANDS_MAPPED_H_
#define SOMEOS_TOOLS_SHELL_COMMANDS_MAPPED_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "someos/api/mmap.h"
#include "someos/api/multiprocessing.h"
#include "someos/tools/shell/session/object.h"

namespace someos::shell {

class Mapped : public Object {
 public:
  static constexpr absl::string_view kKind = "mapping";

  // `what`: "the file /tmp/x".
  Mapped(std::unique_ptr<Mapping> mapping, absl::string_view what);
  explicit Mapped(multiprocessing::SharedMemory shared);

  // Passes the bytes to a function. kDataLoss: the file has become shorter; the function may have
  // read zeros.
  absl::Status Look(absl::FunctionRef<void(absl::string_view bytes)> look) const;
  // Writes bytes. kOutOfRange: they do not fit. kFailedPrecondition: it is read-only. kDataLoss.
  absl::Status Edit(uint64_t offset, absl::string_view bytes) const;
  // Errors of Mapping::Flush.
  absl::Status Flush() const;
  // Errors of Mapping::Resize; kFailedPrecondition: shared memory keeps its size.
  absl::Status Resize(uint64_t size);

  absl::string_view kind() const override { return kKind; }
  std::string Describe() const override;

 private:
  const Mapping& mapping() const { return own_ != nullptr ? *own_ : *shared_->mapping(); }

  const std::string what_;
  std::unique_ptr<Mapping> own_;  // one of the two
  std::optional<multiprocessing::SharedMemory> shared_;
};

}  // namespace someos::shell

#endif  // SOMEOS_TOOLS_SHELL_COMMANDS_MAPPED_H_
