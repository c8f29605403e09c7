// The opcodes of globals and objects. Nothing is looked up, and nothing is called.

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "someos/api/multiprocessing/pickle/global_names.h"
#include "someos/api/multiprocessing/pickle/opcode.h"
#include "someos/api/multiprocessing/pickle/unpickler.h"
#include "someos/api/multiprocessing/value/py_kind.h"
#include "someos/api/multiprocessing/value/utf8.h"

namespace someos::multiprocessing::internal {
namespace {

constexpr int kFirstWithPython3Names = 3;  // protocol

bool IsSequence(const PyValue& value) {
  return value.kind() == PyKind::kList || value.kind() == PyKind::kTuple;
}

bool IsCallable(const PyValue& value) {
  return value.kind() == PyKind::kGlobal || value.kind() == PyKind::kObject;
}

// The bytes of (text, "latin1"), which is how protocols below 3 write them.
bool BytesOfLatin1(const PyItems& args, std::string& bytes) {
  // The encoding is a str of Python 2 in its pickles, which may have become bytes.
  if (args.size() != 2 || args[0].kind() != PyKind::kStr ||
      (args[1].kind() != PyKind::kStr && args[1].kind() != PyKind::kBytes)) {
    return false;
  }
  const absl::string_view encoding = PyValueAccess::Text(args[1]).text;
  if (encoding != "latin1" && encoding != "latin-1") return false;
  return Latin1OfUtf8(PyValueAccess::Text(args[0]).text, bytes);
}

}  // namespace

bool Unpickler::PushGlobal(absl::string_view module, absl::string_view name) {
  if (ValidUtf8(module) != module.size() || ValidUtf8(name) != name.size()) {
    return Invalid("the name of a global is no UTF-8");
  }
  GlobalName global = {module, name};
  if (protocol_ < kFirstWithPython3Names) global = Python3Name(global);
  return Charge(sizeof(TextNode) + global.module.size() + global.name.size()) &&
         Push(PyValue::Global(global.module, global.name));
}

bool Unpickler::GlobalLines() {
  absl::string_view module;
  absl::string_view name;
  if (!reader_.TakeLine(module) || !reader_.TakeLine(name)) return Truncated();
  return PushGlobal(module, name);
}

bool Unpickler::StackGlobal() {
  if (!Need(2)) return false;
  const PyValue name = Pop();
  const PyValue module = Pop();
  if (name.kind() != PyKind::kStr || module.kind() != PyKind::kStr) {
    return Invalid("STACK_GLOBAL requires str");
  }
  return PushGlobal(PyValueAccess::Text(module).text, PyValueAccess::Text(name).text);
}

bool Unpickler::PushObject(PyObjectParts parts) {
  if (!IsCallable(parts.callable)) {
    return Invalid(
        absl::StrCat("'", PyKindName(parts.callable.kind()), "' object is not callable"));
  }
  if (parts.args.kind() != PyKind::kTuple) {
    return Invalid(
        absl::StrCat("argument list must be a tuple, not ", PyKindName(parts.args.kind())));
  }
  if (!Charge(sizeof(ItemsNode) + (kObjectSlots + 1) * sizeof(PyValue))) return false;
  PyValue object = PyValue::Object(std::move(parts));
  return CheckDepth(*PyValueAccess::NodeOf(object)) && Push(std::move(object));
}

bool Unpickler::PushSet(PyKind kind, const PyValue& items) {
  if (!Charge(sizeof(ItemsNode))) return false;
  PyValue set = PyValueAccess::New(kind);
  const size_t first = stack_.size();
  if (!items.is_none()) {
    for (const PyValue& item : PyValueAccess::Items(items).items) {
      if (!Push(PyValueAccess::CopyUncontended(item))) return false;
    }
  }
  ItemsNode& node = PyValueAccess::Items(set);
  const bool filled = kind == PyKind::kList ? Extend(set, first) : AddAll(node, first);
  return filled && Push(std::move(set));
}

bool Unpickler::PushPlain(const PyValue& callable, const PyValue& args, bool& done) {
  done = false;
  if (callable.kind() != PyKind::kGlobal || args.kind() != PyKind::kTuple) return true;
  const PyItems& items = PyValueAccess::Items(args).items;
  const TextNode& global = PyValueAccess::Text(callable);
  const absl::string_view module = global.text.substr(0, global.module_size);
  const absl::string_view name = global.text.substr(global.module_size);
  std::string bytes;
  if (module == "_codecs" && name == "encode") {
    // A byte of the result is one or two of what the pickle contains.
    if (!BytesOfLatin1(items, bytes)) return true;
    done = true;
    return PushText(PyKind::kBytes, bytes);
  }
  if (module != "builtins" || items.size() > 2) return true;
  if (name == "bytes" || name == "bytearray") {
    if (items.size() == 1 && items[0].kind() == PyKind::kBytes) {
      bytes = std::string(PyValueAccess::Text(items[0]).text);
    } else if (!items.empty() && !BytesOfLatin1(items, bytes)) {
      return true;
    }
    done = true;
    return PushText(name == "bytes" ? PyKind::kBytes : PyKind::kByteArray, bytes);
  }
  const PyKind kind = name == "set"         ? PyKind::kSet
                      : name == "frozenset" ? PyKind::kFrozenSet
                      : name == "list"      ? PyKind::kList
                                            : PyKind::kNone;
  if (kind == PyKind::kNone || items.size() > 1 || (!items.empty() && !IsSequence(items[0]))) {
    return true;
  }
  done = true;
  return PushSet(kind, items.empty() ? PyValue() : items[0]);
}

bool Unpickler::Reduce() {
  if (!Need(2)) return false;
  PyObjectParts parts;
  parts.args = Pop();
  parts.callable = Pop();
  bool done;
  if (!PushPlain(parts.callable, parts.args, done)) return false;
  return done || PushObject(std::move(parts));
}

bool Unpickler::NewObj() {
  if (!Need(2)) return false;
  PyObjectParts parts;
  parts.construction = PyConstruction::kNew;
  parts.args = Pop();
  parts.callable = Pop();
  return PushObject(std::move(parts));
}

bool Unpickler::NewObjEx() {
  if (!Need(3)) return false;
  PyObjectParts parts;
  parts.construction = PyConstruction::kNewWithKeywords;
  parts.kwargs = Pop();
  parts.args = Pop();
  parts.callable = Pop();
  if (parts.kwargs.kind() != PyKind::kDict) {
    return Invalid(
        absl::StrCat("NEWOBJ_EX with keyword arguments of type ", PyKindName(parts.kwargs.kind())));
  }
  return PushObject(std::move(parts));
}

bool Unpickler::Obj() {
  size_t first;
  if (!PopMark(first)) return false;
  if (first == stack_.size()) return Invalid("unpickling stack underflow");
  PyObjectParts parts;
  parts.construction = PyConstruction::kOldStyle;
  if (!PushTuple(first + 1)) return false;
  parts.args = Pop();
  parts.callable = Pop();
  return PushObject(std::move(parts));
}

bool Unpickler::Inst() {
  size_t first;
  if (!PopMark(first) || !PushTuple(first)) return false;
  PyObjectParts parts;
  parts.construction = PyConstruction::kOldStyle;
  parts.args = Pop();
  if (!GlobalLines()) return false;
  parts.callable = Pop();
  return PushObject(std::move(parts));
}

bool Unpickler::Build() {
  if (!Need(2)) return false;
  PyValue state = Pop();
  const PyValue& target = stack_.back();
  if (target.kind() != PyKind::kObject) {
    return Invalid(absl::StrCat("BUILD for a value of type ", PyKindName(target.kind())));
  }
  if (!CheckChangeable(target)) return false;
  ItemsNode& node = PyValueAccess::Items(target);
  if (node.has_state) return Refuse("the pickle sets the state of an object twice");
  node.has_state = true;
  node.SetSlot(kState, std::move(state));
  return CheckDepth(node);
}

void Unpickler::AddObjects(Handlers& handlers) {
  handlers[kOpGlobal] = &Unpickler::GlobalLines;
  handlers[kOpStackGlobal] = &Unpickler::StackGlobal;
  handlers[kOpReduce] = &Unpickler::Reduce;
  handlers[kOpNewObj] = &Unpickler::NewObj;
  handlers[kOpNewObjEx] = &Unpickler::NewObjEx;
  handlers[kOpObj] = &Unpickler::Obj;
  handlers[kOpInst] = &Unpickler::Inst;
  handlers[kOpBuild] = &Unpickler::Build;
}

}  // namespace someos::multiprocessing::internal
