#include "someos/api/multiprocessing/value/py_comparison.h"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "someos/api/multiprocessing/value/py_integer.h"
#include "someos/api/multiprocessing/value/py_keys.h"
#include "someos/api/multiprocessing/value/py_kind.h"
#include "someos/api/multiprocessing/value/py_nodes.h"

namespace someos::multiprocessing::internal {
namespace {

constexpr size_t kBytesPerStep = 64;

bool IsNumber(const PyValue& value) {
  return value.kind() == PyKind::kBool || value.kind() == PyKind::kInt ||
         value.kind() == PyKind::kFloat;
}

bool EqualsFloat(const PyValue& integer, double real) {
  if (std::isinf(real) || std::isnan(real) || std::trunc(real) != real) return false;
  const std::string bytes = IntegerBytes(real);
  if (PyValueAccess::IsLargeInt(integer)) return PyValueAccess::Text(integer).text == bytes;
  return bytes.size() <= sizeof(int64_t) && SmallInteger(bytes) == PyValueAccess::Integer(integer);
}

bool EqualNumbers(const PyValue& a, const PyValue& b) {
  const bool a_is_float = a.kind() == PyKind::kFloat;
  const bool b_is_float = b.kind() == PyKind::kFloat;
  if (a_is_float && b_is_float) return PyValueAccess::Real(a) == PyValueAccess::Real(b);
  if (a_is_float) return EqualsFloat(b, PyValueAccess::Real(a));
  if (b_is_float) return EqualsFloat(a, PyValueAccess::Real(b));
  if (PyValueAccess::IsLargeInt(a) != PyValueAccess::IsLargeInt(b)) return false;
  if (PyValueAccess::IsLargeInt(a)) {
    return PyValueAccess::Text(a).text == PyValueAccess::Text(b).text;
  }
  return PyValueAccess::Integer(a) == PyValueAccess::Integer(b);
}

// Kinds of which values can be equal.
PyKind ComparedAs(PyKind kind) {
  if (kind == PyKind::kByteArray) return PyKind::kBytes;
  return kind == PyKind::kFrozenSet ? PyKind::kSet : kind;
}

}  // namespace

bool Comparison::Equal(const PyValue& a, const PyValue& b) {
  ++steps_;
  if (IsNumber(a) && IsNumber(b)) return EqualNumbers(a, b);
  if (ComparedAs(a.kind()) != ComparedAs(b.kind())) return false;
  if (a.is_none() || PyValueAccess::NodeOf(a) == PyValueAccess::NodeOf(b)) return true;
  if (PyValueAccess::IsText(a)) {
    const TextNode& a_text = PyValueAccess::Text(a);
    const TextNode& b_text = PyValueAccess::Text(b);
    if (a_text.text.size() != b_text.text.size()) return false;
    steps_ += a_text.text.size() / kBytesPerStep;
    return a_text.text == b_text.text && a_text.module_size == b_text.module_size;
  }
  return EqualSlowly(a, b);
}

bool Comparison::EqualSlowly(const PyValue& a, const PyValue& b) {
  absl::flat_hash_set<Pair> outer;
  outer.swap(seen_);
  Pending pending = {{&a, &b}};
  bool equal = true;
  while (equal && !pending.empty()) {
    const auto [left, right] = pending.back();
    pending.pop_back();
    if (PyValueAccess::IsItems(*left) && PyValueAccess::IsItems(*right)) {
      equal = EqualSoFar(*left, *right, pending);
    } else {
      equal = Equal(*left, *right);
    }
  }
  if (equal) equal_.insert(seen_.begin(), seen_.end());
  seen_.swap(outer);
  return equal;
}

bool Comparison::EqualSoFar(const PyValue& a, const PyValue& b, Pending& pending) {
  ++steps_;
  if (ComparedAs(a.kind()) != ComparedAs(b.kind())) return false;
  const ItemsNode& left = PyValueAccess::Items(a);
  const ItemsNode& right = PyValueAccess::Items(b);
  if (&left == &right) return true;
  if (left.items.size() != right.items.size() || left.construction != right.construction ||
      left.has_state != right.has_state) {
    return false;
  }
  if (equal_.contains(Pair(&left, &right)) || !seen_.insert({&left, &right}).second) return true;
  if (HasKeys(a.kind())) return EqualKeys(a, b, pending);
  for (size_t i = left.items.size(); i-- > 0;) {
    pending.emplace_back(&left.items[i], &right.items[i]);
  }
  steps_ += left.items.size();
  return true;
}

bool Comparison::EqualKeys(const PyValue& a, const PyValue& b, Pending& pending) {
  const ItemsNode& left = PyValueAccess::Items(a);
  const ItemsNode& right = PyValueAccess::Items(b);
  const size_t stride = a.kind() == PyKind::kDict ? 2 : 1;
  for (size_t i = 0; i < left.items.size(); i += stride) {
    const size_t place = FindKey(right, left.items[i], *this);
    if (place == right.items.size()) return false;
    if (stride == 2) pending.emplace_back(&left.items[i + 1], &right.items[place + 1]);
  }
  return true;
}

}  // namespace someos::multiprocessing::internal

namespace someos::multiprocessing {

bool operator==(const PyValue& a, const PyValue& b) { return internal::Comparison().Equal(a, b); }

}  // namespace someos::multiprocessing
