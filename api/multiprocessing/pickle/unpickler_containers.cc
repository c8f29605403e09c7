// The opcodes of tuple, list, dict, set and frozenset.

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <iterator>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "someos/api/multiprocessing/pickle/opcode.h"
#include "someos/api/multiprocessing/pickle/unpickler.h"
#include "someos/api/multiprocessing/value/py_comparison.h"
#include "someos/api/multiprocessing/value/py_keys.h"
#include "someos/api/multiprocessing/value/py_kind.h"

namespace someos::multiprocessing::internal {
namespace {

constexpr size_t kContainerBytes = sizeof(ItemsNode) + 2 * sizeof(void*);
constexpr size_t kMaxRoom = 32;                     // items behind the node of a list or dict
constexpr size_t kItemBytes = 2 * sizeof(PyValue);  // with the vector's reserve
constexpr size_t kKeyBytes = 64;                    // of the index of a large container
constexpr size_t kFreeSteps = 16;                   // of a key's comparisons

}  // namespace

// A hot path: containers of one form follow each other. An empty one to which items will be added
// gets room for as many as the last one had at this depth, behind its node. That prediction is used
// once: without another container of that size, there is none any more.
size_t Unpickler::TakeRoom(PyKind kind) {
  uint8_t next;
  size_t skipped = 0;
  if (reader_.Peek(next) && next == kOpMemoize) skipped = 1;
  if (reader_.Peek(next) && next == kOpBinPut) skipped = 2;
  if (!reader_.Peek(next, skipped) || next != kOpMark) return 0;
  return std::exchange(RoomAtThisDepth(kind), uint8_t{0});
}

void Unpickler::NoteRoom(ItemsNode& node, size_t items) {
  if (node.items.empty() && items <= kMaxRoom) {
    RoomAtThisDepth(node.kind) = static_cast<uint8_t>(items);
  }
  node.items.Expect(items);
}

uint8_t& Unpickler::RoomAtThisDepth(PyKind kind) {
  const size_t depth = std::min(marks_.size(), rooms_.size() - 1);
  return kind == PyKind::kDict ? rooms_[depth].dict : rooms_[depth].list;
}

bool Unpickler::TakeOff(size_t first) {
  stack_.Truncate(first);
  return true;
}

bool Unpickler::CheckDepth(const Node& node) {
  if (node.depth <= options_.max_depth) return true;
  return Fail(absl::StatusCode::kResourceExhausted,
              absl::StrCat("the value is nested deeper than max_depth, ", options_.max_depth));
}

bool Unpickler::CheckChangeable(const PyValue& target) {
  // The stack has one reference, and the memo those that it has counted.
  Node& node = *PyValueAccess::NodeOf(target);
  if (node.references.load(std::memory_order_relaxed) == 1 + node.memo_entries) {
    // It may have one: as a key that was there already, and so was dropped.
    node.hash.store(0, std::memory_order_relaxed);
    return true;
  }
  return Refuse(absl::StrCat("the pickle changes a value of type ", PyKindName(target.kind()),
                             " that is in use already, as in values that contain themselves"));
}

ItemsNode* Unpickler::ChangeablePart(const PyValue& target, PyKind kind, absl::string_view opcode) {
  if (target.kind() != kind && target.kind() != PyKind::kObject) {
    Invalid(absl::StrCat(opcode, " for a value of type ", PyKindName(target.kind())));
    return nullptr;
  }
  if (!CheckChangeable(target)) return nullptr;
  ItemsNode& node = PyValueAccess::Items(target);
  if (target.kind() == kind) return &node;
  PyValue& part = node.items[kind == PyKind::kList ? kListItems : kDictItems];
  if (part.is_none()) {
    if (!Charge(kContainerBytes)) return nullptr;
    part = PyValueAccess::New(kind);
  }
  PyValueAccess::NodeOf(part)->hash.store(0, std::memory_order_relaxed);
  return &PyValueAccess::Items(part);
}

bool Unpickler::Finish(const PyValue& target, const ItemsNode& part) {
  ItemsNode& node = PyValueAccess::Items(target);
  if (&node != &part) {
    node.NoteDepthOf(node.items[part.kind == PyKind::kList ? kListItems : kDictItems]);
  }
  return CheckDepth(node);
}

bool Unpickler::Extend(const PyValue& target, size_t first) {
  ItemsNode* part = ChangeablePart(target, PyKind::kList, "APPENDS");
  if (part == nullptr || !Charge(kItemBytes * (stack_.size() - first))) return false;
  NoteRoom(*part, stack_.size() - first);
  part->AddAll(stack_.data() + first, stack_.size() - first);
  TakeOff(first);
  return Finish(target, *part);
}

bool Unpickler::ChargeComparison(const Comparison& comparison, size_t before) {
  const size_t steps = comparison.steps() - before;
  if (steps > kFreeSteps) nodes_ += steps - kFreeSteps;
  if (nodes_ <= options_.max_nodes) return Charge(kKeyBytes);
  return Fail(absl::StatusCode::kResourceExhausted,
              absl::StrCat("comparing the keys costs more than max_nodes, ", options_.max_nodes));
}

bool Unpickler::Update(const PyValue& target, size_t first) {
  if ((stack_.size() - first) % 2 != 0) return Invalid("odd number of items for SET ITEMS");
  ItemsNode* part = ChangeablePart(target, PyKind::kDict, "SETITEMS");
  if (part == nullptr || !Charge(kItemBytes * (stack_.size() - first))) return false;
  const size_t size = stack_.size() - first;
  NoteRoom(*part, size);
  const bool is_new = part->items.empty();
  if (is_new && shapes_.Knows(stack_.data() + first, size)) {
    FillDict(*part, stack_.data() + first, size);
    return Charge(kKeyBytes * (size / 2)) && TakeOff(first) && Finish(target, *part);
  }
  Comparison comparison;
  for (size_t i = first; i < stack_.size(); i += 2) {
    const absl::Status hashable = CheckHashable(stack_[i]);
    if (!hashable.ok()) return Invalid(hashable.message());
    const size_t before = comparison.steps();
    AddEntry(*part, std::move(stack_[i]), std::move(stack_[i + 1]), comparison);
    if (!ChargeComparison(comparison, before)) return false;
  }
  // As long as another one like it may follow.
  if (is_new && part->items.size() == size && reader_.remaining() > size) {
    shapes_.Remember(part->items.data(), size);
  }
  return TakeOff(first) && Finish(target, *part);
}

bool Unpickler::AddAll(ItemsNode& set, size_t first) {
  Comparison comparison;
  if (!Charge(kItemBytes * (stack_.size() - first))) return false;
  for (size_t i = first; i < stack_.size(); ++i) {
    const absl::Status hashable = CheckHashable(stack_[i]);
    if (!hashable.ok()) return Invalid(hashable.message());
    const size_t before = comparison.steps();
    AddItem(set, std::move(stack_[i]), comparison);
    if (!ChargeComparison(comparison, before)) return false;
  }
  stack_.Truncate(first);
  return CheckDepth(set);
}

template <PyKind kKind>
bool Unpickler::Empty() {
  const size_t room = TakeRoom(kKind);
  return Charge(kContainerBytes + room * sizeof(PyValue)) &&
         PushNew(PyValueAccess::New(kKind, room, &blocks_));
}

bool Unpickler::PushTuple(size_t first) {
  if (!Charge(kContainerBytes + sizeof(PyValue) * (stack_.size() - first))) return false;
  PyValue tuple = PyValueAccess::New(PyKind::kTuple, stack_.size() - first, &blocks_);
  for (size_t i = first; i < stack_.size(); ++i) {
    PyValueAccess::Items(tuple).Add(std::move(stack_[i]));
  }
  TakeOff(first);
  return CheckDepth(*PyValueAccess::NodeOf(tuple)) && Push(std::move(tuple));
}

template <int kCount>
bool Unpickler::TupleOf() {
  return Need(kCount) && PushTuple(stack_.size() - kCount) && MemoizeIfNext();
}

template <PyKind kKind>
bool Unpickler::FromMark() {
  size_t first;
  if (!PopMark(first)) return false;
  if (kKind == PyKind::kTuple) return PushTuple(first) && MemoizeIfNext();
  if (!Charge(kContainerBytes)) return false;
  PyValue value = PyValueAccess::New(kKind);
  const bool filled = kKind == PyKind::kList   ? Extend(value, first)
                      : kKind == PyKind::kDict ? Update(value, first)
                                               : AddAll(PyValueAccess::Items(value), first);
  return filled && PushNew(std::move(value));
}

bool Unpickler::Append() {
  if (!Need(2)) return false;
  const size_t first = stack_.size() - 1;
  return Extend(stack_[first - 1], first);
}

bool Unpickler::Appends() {
  size_t first;
  return PopMarkAboveTarget(first) && Extend(stack_[first - 1], first);
}

bool Unpickler::SetItem() {
  if (!Need(3)) return false;
  const size_t first = stack_.size() - 2;
  return Update(stack_[first - 1], first);
}

bool Unpickler::SetItems() {
  size_t first;
  return PopMarkAboveTarget(first) && Update(stack_[first - 1], first);
}

bool Unpickler::AddItems() {
  size_t first;
  if (!PopMarkAboveTarget(first)) return false;
  const PyValue& set = stack_[first - 1];
  if (set.kind() != PyKind::kSet) {
    return Invalid(absl::StrCat("ADDITEMS for a value of type ", PyKindName(set.kind())));
  }
  return CheckChangeable(set) && AddAll(PyValueAccess::Items(set), first);
}

void Unpickler::AddContainers(Handlers& handlers) {
  handlers[kOpEmptyTuple] = &Unpickler::TupleOf<0>;
  handlers[kOpTuple1] = &Unpickler::TupleOf<1>;
  handlers[kOpTuple2] = &Unpickler::TupleOf<2>;
  handlers[kOpTuple3] = &Unpickler::TupleOf<3>;
  handlers[kOpTuple] = &Unpickler::FromMark<PyKind::kTuple>;
  handlers[kOpList] = &Unpickler::FromMark<PyKind::kList>;
  handlers[kOpDict] = &Unpickler::FromMark<PyKind::kDict>;
  handlers[kOpFrozenSet] = &Unpickler::FromMark<PyKind::kFrozenSet>;
  handlers[kOpEmptyList] = &Unpickler::Empty<PyKind::kList>;
  handlers[kOpEmptyDict] = &Unpickler::Empty<PyKind::kDict>;
  handlers[kOpEmptySet] = &Unpickler::Empty<PyKind::kSet>;
  handlers[kOpAppend] = &Unpickler::Append;
  handlers[kOpAppends] = &Unpickler::Appends;
  handlers[kOpSetItem] = &Unpickler::SetItem;
  handlers[kOpSetItems] = &Unpickler::SetItems;
  handlers[kOpAddItems] = &Unpickler::AddItems;
}

}  // namespace someos::multiprocessing::internal
