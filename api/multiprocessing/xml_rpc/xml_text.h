// Text between the tags of XML. Private to this package.

#ifndef SOMEOS_API_MULTIPROCESSING_XML_RPC_XML_TEXT_H_
#define SOMEOS_API_MULTIPROCESSING_XML_RPC_XML_TEXT_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace someos::multiprocessing::internal {

// Appends UTF-8 as XML. Returns false, after a part of it, if it contains what XML cannot contain.
bool AppendAsXml(absl::string_view text, std::string& xml);

// The text that a piece of XML without tags stands for; nullopt if it is not well-formed.
std::optional<std::string> TextOfXml(absl::string_view xml);

}  // namespace someos::multiprocessing::internal

#endif  // SOMEOS_API_MULTIPROCESSING_XML_RPC_XML_TEXT_H_
