#include "someos/tools/shell/session/words.h"

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "someos/api/errno_status.h"

namespace someos::shell {
namespace {

absl::Status Invalid(absl::string_view what, size_t column) {
  return PlainStatus(absl::StatusCode::kInvalidArgument,
                     absl::StrCat(what, " in column ", column + 1));
}

bool IsControl(char c) {
  return absl::ascii_iscntrl(static_cast<unsigned char>(c)) && c != '\n' && c != '\t';
}

class Splitter {
 public:
  explicit Splitter(absl::string_view line) : line_(line) {}

  absl::StatusOr<std::vector<Word>> Split() {
    std::vector<Word> words;
    for (;;) {
      while (!AtEnd() && absl::ascii_isspace(Byte())) ++at_;
      if (AtEnd() || line_[at_] == '#') return words;
      Word word;
      absl::Status status = TakeWord(word);
      if (!status.ok()) return status;
      words.push_back(std::move(word));
    }
  }

 private:
  bool AtEnd() const { return at_ == line_.size(); }
  unsigned char Byte() const { return static_cast<unsigned char>(line_[at_]); }

  absl::Status TakeWord(Word& word) {
    absl::Status status;
    while (status.ok() && !AtEnd() && !absl::ascii_isspace(Byte())) {
      const char c = line_[at_];
      if (c == '"' || c == '\'') {
        word.quoted = true;
        status = TakeQuoted(word.text);
      } else {
        status = TakeCharacter(word.text);
      }
    }
    return status;
  }

  absl::Status TakeQuoted(std::string& text) {
    const size_t begin = at_;
    const char quote = line_[at_++];
    while (!AtEnd() && line_[at_] != quote) {
      if (quote == '\'') {
        text += line_[at_++];
      } else if (absl::Status status = TakeCharacter(text); !status.ok()) {
        return status;
      }
    }
    if (AtEnd()) return Invalid("there is no end to the quote", begin);
    ++at_;
    return absl::OkStatus();
  }

  absl::Status TakeCharacter(std::string& text) {
    const size_t begin = at_;
    if (line_[at_] != '\\') {
      text += line_[at_++];
      return absl::OkStatus();
    }
    if (++at_ == line_.size()) return Invalid("nothing follows the backslash", begin);
    const char escaped = line_[at_++];
    switch (escaped) {
      case 'n':
        text += '\n';
        break;
      case 't':
        text += '\t';
        break;
      case 'r':
        text += '\r';
        break;
      case '0':
        text += '\0';
        break;
      case 'x':
        return TakeHexadecimal(begin, text);
      default:
        text += escaped;
    }
    return absl::OkStatus();
  }

  absl::Status TakeHexadecimal(size_t begin, std::string& text) {
    const absl::string_view digits = line_.substr(at_, 2);
    std::string byte;
    if (digits.size() < 2 || !absl::HexStringToBytes(digits, &byte)) {
      return Invalid("\\x has no two hexadecimal digits", begin);
    }
    at_ += 2;
    text += byte;
    return absl::OkStatus();
  }

  const absl::string_view line_;
  size_t at_ = 0;
};

}  // namespace

absl::StatusOr<std::vector<Word>> SplitWords(absl::string_view line) {
  return Splitter(line).Split();
}

std::string Quoted(absl::string_view bytes) {
  return absl::StrCat("\"", absl::CHexEscape(bytes), "\"");
}

std::string Printable(absl::string_view text) {
  std::string printable;
  for (size_t i = 0; i < text.size(); ++i) {
    // U+0080 to U+009F are control characters, too.
    const bool is_c1 = text[i] == '\xc2' && i + 1 < text.size() &&
                       (static_cast<unsigned char>(text[i + 1]) & 0xe0) == 0x80;
    if (is_c1 || IsControl(text[i])) {
      absl::StrAppend(&printable, absl::CHexEscape(text.substr(i, is_c1 ? 2 : 1)));
      i += is_c1 ? 1 : 0;
    } else {
      printable += text[i];
    }
  }
  return printable;
}

}  // namespace someos::shell
