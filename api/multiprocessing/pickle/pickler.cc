#include "someos/api/multiprocessing/pickle/pickler.h"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "someos/api/errno_status.h"

namespace someos::multiprocessing {
namespace internal {
namespace {

constexpr size_t kBatch = 1000;  // entries, as in Python: its stack holds no more at a time

bool IsSet(PyKind kind) { return kind == PyKind::kSet || kind == PyKind::kFrozenSet; }

}  // namespace

absl::StatusOr<std::string> Pickler::Run(const PyValue& value) {
  Byte(kOpProto);
  Byte(python3() ? 4 : 2);
  if (!Write(value)) return error_;
  while (!frames_.empty()) {
    // Frames are added while this one is advanced.
    Frame frame = frames_.back();
    const size_t depth = frames_.size();
    while (frames_.size() == depth && Advance(frame)) {
    }
    if (!error_.ok()) return error_;
    if (frames_.size() > depth) {
      frames_[depth - 1] = frame;
      continue;
    }
    frames_.pop_back();
    End(frame);
  }
  Byte(kOpStop);
  return writer_.Take();
}

bool Pickler::Fail(absl::string_view message) {
  error_ = PlainStatus(absl::StatusCode::kInvalidArgument, message);
  return false;
}

void Pickler::Put(uint32_t place) {
  if (python3()) {
    Byte(kOpMemoize);
  } else if (place < 0x100) {
    writer_.OpcodeWith<1>(kOpBinPut, place);
  } else {
    writer_.OpcodeWith<4>(kOpLongBinPut, place);
  }
}

void Pickler::Get(uint32_t place) {
  if (place < 0x100) {
    writer_.OpcodeWith<1>(kOpBinGet, place);
  } else {
    writer_.OpcodeWith<4>(kOpLongBinGet, place);
  }
}

bool Pickler::WriteMemoized(const Node& node) {
  uint32_t place;
  if (node.references.load(std::memory_order_relaxed) == 1 || !memo_.Find(&node, place)) {
    return false;
  }
  Get(place);
  return true;
}

void Pickler::Memoize(const Node& node) {
  // Others are contained once only. Beyond 2^32 places, parts are written again.
  if (node.references.load(std::memory_order_relaxed) == 1) return;
  if (places_ == std::numeric_limits<uint32_t>::max()) return;
  memo_.Add(&node, places_);
  Put(places_++);
}

bool Pickler::Write(const PyValue& value) {
  const Node* node = PyValueAccess::NodeOf(value);
  if (node == nullptr) {
    WriteScalars(&value, 1);
    return true;
  }
  if (WriteMemoized(*node)) return true;
  if (PyValueAccess::IsText(value)) {
    if (!WriteText(value)) return false;
    Memoize(*node);
    return true;
  }
  const ItemsNode& items = PyValueAccess::Items(value);
  if (value.kind() == PyKind::kObject && !CheckObject(items)) return false;
  frames_.push_back({&items, Part::kWhole});
  Begin(items);
  return true;
}

// A hot path: writes items up to `end`, and returns early for a container among them, which then is
// the last of the frames. Runs of None, numbers and truth values are written at once. False after
// Fail.
bool Pickler::WriteItems(Frame& frame, size_t end) {
  const PyValue* items = frame.node->items.data();
  const size_t depth = frames_.size();
  while (frame.next < end) {
    frame.next += WriteScalars(items + frame.next, end - frame.next);
    if (frame.next == end) break;
    if (!Write(items[frame.next++])) return false;
    if (frames_.size() != depth) break;
  }
  return true;
}

void Pickler::Begin(const ItemsNode& node) {
  switch (node.kind) {
    case PyKind::kTuple:
      if (node.items.size() > 3) Byte(kOpMark);
      break;
    case PyKind::kList:
      Byte(kOpEmptyList);
      break;
    case PyKind::kDict:
      Byte(kOpEmptyDict);
      break;
    case PyKind::kSet:
    case PyKind::kFrozenSet:
      if (!python3()) {
        WriteKnown(node.kind == PyKind::kSet ? kSetType : kFrozenSetType);
        Byte(kOpEmptyList);
      } else {
        Byte(node.kind == PyKind::kSet ? kOpEmptySet : kOpMark);
      }
      break;
    default:
      if (node.construction == PyConstruction::kOldStyle) Byte(kOpMark);
  }
}

// Writes what follows, up to the next container. False if that was all, or after Fail.
bool Pickler::Advance(Frame& frame) {
  if (frame.part == Part::kItems || frame.node->kind == PyKind::kTuple) return AdvanceItems(frame);
  switch (frame.node->kind) {
    case PyKind::kList:
      return AdvanceBatches(frame, kOpAppends);
    case PyKind::kDict:
      return AdvanceBatches(frame, kOpSetItems);
    case PyKind::kSet:
      return AdvanceBatches(frame, python3() ? kOpAddItems : kOpAppends);
    case PyKind::kFrozenSet:
      return python3() ? AdvanceItems(frame) : AdvanceBatches(frame, kOpAppends);
    default:
      return AdvanceObject(frame);
  }
}

bool Pickler::AdvanceItems(Frame& frame) {
  const size_t size = frame.node->items.size();
  return frame.next != size && WriteItems(frame, size);
}

bool Pickler::AdvanceBatches(Frame& frame, Opcode opcode) {
  const size_t size = frame.node->items.size();
  if (frame.next == frame.batch_end) {
    if (frame.next > 0) Byte(opcode);
    if (frame.next == size) return false;
    const size_t batch = frame.node->kind == PyKind::kDict ? 2 * kBatch : kBatch;
    frame.batch_end = size - frame.next > batch ? frame.next + batch : size;
    Byte(kOpMark);
  }
  return WriteItems(frame, frame.batch_end);
}

bool Pickler::CheckObject(const ItemsNode& node) {
  const PyKind callable = node.items[kCallable].kind();
  const PyKind list_items = node.items[kListItems].kind();
  const PyKind dict_items = node.items[kDictItems].kind();
  if (callable != PyKind::kGlobal && callable != PyKind::kObject) {
    return Fail(absl::StrCat("the callable of an object is a global or an object, not ",
                             PyKindName(callable)));
  }
  if (node.items[kArgs].kind() != PyKind::kTuple) {
    return Fail(absl::StrCat("the arguments of an object are a tuple, not ",
                             PyKindName(node.items[kArgs].kind())));
  }
  if ((list_items != PyKind::kNone && list_items != PyKind::kList) ||
      (dict_items != PyKind::kNone && dict_items != PyKind::kDict)) {
    return Fail("the items of an object are a list and a dict, or None");
  }
  if (node.construction != PyConstruction::kNewWithKeywords) return true;
  if (!python3()) return Fail("keyword arguments of __new__ need the dialect kPython3");
  return node.items[kKwargs].kind() == PyKind::kDict ||
         Fail("the keyword arguments of an object are a dict");
}

void Pickler::EndConstruction(const ItemsNode& node) {
  constexpr Opcode kOpcodes[] = {kOpReduce, kOpNewObj, kOpNewObjEx, kOpObj};
  Byte(kOpcodes[static_cast<int>(node.construction)]);
  Memoize(node);
}

bool Pickler::AdvanceObject(Frame& frame) {
  const ItemsNode& node = *frame.node;
  const PyConstruction construction = node.construction;
  const auto part = [&](ObjectSlot slot, Part as) {
    if (node.items[slot].is_none()) return true;
    frames_.push_back({&PyValueAccess::Items(node.items[slot]), as});
    return true;
  };
  switch (frame.next++) {
    case 0:
      return Write(node.items[kCallable]);
    case 1:
      if (construction == PyConstruction::kOldStyle) return part(kArgs, Part::kItems);
      return Write(node.items[kArgs]);
    case 2:
      return construction != PyConstruction::kNewWithKeywords || Write(node.items[kKwargs]);
    case 3:
      EndConstruction(node);
      return part(kListItems, Part::kBatches);
    case 4:
      return part(kDictItems, Part::kBatches);
    case 5:
      return node.has_state && Write(node.items[kState]);
    default:
      Byte(kOpBuild);
      return false;
  }
}

void Pickler::End(const Frame& frame) {
  const ItemsNode& node = *frame.node;
  if (frame.part != Part::kWhole || node.kind == PyKind::kObject) return;
  if (node.kind == PyKind::kTuple) {
    constexpr Opcode kTuples[] = {kOpEmptyTuple, kOpTuple1, kOpTuple2, kOpTuple3};
    Byte(node.items.size() > 3 ? kOpTuple : kTuples[node.items.size()]);
  } else if (IsSet(node.kind) && !python3()) {
    Byte(kOpTuple1);
    Byte(kOpReduce);
  } else if (node.kind == PyKind::kFrozenSet) {
    Byte(kOpFrozenSet);
  }
  Memoize(node);
}

}  // namespace internal

absl::StatusOr<std::string> Pickle(const PyValue& value, const PickleOptions& options) {
  return internal::Pickler(options.dialect).Run(value);
}

}  // namespace someos::multiprocessing
