// What GNU readline calls, as the library's C interface has it. Only for the files of GnuEngine.

#ifndef SOMEOS_BACKENDS_LINE_GNU_GNU_CALLBACKS_H_
#define SOMEOS_BACKENDS_LINE_GNU_GNU_CALLBACKS_H_

#include <cstdio>
// The library's headers need it before them.
#include <readline/history.h>
#include <readline/readline.h>

#include "someos/backends/line_gnu/gnu_engine.h"

namespace someos::line_gnu {

struct Callbacks {
  // Whoever has begun a line; nullptr: nobody.
  static GnuEngine* current;

  // Makes the library call the functions below, once per process.
  static void Install(const char* application);

  static int GetCharacter(std::FILE* input);
  static int IsInputAvailable();
  static int InsertFirstText();
  static void TakeLine(char* line);
  static void Redisplay();
  static char** Complete(const char* text, int begin, int end);
  static void DisplayMatches(char** matches, int count, int longest);
  // Functions that keys are bound to.
  static int Interrupt(int count, int key);
  static int Suspend(int count, int key);
};

}  // namespace someos::line_gnu

#endif  // SOMEOS_BACKENDS_LINE_GNU_GNU_CALLBACKS_H_
