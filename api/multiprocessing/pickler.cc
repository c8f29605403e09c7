#include "someos/api/multiprocessing/pickler.h"

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
  return std::move(out_);
}

bool Pickler::Fail(absl::string_view message) {
  error_ = PlainStatus(absl::StatusCode::kInvalidArgument, message);
  return false;
}

void Pickler::Number(uint64_t number, int size) {
  for (int i = 0; i < size; ++i) Byte(static_cast<unsigned char>(number >> (8 * i)));
}

void Pickler::Put(uint32_t place) {
  if (python3()) {
    Byte(kOpMemoize);
  } else if (place < 0x100) {
    Byte(kOpBinPut);
    Number(place, 1);
  } else {
    Byte(kOpLongBinPut);
    Number(place, 4);
  }
}

void Pickler::Get(uint32_t place) {
  Byte(place < 0x100 ? kOpBinGet : kOpLongBinGet);
  Number(place, place < 0x100 ? 1 : 4);
}

bool Pickler::WriteMemoized(const Node& node) {
  if (node.references.load(std::memory_order_relaxed) == 1) return false;
  const auto found = memo_.find(&node);
  if (found == memo_.end()) return false;
  Get(found->second);
  return true;
}

void Pickler::Memoize(const Node& node) {
  // Others are contained once only. Beyond 2^32 places, parts are written again.
  if (node.references.load(std::memory_order_relaxed) == 1) return;
  if (places_ == std::numeric_limits<uint32_t>::max()) return;
  memo_[&node] = places_;
  Put(places_++);
}

bool Pickler::Write(const PyValue& value) {
  const Node* node = PyValueAccess::NodeOf(value);
  if (node == nullptr) return WriteScalar(value);
  if (WriteMemoized(*node)) return true;
  if (PyValueAccess::IsText(value)) {
    if (!WriteText(value)) return false;
    Memoize(*node);
    return true;
  }
  const ItemsNode& items = PyValueAccess::Items(value);
  if (value.kind() == PyKind::kObject && !CheckObject(items)) return false;
  frames_.push_back({&items, Part::kWhole, 0});
  Begin(items);
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

// Writes the next piece. False if there is none, or after Fail.
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
  if (frame.next == frame.node->items.size()) return false;
  return Write(frame.node->items[frame.next++]);
}

bool Pickler::AdvanceBatches(Frame& frame, Opcode opcode) {
  const size_t size = frame.node->items.size();
  const size_t batch = frame.node->kind == PyKind::kDict ? 2 * kBatch : kBatch;
  if (frame.next == size || frame.next % batch == 0) {
    if (frame.next > 0) Byte(opcode);
    if (frame.next == size) return false;
    Byte(kOpMark);
  }
  return Write(frame.node->items[frame.next++]);
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
    frames_.push_back({&PyValueAccess::Items(node.items[slot]), as, 0});
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
