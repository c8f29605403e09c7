// What keys do.

#ifndef SOMEOS_BACKENDS_LINE_PLAIN_KEYMAP_H_
#define SOMEOS_BACKENDS_LINE_PLAIN_KEYMAP_H_

#include <map>
#include <string>
#include <variant>

#include "someos/backends/line_plain/editor_function.h"
#include "someos/backends/line_plain/key.h"

namespace someos::line_plain {

// A function, or a macro: bytes that act as if they were typed.
using Binding = std::variant<EditorFunction, std::string>;

class Keymap {
 public:
  // GNU readline's keys in its emacs mode, as far as there are functions for them, and the keys of
  // today's keyboards (Home, Delete, Control and an arrow). Alt and Return insert a newline.
  static Keymap Emacs();

  // `keys` is not empty.
  void Bind(const KeySequence& keys, Binding binding);
  // Whether they were bound.
  bool Unbind(const KeySequence& keys);

  enum class Match {
    kNone,
    kBinding,
    kBeginning,  // of a longer sequence
  };
  struct Found {
    Match match;
    const Binding* binding;  // with kBinding; valid until a change
  };
  // What the keys do. If they are bound, it does not matter that longer sequences are, too.
  Found Find(const KeySequence& keys) const;

  // Whether a character that stands for itself does what it does in any keymap, because nothing
  // that begins with one is bound.
  bool inserts_characters() const { return inserts_characters_; }

 private:
  std::map<KeySequence, Binding> bindings_;
  bool inserts_characters_ = true;
};

}  // namespace someos::line_plain

#endif  // SOMEOS_BACKENDS_LINE_PLAIN_KEYMAP_H_
