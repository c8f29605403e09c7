#include "someos/testing/interop/pickle/pickle_mutator.h"

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace someos {
namespace {

// Those with arguments in the bytes behind them, and those without.
constexpr absl::string_view kOpcodes =
    "(.012FIJKLMNSTUVXabd}egh]jlo)pqrstuGBC\x85\x86\x87\x88\x89\x8a\x8b\x8c\x8f\x90\x91\x94\x96";

}  // namespace

absl::string_view PickleMutator::PieceOf(absl::string_view pickle) {
  constexpr size_t kLongestPiece = 8;
  return pickle.substr(Below(pickle.size()), 1 + Below(kLongestPiece));
}

void PickleMutator::Change(std::string& pickle, absl::string_view other) {
  const size_t place = Below(pickle.size());
  switch (Below(6)) {
    case 0:
      pickle[place] = static_cast<char>(Below(256));
      break;
    case 1:
      pickle[place] = kOpcodes[Below(kOpcodes.size())];
      break;
    case 2:
      pickle.insert(place, 1, kOpcodes[Below(kOpcodes.size())]);
      break;
    case 3:
      if (pickle.size() > 1) pickle.erase(place, 1 + Below(3));
      break;
    case 4:
      pickle.insert(place, std::string(PieceOf(pickle)));
      break;
    default:
      pickle.insert(place, std::string(PieceOf(other)));
  }
  if (pickle.empty()) pickle = ".";
}

std::string PickleMutator::Mutated(const std::vector<std::string>& pickles) {
  std::string pickle = pickles[Below(pickles.size())];
  const std::string& other = pickles[Below(pickles.size())];
  for (size_t changes = 1 + Below(2); changes > 0; --changes) Change(pickle, other);
  return pickle;
}

}  // namespace someos
