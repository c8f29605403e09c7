#include "someos/tools/shell/commands/value.h"

#include <algorithm>
#include <cstddef>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/string_view.h"
#include "someos/api/multiprocessing.h"

namespace someos::shell {
namespace {

using multiprocessing::PyValue;

bool IsIdentifier(absl::string_view text) {
  return !text.empty() && !absl::ascii_isdigit(static_cast<unsigned char>(text[0])) &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return c == '_' || absl::ascii_isalnum(static_cast<unsigned char>(c));
         });
}

// Whether the text has a digit: words such as "inf" and "nan" are no numbers here.
bool HasDigit(absl::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)); });
}

}  // namespace

PyValue ValueOf(const Word& word) {
  if (word.quoted) return PyValue::Str(word.text);
  if (word.text == "None") return PyValue();
  if (word.text == "True" || word.text == "False") return PyValue(word.text == "True");
  if (const auto integer = PyValue::IntFromDecimal(word.text); integer.ok()) return *integer;
  double real = 0;
  if (HasDigit(word.text) && absl::SimpleAtod(word.text, &real)) return PyValue(real);
  return PyValue::Str(word.text);
}

CallArguments CallArgumentsOf(Arguments words) {
  CallArguments arguments;
  for (const Word& word : words) {
    const size_t equals = word.text.find('=');
    const std::string name = word.text.substr(0, equals);
    if (!word.quoted && equals != std::string::npos && IsIdentifier(name)) {
      arguments.keywords.emplace_back(name, ValueOf({word.text.substr(equals + 1), false}));
    } else {
      arguments.positional.push_back(ValueOf(word));
    }
  }
  return arguments;
}

}  // namespace someos::shell
