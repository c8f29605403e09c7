// The machine that pickles are programs of. Private to this package.

#ifndef SOMEOS_API_MULTIPROCESSING_PICKLE_UNPICKLER_H_
#define SOMEOS_API_MULTIPROCESSING_PICKLE_UNPICKLER_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "someos/api/multiprocessing/pickle/dict_shapes.h"
#include "someos/api/multiprocessing/pickle/opcode.h"
#include "someos/api/multiprocessing/pickle/pickle_reader.h"
#include "someos/api/multiprocessing/pickle/unpickle.h"
#include "someos/api/multiprocessing/value/node_blocks.h"
#include "someos/api/multiprocessing/value/py_comparison.h"
#include "someos/api/multiprocessing/value/py_items.h"
#include "someos/api/multiprocessing/value/py_kind.h"
#include "someos/api/multiprocessing/value/py_nodes.h"
#include "someos/api/multiprocessing/value/py_value.h"

namespace someos::multiprocessing::internal {

// Values change while they are made, until another value contains them: pickles of values without
// cycles never change one later. So no cycle can arise, and depths and hashes stay true.
//
// Until Run returns, no other thread knows the nodes, and their references are counted without
// atomic operations, which would take most of the time (PyValueAccess::CopyUncontended).
class Unpickler {
 public:
  // `size` of the pickle, 0 if it is unknown: others may follow it.
  Unpickler(absl::string_view pickle, size_t size, const UnpickleOptions& options)
      : options_(options), reader_(pickle), blocks_(kNodeBytesPerByte * size) {
    stack_.Expect(kFirstValues);
    marks_.reserve(kFirstValues);
    memo_.reserve(kFirstValues);
  }

  // Runs until STOP. Once.
  absl::StatusOr<PyValue> Run();

  // The bytes up to and including STOP.
  size_t size() const { return reader_.offset(); }

 private:
  // Does what one opcode says. False after Fail.
  using Handler = bool (Unpickler::*)();
  using Handlers = std::array<Handler, 256>;
  static void AddNumbersAndText(Handlers& handlers);
  static void AddText(Handlers& handlers);
  static void AddContainers(Handlers& handlers);
  static void AddObjects(Handlers& handlers);
  static const Handlers& AllHandlers();

  bool Fail(absl::StatusCode code, absl::string_view message);
  bool Invalid(absl::string_view message);
  bool Refuse(absl::string_view message);
  bool Truncated() { return Invalid("pickle data was truncated"); }
  bool InvalidLoadKey();

  // The stack. Values below the last mark are out of reach.
  size_t fence() const { return marks_.empty() ? 0 : marks_.back(); }
  bool Push(PyValue&& value) {
    memory_ += kStackBytes;
    ++nodes_;
    if (!WithinLimits()) return false;
    stack_.push_back(std::move(value));
    return true;
  }
  // The same for one that the memo may get next.
  bool PushNew(PyValue&& value) { return Push(std::move(value)) && MemoizeIfNext(); }
  bool Need(size_t count);                 // of values above the mark
  PyValue Pop();                           // needs one
  bool PopMark(size_t& first);             // where in the stack the values above the mark begin
  bool PopMarkAboveTarget(size_t& first);  // the same; there is a value below the mark
  bool Charge(size_t bytes) {
    memory_ += bytes;
    return WithinLimits();
  }
  bool WithinLimits() {
    return (memory_ <= options_.max_memory && nodes_ <= options_.max_nodes) || BeyondLimits();
  }
  bool BeyondLimits();

  // unpickler.cc
  void TakeSimpleValues();
  bool TakeSimpleValue(const char*& next, PyValue* to);
  bool GetSimple(uint64_t place, PyValue* to);
  bool Mark();
  bool PopOne();
  bool PopToMark();
  bool Dup();
  bool Protocol();
  bool Frame();
  bool Memoize();
  // A hot path: protocol 4 memoizes each str and each container as soon as it is made. The opcode
  // is taken with the one before.
  bool MemoizeIfNext() {
    uint8_t next;
    if (!reader_.Peek(next) || next != kOpMemoize) return true;
    opcode_offset_ = reader_.offset();
    reader_.TakeByte(opcode_);
    if (memo_base_ != 0 || !sparse_memo_.empty()) return Memoize();
    if (!Charge(kMemoEntryBytes)) return false;
    memo_.push_back(CopyForMemo(stack_.back()));
    return true;
  }
  static PyValue CopyForMemo(const PyValue& value) {
    if (Node* node = PyValueAccess::NodeOf(value)) ++node->memo_entries;
    return PyValueAccess::CopyUncontended(value);
  }
  bool PutLine();
  bool GetLine();
  template <int kSize>
  bool Put();
  template <int kSize>
  bool Get();
  bool PutAt(uint64_t place);
  bool GetFrom(uint64_t place);
  bool TakeDecimal(uint64_t& number);
  template <char kWhat>
  bool Refused();

  // unpickler_numbers.cc and unpickler_text.cc
  bool None();
  template <bool kValue>
  bool Bool();
  bool BinInt();
  template <int kSize>
  bool UnsignedInt();
  template <int kSizeOfSize>
  bool BinLong();
  bool IntLine();
  bool LongLine();
  bool FloatLine();
  bool BinFloat();
  template <PyKind kKind, int kSizeOfSize>
  bool Text();
  template <int kSizeOfSize>
  bool Python2Text();
  bool StringLine();
  bool UnicodeLine();
  bool PushText(PyKind kind, absl::string_view text);
  bool PushPython2Text(absl::string_view text);
  // A size with a sign, which is not to be negative; one byte has none.
  template <int kSize>
  bool TakeSize(absl::string_view opcode, uint64_t& size) {
    if (!reader_.TakeNumber<kSize>(size)) return Truncated();
    if (kSize == 1 || static_cast<int32_t>(size) >= 0) return true;
    return NegativeSize(opcode);
  }
  bool NegativeSize(absl::string_view opcode);

  // unpickler_containers.cc
  template <PyKind kKind>
  bool Empty();
  template <int kCount>
  bool TupleOf();
  template <PyKind kKind>
  bool FromMark();
  bool Append();
  bool Appends();
  bool SetItem();
  bool SetItems();
  bool AddItems();
  // These take the values from `first` on off the stack.
  bool PushTuple(size_t first);
  bool Extend(const PyValue& target, size_t first);
  bool Update(const PyValue& target, size_t first);
  bool AddAll(ItemsNode& set, size_t first);
  bool TakeOff(size_t first);
  size_t TakeRoom(PyKind kind);
  void NoteRoom(ItemsNode& node, size_t items);
  uint8_t& RoomAtThisDepth(PyKind kind);
  // The part of an object, or the container itself, that takes items of the kind.
  ItemsNode* ChangeablePart(const PyValue& target, PyKind kind, absl::string_view opcode);
  bool CheckChangeable(const PyValue& target);
  bool CheckDepth(const Node& node);
  bool Finish(const PyValue& target, const ItemsNode& part);
  bool ChargeComparison(const Comparison& comparison, size_t before);

  // unpickler_objects.cc
  bool GlobalLines();
  bool StackGlobal();
  bool Reduce();
  bool NewObj();
  bool NewObjEx();
  bool Obj();
  bool Inst();
  bool Build();
  bool PushGlobal(absl::string_view module, absl::string_view name);
  bool PushObject(PyObjectParts parts);
  // Pushes the value if the call is one of those that make plain values.
  bool PushPlain(const PyValue& callable, const PyValue& args, bool& done);
  bool PushSet(PyKind kind, const PyValue& items);

  static constexpr size_t kFirstValues = 32;
  static constexpr size_t kNodeBytesPerByte = 8;  // of a pickle, as a guess
  static constexpr size_t kMemoEntryBytes = 32;   // in either memo, with what the table leaves free
  static constexpr size_t kSimpleValuesAtOnce = 64;
  static constexpr size_t kLongestSimpleValue = 9;            // BINFLOAT
  static constexpr size_t kStackBytes = 2 * sizeof(PyValue);  // vectors keep as much in reserve

  const UnpickleOptions options_;
  PickleReader reader_;
  NodeBlocks blocks_;
  size_t opcode_offset_ = 0;
  uint8_t opcode_ = 0;
  uint8_t protocol_ = 0;
  PyItems stack_{nullptr, 0};
  std::vector<size_t> marks_;
  DictShapes shapes_;
  // Items of the last list and dict at each depth, as far as there may be room for as many.
  struct Rooms {
    uint8_t list = 0;
    uint8_t dict = 0;
  };
  std::array<Rooms, 16> rooms_ = {};
  std::vector<PyValue> memo_;  // places from memo_base_ on without gaps
  uint64_t memo_base_ = 0;
  absl::flat_hash_map<uint64_t, PyValue> sparse_memo_;
  size_t memory_ = 0;
  size_t nodes_ = 0;
  absl::Status error_;
};

}  // namespace someos::multiprocessing::internal

#endif  // SOMEOS_API_MULTIPROCESSING_PICKLE_UNPICKLER_H_
