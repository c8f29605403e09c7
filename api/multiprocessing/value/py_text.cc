#include "someos/api/multiprocessing/value/py_text.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "someos/api/multiprocessing/value/py_float_text.h"
#include "someos/api/multiprocessing/value/py_integer.h"
#include "someos/api/multiprocessing/value/py_kind.h"
#include "someos/api/multiprocessing/value/utf8.h"

namespace someos::multiprocessing {
namespace internal {
namespace {

char QuoteFor(absl::string_view text) {
  const bool has_single = text.find('\'') != absl::string_view::npos;
  return has_single && text.find('"') == absl::string_view::npos ? '"' : '\'';
}

void AppendEscaped(uint32_t point, char quote, bool bytes, std::string& out) {
  switch (point) {
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    case '\\':
      out += "\\\\";
      return;
    default:
      break;
  }
  if (point == static_cast<uint8_t>(quote)) {
    out += '\\';
    out += quote;
  } else if (point >= 0x20 && point < 0x7f) {
    out += static_cast<char>(point);
  } else if (point < 0xa1 || point == 0xad || bytes) {
    absl::StrAppendFormat(&out, "\\x%02x", point);
  } else if ((point >= 0xd800 && point < 0xe000) || point == 0xfffe || point == 0xffff) {
    absl::StrAppendFormat(&out, "\\u%04x", point);
  } else {
    AppendUtf8(point, out);
  }
}

// At most about `limit` bytes of text in quotes.
std::string Quoted(absl::string_view text, bool bytes, size_t limit) {
  const char quote = QuoteFor(text);
  std::string out(1, quote);
  while (!text.empty() && out.size() <= limit) {
    CodePoint point = {static_cast<uint8_t>(text[0]), 1};
    if (!bytes) point = FirstCodePoint(text);
    if (point.size == 0) {
      // Not UTF-8: shown, so that one sees where.
      absl::StrAppendFormat(&out, "\\x%02x", static_cast<uint8_t>(text[0]));
      text.remove_prefix(1);
      continue;
    }
    AppendEscaped(point.value, quote, bytes, out);
    text.remove_prefix(point.size);
  }
  out += quote;
  return out;
}

}  // namespace

void PyText::WriteText(const PyValue& value) {
  const TextNode& node = PyValueAccess::Text(value);
  const absl::string_view text = node.text;
  const size_t rest = limit_ - std::min(limit_, text_.size());
  switch (value.kind()) {
    case PyKind::kInt:
      text_ += IntegerText(text);
      break;
    case PyKind::kStr:
      text_ += Quoted(text, false, rest);
      break;
    case PyKind::kBytes:
      absl::StrAppend(&text_, "b", Quoted(text, true, rest));
      break;
    case PyKind::kByteArray:
      absl::StrAppend(&text_, "bytearray(b", Quoted(text, true, rest), ")");
      break;
    default:
      absl::StrAppend(&text_, "<global ", text.substr(0, node.module_size), ".",
                      text.substr(node.module_size), ">");
  }
}

void PyText::Enclosed(const ItemsNode& node, absl::string_view open, absl::string_view close) {
  const size_t stride = node.kind == PyKind::kDict ? 2 : 1;
  pending_.push_back({nullptr, close});
  // What lies beyond the limit is not looked at.
  const size_t rest = limit_ - std::min(limit_, text_.size());
  const size_t count = rest < node.items.size() / stride ? (rest + 1) * stride : node.items.size();
  for (size_t i = count; i > 0; i -= stride) {
    if (stride == 2) {
      pending_.push_back({&node.items[i - 1], {}});
      pending_.push_back({nullptr, ": "});
    }
    pending_.push_back({&node.items[i - stride], {}});
    if (i > stride) pending_.push_back({nullptr, ", "});
  }
  text_ += open;
}

void PyText::WriteObject(const ItemsNode& node) {
  const auto add = [&](absl::string_view label, ObjectSlot slot, bool shown) {
    if (!shown) return;
    pending_.push_back({&node.items[slot], {}});
    pending_.push_back({nullptr, label});
  };
  text_ += '<';
  pending_.push_back({nullptr, ">"});
  add(", items ", kDictItems, !node.items[kDictItems].is_none());
  add(", items ", kListItems, !node.items[kListItems].is_none());
  add(", state ", kState, node.has_state);
  add(" **", kKwargs, node.construction == PyConstruction::kNewWithKeywords);
  constexpr absl::string_view kLabels[] = {" called with ", " made with ", " made with ",
                                           " made with "};
  add(kLabels[static_cast<int>(node.construction)], kArgs, true);
  add("", kCallable, true);
}

void PyText::WriteItems(const PyValue& value) {
  const ItemsNode& node = PyValueAccess::Items(value);
  switch (value.kind()) {
    case PyKind::kTuple:
      return Enclosed(node, "(", node.items.size() == 1 ? ",)" : ")");
    case PyKind::kList:
      return Enclosed(node, "[", "]");
    case PyKind::kDict:
      return Enclosed(node, "{", "}");
    case PyKind::kSet:
      return node.items.empty() ? Enclosed(node, "set(", ")") : Enclosed(node, "{", "}");
    case PyKind::kFrozenSet:
      return node.items.empty() ? Enclosed(node, "frozenset(", ")")
                                : Enclosed(node, "frozenset({", "})");
    default:
      return WriteObject(node);
  }
}

void PyText::Write(const PyValue& value) {
  if (PyValueAccess::IsText(value)) return WriteText(value);
  if (PyValueAccess::IsItems(value)) return WriteItems(value);
  switch (value.kind()) {
    case PyKind::kNone:
      text_ += "None";
      break;
    case PyKind::kBool:
      text_ += PyValueAccess::Integer(value) != 0 ? "True" : "False";
      break;
    case PyKind::kInt:
      absl::StrAppend(&text_, PyValueAccess::Integer(value));
      break;
    default:
      text_ += FloatText(PyValueAccess::Real(value));
  }
}

std::string PyText::Of(const PyValue& value) {
  pending_.push_back({&value, {}});
  while (!pending_.empty() && text_.size() <= limit_) {
    const Piece piece = pending_.back();
    pending_.pop_back();
    if (piece.value != nullptr) {
      Write(*piece.value);
    } else {
      text_ += piece.text;
    }
  }
  if (text_.size() > limit_) {
    // Not within a character.
    size_t end = limit_;
    while (end > 0 && (static_cast<unsigned char>(text_[end]) & 0xc0) == 0x80) --end;
    text_.resize(end);
    text_ += "...";
  }
  return std::move(text_);
}

}  // namespace internal

std::string PyValue::ToString(size_t limit) const { return internal::PyText(limit).Of(*this); }

}  // namespace someos::multiprocessing
