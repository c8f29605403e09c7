#include <iostream>

#include "someos/api/readline.h"

int main() {
  auto editor = someos::NewLineEditor();
  while (true) {
    auto line = editor->ReadLine({"> "});  // from other threads: editor->Print("news")
    if (!line.ok()) break;                 // the end of the input
    std::cout << *line << std::endl;       // before the next prompt
  }
}
