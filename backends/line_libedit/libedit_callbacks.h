// What libedit calls, as the library's C interface has it. Only for the files of LibeditEngine.

#ifndef SOMEOS_BACKENDS_LINE_LIBEDIT_LIBEDIT_CALLBACKS_H_
#define SOMEOS_BACKENDS_LINE_LIBEDIT_LIBEDIT_CALLBACKS_H_

// The C library declares it already, with an exception specification.
#define HAVE_WCSDUP 1
#include <histedit.h>

#include <cwchar>
#include <string>

#include "absl/strings/string_view.h"

namespace someos::line_libedit {

struct Callbacks {
  static wchar_t* Prompt(EditLine* editor);
  // The next character of the input: 1; 0: there is none.
  static int GetCharacter(EditLine* editor, wchar_t* character);
  static int GetHistory(void* engine, HistEventW* event, int operation, ...);
  // Functions that keys are bound to.
  static unsigned char Complete(EditLine* editor, wint_t key);
  static unsigned char List(EditLine* editor, wint_t key);
  static unsigned char Interrupt(EditLine* editor, wint_t key);
  static unsigned char Suspend(EditLine* editor, wint_t key);
};

}  // namespace someos::line_libedit

#endif  // SOMEOS_BACKENDS_LINE_LIBEDIT_LIBEDIT_CALLBACKS_H_
