#include "someos/api/multiprocessing/process/child_main.h"

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "someos/api/multiprocessing/connection/frame_header.h"
#include "someos/api/multiprocessing/logging/log_event.h"
#include "someos/api/multiprocessing/logging/log_level.h"
#include "someos/api/multiprocessing/pickle/pickle.h"
#include "someos/api/multiprocessing/pickle/unpickle.h"
#include "someos/api/multiprocessing/process/current_process.h"
#include "someos/api/multiprocessing/process/running.h"
#include "someos/api/multiprocessing/process/start_methods.h"
#include "someos/api/multiprocessing/value/py_value.h"
#include "someos/backends/process_base/child_side.h"
#include "someos/backends/thread_base/failure.h"

namespace someos::multiprocessing::internal {
namespace {

// Takes the items of a tuple in turn; the first error stays.
class Items {
 public:
  explicit Items(const PyValue& tuple) : items_(tuple.AsItems()) {}

  PyValue Next() {
    if (!items_.ok() || next_ >= items_->size()) {
      if (status_.ok()) status_ = absl::InvalidArgumentError("the message of a child is too short");
      return PyValue();
    }
    return (*items_)[next_++];
  }
  std::string Text() {
    const PyValue item = Next();
    const absl::StatusOr<absl::string_view> text = item.AsBytes();
    if (!text.ok() && status_.ok()) status_ = text.status();
    return text.ok() ? std::string(*text) : std::string();
  }
  int64_t Number() {
    const absl::StatusOr<int64_t> number = Next().AsInt();
    if (!number.ok() && status_.ok()) status_ = number.status();
    return number.value_or(0);
  }
  std::vector<PyValue> List() {
    const PyValue item = Next();
    const absl::StatusOr<absl::Span<const PyValue>> items = item.AsItems();
    if (!items.ok() && status_.ok()) status_ = items.status();
    return items.ok() ? std::vector<PyValue>(items->begin(), items->end()) : std::vector<PyValue>();
  }

  const absl::Status& status() const { return status_; }

 private:
  absl::StatusOr<absl::Span<const PyValue>> items_;
  size_t next_ = 0;
  absl::Status status_;
};

}  // namespace

absl::StatusOr<std::string> ToMessage(const Preparation& preparation) {
  const Identity& identity = preparation.identity;
  std::vector<PyValue> numbers;
  for (const int64_t number : identity.numbers) numbers.emplace_back(number);
  const PyValue tuple = PyValue::Tuple(
      {PyValue::Bytes(identity.name), PyValue::Tuple(std::move(numbers)),
       PyValue(identity.daemon ? 1 : 0), PyValue::Bytes(identity.parent_name),
       PyValue(identity.parent_pid), PyValue::Bytes(preparation.authkey),
       PyValue::Bytes(preparation.start_method), PyValue(preparation.end_with_parent ? 1 : 0),
       PyValue::Bytes(preparation.function), PyValue::Tuple(preparation.call.args),
       preparation.call.kwargs});
  // The reader is this program: the dialect that can express everything.
  const absl::StatusOr<std::string> pickle = Pickle(tuple, {PickleDialect::kPython3});
  if (!pickle.ok()) return pickle.status();
  const absl::StatusOr<FrameHeader> header =
      FrameHeader::Of(pickle->size(), LongForm::kKnownToPeer);
  if (!header.ok()) return header.status();
  return absl::StrCat(header->view(), *pickle);
}

absl::StatusOr<Preparation> FromPickle(absl::string_view pickle) {
  // This program has written it: what the parent had memory for is not refused.
  UnpickleOptions options;
  options.max_depth = kMaxUnpickleDepth;
  options.max_memory = std::numeric_limits<size_t>::max();
  options.max_nodes = std::numeric_limits<size_t>::max();
  const absl::StatusOr<PyValue> tuple = Unpickle(pickle, options);
  if (!tuple.ok()) return tuple.status();
  Items items(*tuple);
  Preparation preparation;
  Identity& identity = preparation.identity;
  identity.name = items.Text();
  for (const PyValue& number : items.List()) {
    identity.numbers.push_back(number.AsInt().value_or(0));
  }
  identity.daemon = items.Number() != 0;
  identity.parent_name = items.Text();
  identity.parent_pid = items.Number();
  preparation.authkey = items.Text();
  preparation.start_method = items.Text();
  preparation.end_with_parent = items.Number() != 0;
  preparation.function = items.Text();
  preparation.call.args = items.List();
  preparation.call.kwargs = items.Next();
  if (!items.status().ok()) return items.status();
  return preparation;
}

int CallAndReport(absl::string_view name, const ProcessFunction& function,
                  const ProcessCall& call) {
  absl::StatusOr<int> code = 0;
  const std::optional<thread_base::Failure> failure =
      thread_base::CallAndCatch([&] { code = function(call); });
  if (failure.has_value()) code = failure->ToStatus();
  if (code.ok()) return *code;
  const std::string text = failure.has_value() ? failure->ToString() : code.status().ToString();
  std::fprintf(stderr, "Process %s:\n%s\n", std::string(name).c_str(), text.c_str());
  return 1;
}

int RunAsProcess(Preparation preparation, const ProcessFunction& function, ChildSide side) {
  ForgetParentsChildren();
  preparation.identity.parent_descriptor = side.parent;
  preparation.call.descriptors = std::move(side.descriptors);
  const std::string name = preparation.identity.name;
  SetOwnIdentity(std::move(preparation.identity));
  CurrentProcess().SetAuthkey(preparation.authkey);
  (void)SetStartMethod(preparation.start_method, /*force=*/true);
  process_base::EmptyStandardInput();
  if (preparation.end_with_parent) (void)process_base::EndWithParent(side.parent);
  LogEvent(kInfo, "child process calling self.run()");
  const int code = CallAndReport(name, function, preparation.call);
  EndChildren();
  LogEvent(kInfo, "process exiting with exitcode ", code);
  return code;
}

}  // namespace someos::multiprocessing::internal
