#include "someos/api/multiprocessing/xml_rpc/xml_text.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/string_view.h"
#include "someos/api/multiprocessing/value/utf8.h"

namespace someos::multiprocessing::internal {
namespace {

// XML 1.0, production 2. Also refuses what is no UTF-8, of which `size` is 0.
bool IsCharacter(CodePoint point) {
  if (point.size == 0) return false;
  const uint32_t value = point.value;
  if (value < 0x20) return value == '\t' || value == '\n' || value == '\r';
  const bool surrogate = value >= 0xd800 && value < 0xe000;
  return !surrogate && value != 0xfffe && value != 0xffff && value <= 0x10ffff;
}

// Of the digits alone: absl's functions also take a sign, "0x" and white space.
bool NumberOf(absl::string_view digits, bool hexadecimal, uint32_t& value) {
  const auto is_digit = hexadecimal ? absl::ascii_isxdigit : absl::ascii_isdigit;
  if (!std::all_of(digits.begin(), digits.end(), is_digit)) return false;
  return hexadecimal ? absl::SimpleHexAtoi(digits, &value) : absl::SimpleAtoi(digits, &value);
}

// Of what is between "&" and ";".
std::optional<uint32_t> CharacterOf(absl::string_view entity) {
  constexpr std::pair<absl::string_view, char> kNamed[] = {
      {"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}};
  for (const auto& [name, character] : kNamed) {
    if (entity == name) return static_cast<uint32_t>(character);
  }
  uint32_t value = 0;
  const bool is_number =
      absl::StartsWith(entity, "#x")
          ? NumberOf(entity.substr(2), true, value)
          : absl::StartsWith(entity, "#") && NumberOf(entity.substr(1), false, value);
  if (!is_number || !IsCharacter({value, 1})) return std::nullopt;
  return value;
}

}  // namespace

bool AppendAsXml(absl::string_view text, std::string& xml) {
  while (!text.empty()) {
    const CodePoint point = FirstCodePoint(text);
    if (!IsCharacter(point)) return false;
    switch (point.value) {
      case '&':
        xml += "&amp;";
        break;
      case '<':
        xml += "&lt;";
        break;
      case '>':
        xml += "&gt;";
        break;
      case '\r':  // it would be read as a newline
        xml += "&#13;";
        break;
      default:
        xml.append(text.data(), point.size);
    }
    text.remove_prefix(point.size);
  }
  return true;
}

std::optional<std::string> TextOfXml(absl::string_view xml) {
  constexpr size_t kLongestEntity = 16;
  std::string text;
  while (!xml.empty()) {
    const CodePoint point = FirstCodePoint(xml);
    if (!IsCharacter(point)) return std::nullopt;
    size_t size = point.size;
    if (point.value == '&') {
      const size_t end = xml.substr(0, kLongestEntity).find(';');
      if (end == absl::string_view::npos) return std::nullopt;
      const std::optional<uint32_t> character = CharacterOf(xml.substr(1, end - 1));
      if (!character.has_value()) return std::nullopt;
      AppendUtf8(*character, text);
      size = end + 1;
    } else if (point.value == '\r') {  // XML 1.0, section 2.11
      if (!absl::StartsWith(xml, "\r\n")) text += '\n';
    } else {
      text.append(xml.data(), size);
    }
    xml.remove_prefix(size);
  }
  return text;
}

}  // namespace someos::multiprocessing::internal
