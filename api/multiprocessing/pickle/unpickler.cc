#include "someos/api/multiprocessing/pickle/unpickler.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "someos/api/errno_status.h"
#include "someos/api/multiprocessing/pickle/opcode.h"

namespace someos::multiprocessing {
namespace internal {
namespace {

constexpr int kHighestProtocol = 5;

}  // namespace

const Unpickler::Handlers& Unpickler::AllHandlers() {
  static const Handlers& handlers = *new Handlers([] {
    Handlers table;
    table.fill(&Unpickler::InvalidLoadKey);
    AddNumbersAndText(table);
    AddContainers(table);
    AddObjects(table);
    table[kOpMark] = &Unpickler::Mark;
    table[kOpPop] = &Unpickler::PopOne;
    table[kOpPopMark] = &Unpickler::PopToMark;
    table[kOpDup] = &Unpickler::Dup;
    table[kOpProto] = &Unpickler::Protocol;
    table[kOpFrame] = &Unpickler::Frame;
    table[kOpMemoize] = &Unpickler::Memoize;
    table[kOpPut] = &Unpickler::PutLine;
    table[kOpBinPut] = &Unpickler::Put<1>;
    table[kOpLongBinPut] = &Unpickler::Put<4>;
    table[kOpGet] = &Unpickler::GetLine;
    table[kOpBinGet] = &Unpickler::Get<1>;
    table[kOpLongBinGet] = &Unpickler::Get<4>;
    for (const Opcode opcode : {kOpPersId, kOpBinPersId}) {
      table[opcode] = &Unpickler::Refused<'p'>;
    }
    for (const Opcode opcode : {kOpExt1, kOpExt2, kOpExt4}) {
      table[opcode] = &Unpickler::Refused<'e'>;
    }
    for (const Opcode opcode : {kOpNextBuffer, kOpReadOnlyBuffer}) {
      table[opcode] = &Unpickler::Refused<'b'>;
    }
    return table;
  }());
  return handlers;
}

bool Unpickler::Mark() {
  marks_.push_back(stack_.size());
  return Charge(2 * sizeof(size_t));
}

bool Unpickler::GetFrom(uint64_t place) {
  const uint64_t index = place - memo_base_;
  if (index < memo_.size()) return Push(PyValueAccess::CopyUncontended(memo_[index]));
  const auto found = sparse_memo_.find(place);
  if (found != sparse_memo_.end()) return Push(PyValueAccess::CopyUncontended(found->second));
  return Invalid(absl::StrCat("Memo value not found at index ", place));
}

template <int kSize>
bool Unpickler::Get() {
  uint64_t place;
  return reader_.TakeNumber<kSize>(place) ? GetFrom(place) : Truncated();
}

bool Unpickler::GetSimple(uint64_t place, PyValue* to) {
  const uint64_t index = place - memo_base_;
  if (index >= memo_.size()) return false;
  new (to) PyValue(PyValueAccess::CopyUncontended(memo_[index]));
  return true;
}

// The value of the opcode at `next`, which is followed by enough bytes for any of them; moves
// `next` behind it. False, and nothing is done, if it is another one.
bool Unpickler::TakeSimpleValue(const char*& next, PyValue* to) {
  switch (static_cast<uint8_t>(*next)) {
    case kOpBinGet:
      if (!GetSimple(NumberOf<1>(next + 1), to)) return false;
      next += 2;
      return true;
    case kOpLongBinGet:
      if (!GetSimple(NumberOf<4>(next + 1), to)) return false;
      next += 5;
      return true;
    case kOpBinInt1:
      new (to) PyValue(static_cast<int64_t>(NumberOf<1>(next + 1)));
      next += 2;
      return true;
    case kOpBinInt2:
      new (to) PyValue(static_cast<int64_t>(NumberOf<2>(next + 1)));
      next += 3;
      return true;
    case kOpBinInt:
      new (to) PyValue(static_cast<int64_t>(static_cast<int32_t>(NumberOf<4>(next + 1))));
      next += 5;
      return true;
    case kOpBinFloat:
      new (to) PyValue(DoubleOf(next + 1));
      next += kLongestSimpleValue;
      return true;
    case kOpNone:
      new (to) PyValue();
      next += 1;
      return true;
    case kOpNewTrue:
    case kOpNewFalse:
      new (to) PyValue(static_cast<uint8_t>(*next) == kOpNewTrue);
      next += 1;
      return true;
    default:
      return false;
  }
}

// A hot path: takes what makes no node, most of the opcodes, as long as no limit can be reached and
// nothing can be wrong; all else is left to the functions of the opcodes. What would change with
// each opcode is in local variables, which stay in registers: members would be written to memory
// and read back each time.
void Unpickler::TakeSimpleValues() {
  const size_t within_limits =
      std::min((options_.max_memory - memory_) / kStackBytes, options_.max_nodes - nodes_);
  const size_t most =
      std::min({within_limits, reader_.remaining() / kLongestSimpleValue, kSimpleValuesAtOnce});
  stack_.Expect(most);
  PyValue* to = stack_.end();
  const char* next = reader_.next();
  size_t count = 0;
  while (count < most && TakeSimpleValue(next, to + count)) ++count;
  reader_.MoveTo(next);
  stack_.AddMade(count);
  memory_ += count * kStackBytes;
  nodes_ += count;
}

absl::StatusOr<PyValue> Unpickler::Run() {
  const Handlers& handlers = AllHandlers();
  while (true) {
    TakeSimpleValues();
    opcode_offset_ = reader_.offset();
    if (!reader_.TakeByte(opcode_)) {
      Invalid(opcode_offset_ == 0 ? "Ran out of input" : "pickle data was truncated");
      return error_;
    }
    if (opcode_ == kOpStop) break;
    if (!(opcode_ == kOpMark ? Mark() : (this->*handlers[opcode_])())) return error_;
  }
  if (!marks_.empty()) {
    Invalid("the pickle ends behind a MARK");
    return error_;
  }
  if (!Need(1)) return error_;
  if (stack_.size() > 1) {
    Invalid(absl::StrCat("the pickle contains ", stack_.size(), " values instead of one"));
    return error_;
  }
  for (PyValue& value : memo_) PyValueAccess::DropUncontended(value);
  return Pop();
}

bool Unpickler::Fail(absl::StatusCode code, absl::string_view message) {
  error_ = PlainStatus(code, absl::StrCat(message, " (offset ", opcode_offset_, ")"));
  return false;
}

bool Unpickler::Invalid(absl::string_view message) {
  return Fail(absl::StatusCode::kInvalidArgument, message);
}

bool Unpickler::Refuse(absl::string_view message) {
  return Fail(absl::StatusCode::kUnimplemented, message);
}

bool Unpickler::InvalidLoadKey() {
  if (opcode_ >= 0x20 && opcode_ < 0x7f) {
    return Invalid(absl::StrFormat("invalid load key, '%c'.", opcode_));
  }
  return Invalid(absl::StrFormat("invalid load key, '\\x%02x'.", opcode_));
}

template <char kWhat>
bool Unpickler::Refused() {
  if (kWhat == 'p') {
    return Refuse("the pickle contains a persistent id, which only its writer understands");
  }
  if (kWhat == 'e') {
    return Refuse("the pickle contains a code of the extension registry of Python's copyreg");
  }
  return Refuse("the pickle refers to an out-of-band buffer, which is not part of it");
}

bool Unpickler::BeyondLimits() {
  if (memory_ > options_.max_memory) {
    return Fail(
        absl::StatusCode::kResourceExhausted,
        absl::StrCat("the pickle takes more memory than max_memory, ", options_.max_memory));
  }
  return Fail(absl::StatusCode::kResourceExhausted,
              absl::StrCat("the pickle contains more values than max_nodes, ", options_.max_nodes));
}

bool Unpickler::Need(size_t count) {
  if (stack_.size() - fence() >= count) return true;
  return Invalid(marks_.empty() ? "unpickling stack underflow" : "unexpected MARK found");
}

PyValue Unpickler::Pop() {
  PyValue value = std::move(stack_.back());
  stack_.pop_back();
  return value;
}

bool Unpickler::PopMark(size_t& first) {
  if (marks_.empty()) return Invalid("could not find MARK");
  first = marks_.back();
  marks_.pop_back();
  return true;
}

bool Unpickler::PopMarkAboveTarget(size_t& first) {
  return PopMark(first) && (first > fence() || Invalid("unpickling stack underflow"));
}

bool Unpickler::PopOne() {
  // As in Python: a mark if it is the last.
  if (!marks_.empty() && marks_.back() == stack_.size()) {
    marks_.pop_back();
    return true;
  }
  if (!Need(1)) return false;
  stack_.pop_back();
  return true;
}

bool Unpickler::PopToMark() {
  size_t first;
  if (!PopMark(first)) return false;
  stack_.Truncate(first);
  return true;
}

bool Unpickler::Dup() { return Need(1) && Push(PyValueAccess::CopyUncontended(stack_.back())); }

bool Unpickler::Protocol() {
  if (!reader_.TakeByte(protocol_)) return Truncated();
  if (protocol_ <= kHighestProtocol) return true;
  return Invalid(absl::StrCat("unsupported pickle protocol: ", protocol_));
}

bool Unpickler::Frame() {
  uint64_t size;
  if (!reader_.TakeNumber<8>(size)) return Truncated();
  return size <= reader_.remaining() || Invalid("pickle exhausted before end of frame");
}

bool Unpickler::PutAt(uint64_t place) {
  if (!Need(1) || !Charge(kMemoEntryBytes)) return false;
  PyValue value = CopyForMemo(stack_.back());
  if (memo_.empty() && sparse_memo_.empty()) memo_base_ = place;
  const uint64_t index = place - memo_base_;  // wraps around for places before the first one
  if (index == memo_.size() && (sparse_memo_.empty() || !sparse_memo_.contains(place))) {
    memo_.push_back(std::move(value));
    return true;
  }
  PyValue& entry = index < memo_.size() ? memo_[index] : sparse_memo_[place];
  const PyValue replaced = std::exchange(entry, std::move(value));
  if (Node* node = PyValueAccess::NodeOf(replaced)) --node->memo_entries;
  return true;
}

bool Unpickler::Memoize() { return PutAt(memo_.size() + sparse_memo_.size()); }

template <int kSize>
bool Unpickler::Put() {
  uint64_t place;
  return reader_.TakeNumber<kSize>(place) ? PutAt(place) : Truncated();
}

bool Unpickler::TakeDecimal(uint64_t& number) {
  absl::string_view line;
  if (!reader_.TakeLine(line)) return Truncated();
  return absl::SimpleAtoi(line, &number) || Invalid("a place in the memo that is no number");
}

bool Unpickler::PutLine() {
  uint64_t place;
  return TakeDecimal(place) && PutAt(place);
}

bool Unpickler::GetLine() {
  uint64_t place;
  return TakeDecimal(place) && GetFrom(place);
}

}  // namespace internal

namespace {

// `size`: of the pickle, or 0 if others may follow; then what it is.
absl::StatusOr<PyValue> UnpickleCounting(absl::string_view pickle, const UnpickleOptions& options,
                                         size_t& size) {
  if (options.max_depth > kMaxUnpickleDepth) {
    return PlainStatus(absl::StatusCode::kInvalidArgument,
                       absl::StrCat("max_depth is more than ", kMaxUnpickleDepth));
  }
  internal::Unpickler unpickler(pickle, size, options);
  absl::StatusOr<PyValue> value = unpickler.Run();
  size = unpickler.size();
  return value;
}

}  // namespace

absl::StatusOr<PyValue> Unpickle(absl::string_view pickle, const UnpickleOptions& options) {
  size_t size = pickle.size();
  absl::StatusOr<PyValue> value = UnpickleCounting(pickle, options, size);
  if (!value.ok() || size == pickle.size()) return value;
  return PlainStatus(
      absl::StatusCode::kInvalidArgument,
      absl::StrCat(pickle.size() - size, " bytes follow the pickle (offset ", size, ")"));
}

absl::StatusOr<PyValue> UnpickleFirst(absl::string_view& pickles, const UnpickleOptions& options) {
  size_t size = 0;
  absl::StatusOr<PyValue> value = UnpickleCounting(pickles, options, size);
  if (value.ok()) pickles.remove_prefix(size);
  return value;
}

}  // namespace someos::multiprocessing
