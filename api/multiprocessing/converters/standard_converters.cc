#include "someos/api/multiprocessing/converters/standard_converters.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "absl/types/span.h"
#include "someos/api/errno_status.h"
#include "someos/api/multiprocessing/converters/call_args.h"
#include "someos/api/multiprocessing/value/py_kind.h"

namespace someos::multiprocessing {
namespace {

absl::Status Invalid(absl::string_view message) {
  return PlainStatus(absl::StatusCode::kInvalidArgument, message);
}

// Removes the digits from the front, and returns how many there were.
size_t SkipDigits(absl::string_view& text) {
  size_t count = 0;
  while (count < text.size() && absl::ascii_isdigit(text[count])) ++count;
  text.remove_prefix(count);
  return count;
}

bool SkipSign(absl::string_view& text) {
  return absl::ConsumePrefix(&text, "-") || absl::ConsumePrefix(&text, "+");
}

// By the grammar of decimal.Decimal, without underscores and spaces.
bool IsDecimal(absl::string_view text) {
  SkipSign(text);
  if (absl::EqualsIgnoreCase(text, "inf") || absl::EqualsIgnoreCase(text, "infinity")) return true;
  const size_t nan = absl::StartsWithIgnoreCase(text, "snan")  ? 4
                     : absl::StartsWithIgnoreCase(text, "nan") ? 3
                                                               : 0;
  if (nan != 0) {
    text.remove_prefix(nan);
    SkipDigits(text);
    return text.empty();
  }
  size_t digits = SkipDigits(text);
  if (absl::ConsumePrefix(&text, ".")) digits += SkipDigits(text);
  if (digits == 0) return false;
  if (text.empty()) return true;
  if (!absl::ConsumePrefix(&text, "e") && !absl::ConsumePrefix(&text, "E")) return false;
  SkipSign(text);
  return SkipDigits(text) > 0 && text.empty();
}

absl::Status CheckDecimal(absl::string_view text) {
  if (IsDecimal(text)) return absl::OkStatus();
  return Invalid(absl::StrCat("no decimal number: ", PyValue::Str(text).ToString(100)));
}

absl::StatusOr<PyDecimal> ReadDecimal(const PyObjectParts& parts) {
  const absl::StatusOr<absl::Span<const PyValue>> args = internal::CallArgs(parts, 1, 1);
  if (!args.ok()) return args.status();
  const absl::StatusOr<absl::string_view> text = args->front().AsStr();
  if (!text.ok()) return text.status();
  if (absl::Status status = CheckDecimal(*text); !status.ok()) return status;
  return PyDecimal{std::string(*text)};
}

absl::StatusOr<PyObjectParts> WriteDecimal(const PyDecimal& decimal) {
  if (absl::Status status = CheckDecimal(decimal.text); !status.ok()) return status;
  PyObjectParts parts;
  parts.args = PyValue::Tuple({PyValue::Str(decimal.text)});
  return parts;
}

absl::Status CheckFraction(const PyFraction& fraction) {
  const absl::StatusOr<std::string> numerator = fraction.numerator.AsIntBytes();
  if (!numerator.ok()) return numerator.status();
  const absl::StatusOr<std::string> denominator = fraction.denominator.AsIntBytes();
  if (!denominator.ok()) return denominator.status();
  // The sign is in the last byte.
  const bool positive = fraction.denominator != PyValue(0) &&
                        (static_cast<unsigned char>(denominator->back()) & 0x80) == 0;
  return positive ? absl::OkStatus() : Invalid("the denominator must be positive");
}

// "-3/4" or, with the denominator 1, "-3", which is what versions before 3.12 write.
absl::StatusOr<PyFraction> FractionOfText(absl::string_view text) {
  const size_t slash = text.find('/');
  absl::StatusOr<PyValue> numerator = PyValue::IntFromDecimal(text.substr(0, slash));
  if (!numerator.ok()) return numerator.status();
  if (slash == absl::string_view::npos) return PyFraction{*std::move(numerator), PyValue(1)};
  absl::StatusOr<PyValue> denominator = PyValue::IntFromDecimal(text.substr(slash + 1));
  if (!denominator.ok()) return denominator.status();
  return PyFraction{*std::move(numerator), *std::move(denominator)};
}

absl::StatusOr<PyFraction> ReadFraction(const PyObjectParts& parts) {
  const absl::StatusOr<absl::Span<const PyValue>> args = internal::CallArgs(parts, 1, 2);
  if (!args.ok()) return args.status();
  PyFraction fraction;
  if (args->size() == 2) {
    fraction = {(*args)[0], (*args)[1]};
  } else {
    const absl::StatusOr<absl::string_view> text = args->front().AsStr();
    if (!text.ok()) return text.status();
    absl::StatusOr<PyFraction> of_text = FractionOfText(*text);
    if (!of_text.ok()) return of_text;
    fraction = *std::move(of_text);
  }
  if (absl::Status status = CheckFraction(fraction); !status.ok()) return status;
  return fraction;
}

absl::StatusOr<PyObjectParts> WriteFraction(const PyFraction& fraction) {
  if (absl::Status status = CheckFraction(fraction); !status.ok()) return status;
  PyObjectParts parts;
  parts.args = PyValue::Tuple({fraction.numerator, fraction.denominator});
  return parts;
}

absl::StatusOr<PyUuid> ReadUuid(const PyObjectParts& parts) {
  if (parts.construction != PyConstruction::kNew || !parts.has_state) {
    return Invalid("not made by __new__ and a state");
  }
  const absl::StatusOr<PyValue> number = parts.state.Get("int");
  if (!number.ok()) return number.status();
  const absl::StatusOr<std::string> little = number->AsIntBytes();
  if (!little.ok()) return little.status();
  PyUuid uuid;
  const size_t size = uuid.bytes.size();
  const bool negative =
      !little->empty() && (static_cast<unsigned char>(little->back()) & 0x80) != 0;
  // A positive number has one more byte if its highest bit is set.
  const bool too_large =
      little->size() > size + 1 || (little->size() > size && little->back() != 0);
  if (negative || too_large) return Invalid("int is out of range (need a 128-bit value)");
  for (size_t i = 0; i < little->size() && i < size; ++i) {
    uuid.bytes[size - 1 - i] = static_cast<uint8_t>((*little)[i]);
  }
  return uuid;
}

absl::StatusOr<PyObjectParts> WriteUuid(const PyUuid& uuid) {
  std::string little(uuid.bytes.rbegin(), uuid.bytes.rend());
  little.push_back('\0');  // positive
  absl::StatusOr<PyValue> state =
      PyValue::Dict({{PyValue::Str("int"), PyValue::IntFromBytes(little)}});
  if (!state.ok()) return state.status();
  PyObjectParts parts;
  parts.construction = PyConstruction::kNew;
  parts.args = PyValue::Tuple({});
  parts.has_state = true;
  parts.state = *std::move(state);
  return parts;
}

absl::Status CheckDeque(const PyDeque& deque) {
  if (deque.items.kind() != PyKind::kList) return Invalid("the items must be a list");
  const int64_t size = static_cast<int64_t>(deque.items.AsItems()->size());
  if (!deque.maxlen.has_value()) return absl::OkStatus();
  if (*deque.maxlen < 0) return Invalid("maxlen must be non-negative");
  if (size <= *deque.maxlen) return absl::OkStatus();
  return Invalid(absl::StrCat(size, " items, but maxlen is ", *deque.maxlen));
}

// Python 2.7 writes deque(items, maxlen); 3 the items afterwards.
absl::StatusOr<PyDeque> ReadDeque(const PyObjectParts& parts) {
  PyObjectParts call = parts;
  call.list_items = PyValue();
  const absl::StatusOr<absl::Span<const PyValue>> args = internal::CallArgs(call, 0, 2);
  if (!args.ok()) return args.status();
  PyDeque deque;
  if (!parts.list_items.is_none()) deque.items = parts.list_items;
  if (!args->empty()) {
    const absl::StatusOr<absl::Span<const PyValue>> first = (*args)[0].AsItems();
    if (!first.ok()) return first.status();
    if (!first->empty()) {
      if (!parts.list_items.is_none()) return Invalid("has items of two kinds");
      deque.items = PyValue::List({first->begin(), first->end()});
    }
  }
  if (args->size() == 2 && !(*args)[1].is_none()) {
    const absl::StatusOr<int64_t> maxlen = (*args)[1].AsInt();
    if (!maxlen.ok()) return maxlen.status();
    deque.maxlen = *maxlen;
  }
  if (absl::Status status = CheckDeque(deque); !status.ok()) return status;
  return deque;
}

absl::StatusOr<PyObjectParts> WriteDeque(const PyDeque& deque) {
  if (absl::Status status = CheckDeque(deque); !status.ok()) return status;
  PyObjectParts parts;
  parts.args = deque.maxlen.has_value()
                   ? PyValue::Tuple({PyValue::Tuple({}), PyValue(*deque.maxlen)})
                   : PyValue::Tuple({});
  parts.list_items = deque.items;
  return parts;
}

absl::Status CheckEntries(const PyValue& entries) {
  if (entries.kind() == PyKind::kDict) return absl::OkStatus();
  return Invalid("the entries must be a dict");
}

// Python 2.7 writes OrderedDict([[key, value], ...]); 3 the entries afterwards.
absl::StatusOr<PyOrderedDict> ReadOrderedDict(const PyObjectParts& parts) {
  PyObjectParts call = parts;
  call.dict_items = PyValue();
  const absl::StatusOr<absl::Span<const PyValue>> args = internal::CallArgs(call, 0, 1);
  if (!args.ok()) return args.status();
  if (!parts.dict_items.is_none()) {
    if (!args->empty()) return Invalid("has entries of two kinds");
    if (absl::Status status = CheckEntries(parts.dict_items); !status.ok()) return status;
    return PyOrderedDict{parts.dict_items};
  }
  std::vector<std::pair<PyValue, PyValue>> entries;
  if (!args->empty()) {
    const absl::StatusOr<absl::Span<const PyValue>> items = args->front().AsItems();
    if (!items.ok()) return items.status();
    for (const PyValue& item : *items) {
      const absl::StatusOr<absl::Span<const PyValue>> pair = item.AsItems();
      if (!pair.ok()) return pair.status();
      if (pair->size() != 2) return Invalid("an entry must be a key and a value");
      entries.emplace_back((*pair)[0], (*pair)[1]);
    }
  }
  absl::StatusOr<PyValue> dict = PyValue::Dict(std::move(entries));
  if (!dict.ok()) return dict.status();
  return PyOrderedDict{*std::move(dict)};
}

absl::StatusOr<PyObjectParts> WriteOrderedDict(const PyOrderedDict& dict) {
  if (absl::Status status = CheckEntries(dict.entries); !status.ok()) return status;
  PyObjectParts parts;
  parts.args = PyValue::Tuple({});
  parts.dict_items = dict.entries;
  return parts;
}

}  // namespace

PyConverters StandardConverters() {
  PyConverters converters;
  RegisterDatetime(converters);
  converters.Register<PyDecimal>({"decimal", "Decimal", ReadDecimal, WriteDecimal});
  converters.Register<PyFraction>({"fractions", "Fraction", ReadFraction, WriteFraction});
  converters.Register<PyUuid>({"uuid", "UUID", ReadUuid, WriteUuid});
  converters.Register<PyDeque>({"collections", "deque", ReadDeque, WriteDeque});
  converters.Register<PyOrderedDict>(
      {"collections", "OrderedDict", ReadOrderedDict, WriteOrderedDict});
  return converters;
}

}  // namespace someos::multiprocessing
