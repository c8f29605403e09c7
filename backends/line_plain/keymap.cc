#include "someos/backends/line_plain/keymap.h"

#include <algorithm>
#include <utility>

#include "someos/backends/line_plain/editor_function.h"
#include "someos/backends/line_plain/key.h"

namespace someos::line_plain {
namespace {

using Function = EditorFunction;

struct CharacterBinding {
  char32_t character;
  Function function;
};

constexpr CharacterBinding kPlain[] = {
    {Control('@'), Function::kSetMark},
    {Control('A'), Function::kBeginningOfLine},
    {Control('B'), Function::kBackwardChar},
    {Control('D'), Function::kEndOfFile},
    {Control('E'), Function::kEndOfLine},
    {Control('F'), Function::kForwardChar},
    {Control('G'), Function::kAbort},
    {Control('H'), Function::kBackwardDeleteChar},
    {Control('I'), Function::kComplete},
    {Control('J'), Function::kAcceptLine},
    {Control('K'), Function::kKillLine},
    {Control('L'), Function::kClearScreen},
    {Control('M'), Function::kAcceptLine},
    {Control('N'), Function::kNextHistory},
    {Control('P'), Function::kPreviousHistory},
    {Control('Q'), Function::kQuotedInsert},
    {Control('R'), Function::kReverseSearchHistory},
    {Control('S'), Function::kForwardSearchHistory},
    {Control('T'), Function::kTransposeChars},
    {Control('U'), Function::kUnixLineDiscard},
    {Control('V'), Function::kQuotedInsert},
    {Control('W'), Function::kUnixWordRubout},
    {Control('Y'), Function::kYank},
    {Control('_'), Function::kUndo},
    {kRubout, Function::kBackwardDeleteChar},
};

constexpr CharacterBinding kWithAlt[] = {
    {Control('G'), Function::kAbort},
    {Control('H'), Function::kBackwardKillWord},
    {Control('I'), Function::kTabInsert},
    {Control('J'), Function::kInsertNewline},
    {Control('M'), Function::kInsertNewline},
    {kRubout, Function::kBackwardKillWord},
    {'*', Function::kInsertCompletions},
    {'.', Function::kYankLastArg},
    {'<', Function::kBeginningOfHistory},
    {'=', Function::kPossibleCompletions},
    {'>', Function::kEndOfHistory},
    {'?', Function::kPossibleCompletions},
    {'\\', Function::kDeleteHorizontalSpace},
    {'_', Function::kYankLastArg},
    {'b', Function::kBackwardWord},
    {'c', Function::kCapitalizeWord},
    {'d', Function::kKillWord},
    {'f', Function::kForwardWord},
    {'l', Function::kDowncaseWord},
    {'r', Function::kRevertLine},
    {'t', Function::kTransposeWords},
    {'u', Function::kUpcaseWord},
    {'y', Function::kYankPop},
};

constexpr CharacterBinding kBehindControlX[] = {
    {Control('R'), Function::kRedrawCurrentLine},
    {Control('U'), Function::kUndo},
    {Control('X'), Function::kExchangePointAndMark},
    {kRubout, Function::kBackwardKillLine},
};

struct CodeBinding {
  KeyCode code;
  Function function;
};

constexpr CodeBinding kCodes[] = {
    {KeyCode::kUp, Function::kPreviousHistory},
    {KeyCode::kDown, Function::kNextHistory},
    {KeyCode::kRight, Function::kForwardChar},
    {KeyCode::kLeft, Function::kBackwardChar},
    {KeyCode::kHome, Function::kBeginningOfLine},
    {KeyCode::kEnd, Function::kEndOfLine},
    {KeyCode::kDelete, Function::kDeleteChar},
    {KeyCode::kPageUp, Function::kHistorySearchBackward},
    {KeyCode::kPageDown, Function::kHistorySearchForward},
};

bool IsCharacter(const Key& key) {
  return key.code == KeyCode::kCharacter && !key.alt && !key.control && key.value >= ' ' &&
         key.value != kRubout;
}

}  // namespace

Keymap Keymap::Emacs() {
  Keymap keymap;
  for (const CharacterBinding& each : kPlain) {
    keymap.Bind({Key::Character(each.character)}, each.function);
  }
  for (const CharacterBinding& each : kWithAlt) {
    keymap.Bind({Key::Character(each.character, true)}, each.function);
  }
  const Key control_x = Key::Character(Control('X'));
  for (const CharacterBinding& each : kBehindControlX) {
    keymap.Bind({control_x, Key::Character(each.character)}, each.function);
  }
  for (const CodeBinding& each : kCodes) keymap.Bind({Key{each.code}}, each.function);
  for (const bool alt : {false, true}) {
    keymap.Bind({Key{KeyCode::kRight, alt, !alt}}, Function::kForwardWord);
    keymap.Bind({Key{KeyCode::kLeft, alt, !alt}}, Function::kBackwardWord);
    keymap.Bind({Key{KeyCode::kDelete, alt, !alt}}, Function::kKillWord);
  }
  return keymap;
}

void Keymap::Bind(const KeySequence& keys, Binding binding) {
  inserts_characters_ = inserts_characters_ && !IsCharacter(keys.front());
  bindings_.insert_or_assign(keys, std::move(binding));
}

bool Keymap::Unbind(const KeySequence& keys) { return bindings_.erase(keys) > 0; }

Keymap::Found Keymap::Find(const KeySequence& keys) const {
  const auto found = bindings_.lower_bound(keys);
  if (found == bindings_.end()) return {Match::kNone, nullptr};
  if (found->first == keys) return {Match::kBinding, &found->second};
  const bool begins = found->first.size() > keys.size() &&
                      std::equal(keys.begin(), keys.end(), found->first.begin());
  return {begins ? Match::kBeginning : Match::kNone, nullptr};
}

}  // namespace someos::line_plain
