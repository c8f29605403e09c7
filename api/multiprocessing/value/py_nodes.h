// The kinds of nodes, and how this package gets at them. Private to this package.

#ifndef SOMEOS_API_MULTIPROCESSING_VALUE_PY_NODES_H_
#define SOMEOS_API_MULTIPROCESSING_VALUE_PY_NODES_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <new>
#include <utility>

#include "absl/strings/string_view.h"
#include "someos/api/multiprocessing/value/node_blocks.h"
#include "someos/api/multiprocessing/value/py_index.h"
#include "someos/api/multiprocessing/value/py_items.h"
#include "someos/api/multiprocessing/value/py_kind.h"
#include "someos/api/multiprocessing/value/py_node.h"
#include "someos/api/multiprocessing/value/py_value.h"

namespace someos::multiprocessing {
namespace internal {

inline NodeBlocks::Piece NodePiece(size_t size, NodeBlocks* blocks) {
  return blocks == nullptr ? NodeBlocks::AllocateAlone(size) : blocks->Allocate(size);
}

// str, bytes, bytearray, a large int's two's complement, a global's module and name. The text
// stands behind the node.
struct TextNode : Node {
  // In a block or, without `blocks`, alone.
  static TextNode* Make(PyKind kind, absl::string_view bytes, NodeBlocks* blocks) {
    const NodeBlocks::Piece piece = NodePiece(sizeof(TextNode) + bytes.size(), blocks);
    char* text = static_cast<char*>(piece.memory) + sizeof(TextNode);
    std::copy(bytes.begin(), bytes.end(), text);
    return new (piece.memory) TextNode(kind, piece.distance, absl::string_view(text, bytes.size()));
  }

  const absl::string_view text;
  size_t module_size = 0;  // of a global

 private:
  TextNode(PyKind kind, uint16_t distance, absl::string_view copied_text)
      : Node(kind, distance), text(copied_text) {
    unhashable = kind == PyKind::kByteArray;
  }
};

// Slots of an object in ItemsNode::items.
enum ObjectSlot { kCallable, kArgs, kKwargs, kState, kListItems, kDictItems, kObjectSlots };

// Containers: their items; a dict's keys and values in turn; an object's slots. Room for the first
// items stands behind the node, whose size is made a multiple of their alignment.
struct alignas(PyValue) ItemsNode : Node {
  // With room for so many items.
  static ItemsNode* Make(PyKind kind, size_t room, NodeBlocks* blocks) {
    const NodeBlocks::Piece piece = NodePiece(sizeof(ItemsNode) + room * sizeof(PyValue), blocks);
    return new (piece.memory) ItemsNode(kind, piece.distance, room);
  }

  void Add(PyValue&& item) {
    if (kind == PyKind::kTuple) unhashable |= IsUnhashable(item);
    NoteDepthOf(item);
    items.push_back(std::move(item));
  }
  void SetSlot(int slot, PyValue value) {
    NoteDepthOf(value);
    items[slot] = std::move(value);
  }
  void NoteDepthOf(const PyValue& item) { NoteDepth(item.depth()); }
  void NoteDepth(uint32_t of_item) {
    if (of_item >= depth) {
      depth = of_item + (of_item < std::numeric_limits<uint32_t>::max() ? 1 : 0);
    }
  }
  // A hot path: adds values that make the container no less hashable, as they stand one behind the
  // other, and leaves None.
  void AddAll(PyValue* values, size_t count);
  static bool IsUnhashable(const PyValue& value);

  PyItems items;
  PyConstruction construction = PyConstruction::kCall;  // of an object
  std::unique_ptr<PyIndex> index;                       // of a large dict, set or frozenset

 private:
  ItemsNode(PyKind kind, uint16_t distance, size_t room)
      : Node(kind, distance), items(this + 1, room) {
    unhashable = kind == PyKind::kList || kind == PyKind::kDict || kind == PyKind::kSet;
  }
};

}  // namespace internal

class PyValueAccess {
 public:
  static internal::Node* NodeOf(const PyValue& value) {
    return value.node_ ? value.scalar_.node : nullptr;
  }
  // The reference of a value, which is None afterwards: the caller's to release.
  static internal::Node* Detach(PyValue& value) {
    internal::Node* node = NodeOf(value);
    value.Forget();
    return node;
  }
  // A copy, and its end, which leaves None. Not counted by atomic operations: no other thread may
  // know the node.
  static PyValue CopyUncontended(const PyValue& value) {
    PyValue copy;
    copy.kind_ = value.kind_;
    copy.node_ = value.node_;
    copy.scalar_ = value.scalar_;
    if (value.node_) internal::RetainUncontended(value.scalar_.node);
    return copy;
  }
  static void DropUncontended(PyValue& value) {
    internal::Node* node = Detach(value);
    if (node != nullptr) internal::ReleaseUncontended(node);
  }
  // Of a value of a kind that has one.
  static internal::TextNode& Text(const PyValue& value) {
    return *static_cast<internal::TextNode*>(value.scalar_.node);
  }
  static internal::ItemsNode& Items(const PyValue& value) {
    return *static_cast<internal::ItemsNode*>(value.scalar_.node);
  }
  static int64_t Integer(const PyValue& value) { return value.scalar_.integer; }
  static double Real(const PyValue& value) { return value.scalar_.real; }
  static bool IsLargeInt(const PyValue& value) {
    return value.kind_ == PyKind::kInt && value.node_;
  }
  static bool IsText(const PyValue& value) {
    return value.node_ && (value.kind_ == PyKind::kInt || value.kind_ == PyKind::kStr ||
                           value.kind_ == PyKind::kBytes || value.kind_ == PyKind::kByteArray ||
                           value.kind_ == PyKind::kGlobal);
  }
  static bool IsItems(const PyValue& value) { return value.node_ && !IsText(value); }

  // Takes over the one reference of a new node.
  static PyValue Wrap(internal::Node* node) {
    PyValue value;
    value.kind_ = node->kind;
    value.node_ = true;
    value.scalar_.node = node;
    return value;
  }
  static PyValue New(PyKind kind, absl::string_view text, internal::NodeBlocks* blocks = nullptr) {
    return Wrap(internal::TextNode::Make(kind, text, blocks));
  }
  // An empty container with room for so many items.
  static PyValue New(PyKind kind, size_t room = 0, internal::NodeBlocks* blocks = nullptr) {
    return Wrap(internal::ItemsNode::Make(kind, room, blocks));
  }
};

inline void internal::ItemsNode::AddAll(PyValue* values, size_t count) {
  items.Expect(count);
  uint32_t deepest = 1;
  for (size_t i = 0; i < count; ++i) {
    const Node* node = PyValueAccess::NodeOf(values[i]);
    if (node != nullptr) deepest = std::max(deepest, node->depth);
    items.AppendExpected(std::move(values[i]));
  }
  if (count > 0) NoteDepth(deepest);
}

inline bool internal::ItemsNode::IsUnhashable(const PyValue& value) {
  const Node* node = PyValueAccess::NodeOf(value);
  return node != nullptr && node->unhashable;
}

}  // namespace someos::multiprocessing

#endif  // SOMEOS_API_MULTIPROCESSING_VALUE_PY_NODES_H_
