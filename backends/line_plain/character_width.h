// How many columns of a terminal a character takes.

#ifndef SOMEOS_BACKENDS_LINE_PLAIN_CHARACTER_WIDTH_H_
#define SOMEOS_BACKENDS_LINE_PLAIN_CHARACTER_WIDTH_H_

namespace someos::line_plain {

// 0 for what is drawn into the character before, 2 for wide ones, 1 for all others, as terminals
// have it that draw each code point by itself. By a table of this program, not by the system's
// wcwidth(3), which depends on its locale and version. Control characters and raw bytes count as
// 1: they are drawn in another form.
int CharacterWidth(char32_t code_point);

}  // namespace someos::line_plain

#endif  // SOMEOS_BACKENDS_LINE_PLAIN_CHARACTER_WIDTH_H_
