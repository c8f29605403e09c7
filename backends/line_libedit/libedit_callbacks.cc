#include "someos/backends/line_libedit/libedit_callbacks.h"

#include <optional>
#include <string>

#include "someos/backends/line_libedit/libedit_engine.h"
#include "someos/backends/line_libedit/wide_text.h"
#include "someos/backends/line_plain/utf8.h"

namespace someos::line_libedit {
namespace {

LibeditEngine& EngineOf(EditLine* editor) {
  void* engine = nullptr;
  el_wget(editor, EL_CLIENTDATA, &engine);
  return *static_cast<LibeditEngine*>(engine);
}

}  // namespace

wchar_t* Callbacks::Prompt(EditLine* editor) { return EngineOf(editor).prompt_.data(); }

// Where a command begins, nothing is waited for: OnReadable returns. Within a command, such as an
// incremental search, libedit has no way to go on later.
int Callbacks::GetCharacter(EditLine* editor, wchar_t* character) {
  LibeditEngine& engine = EngineOf(editor);
  const bool may_wait = !engine.first_key_ && !engine.expired_;
  engine.first_key_ = false;
  std::string bytes;
  do {
    const std::optional<unsigned char> byte = may_wait ? engine.keys_.Await() : engine.keys_.Take();
    if (!byte.has_value()) {
      engine.asked_ = true;
      *character = L'\0';
      return 0;
    }
    bytes += static_cast<char>(*byte);
  } while (line_plain::IsIncompleteUtf8(bytes) && engine.keys_.ready());
  *character = Widened(bytes)[0];
  return 1;
}

int Callbacks::GetHistory(void* engine_pointer, HistEventW* event, int operation, ...) {
  LibeditEngine& engine = *static_cast<LibeditEngine*>(engine_pointer);
  const History& history = engine.history_;
  const size_t size = history.size();
  // The newest is the first one.
  size_t entry = engine.entry_;
  switch (operation) {
    case H_FIRST:
      entry = size - 1;
      break;
    case H_LAST:
      entry = 0;
      break;
    case H_NEXT:
      entry -= 1;
      break;
    case H_PREV:
      entry += 1;
      break;
    case H_CURR:
      break;
    default:
      return -1;
  }
  if (entry >= size) return -1;  // below zero as well
  engine.entry_ = entry;
  engine.entry_text_ = Widened(history[entry]);
  event->num = static_cast<int>(entry);
  event->str = engine.entry_text_.c_str();
  return 0;
}

unsigned char Callbacks::Complete(EditLine* editor, wint_t /*key*/) {
  return EngineOf(editor).Complete('\t') ? CC_REFRESH : CC_ERROR;
}

unsigned char Callbacks::List(EditLine* editor, wint_t /*key*/) {
  return EngineOf(editor).Complete('?') ? CC_REFRESH : CC_ERROR;
}

unsigned char Callbacks::Interrupt(EditLine* editor, wint_t /*key*/) {
  EngineOf(editor).outcome_ = LibeditEngine::Outcome::kInterrupted;
  return CC_NORM;
}

unsigned char Callbacks::Suspend(EditLine* editor, wint_t /*key*/) {
  EngineOf(editor).outcome_ = LibeditEngine::Outcome::kSuspended;
  return CC_NORM;
}

}  // namespace someos::line_libedit
