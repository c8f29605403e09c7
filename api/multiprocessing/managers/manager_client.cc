#include "someos/api/multiprocessing/managers/manager_client.h"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "someos/api/multiprocessing/managers/manager_link.h"
#include "someos/api/multiprocessing/managers/token.h"
#include "someos/api/multiprocessing/value/py_value.h"
#include "someos/api/python_error.h"

namespace someos::multiprocessing {
namespace {

PyValue NoArguments() { return PyValue::Tuple({}); }
PyValue NoKeywords() { return *PyValue::Dict({}); }

}  // namespace

absl::StatusOr<ManagerClient> ManagerClient::Connect(const Address& address,
                                                     absl::string_view authkey,
                                                     const ManagerClientOptions& options) {
  auto link = std::make_shared<internal::ManagerLink>(address, authkey, options);
  const absl::StatusOr<PyValue> there = link->Function("dummy", NoArguments(), NoKeywords());
  if (!there.ok()) return there.status();
  return ManagerClient(std::move(link));
}

absl::StatusOr<Proxy> ManagerClient::Create(absl::string_view type_id, std::vector<PyValue> args,
                                            const KeywordArguments& kwargs) const {
  args.insert(args.begin(), PyValue::Str(type_id));
  std::vector<std::pair<PyValue, PyValue>> keywords;
  for (const auto& [name, value] : kwargs) keywords.emplace_back(PyValue::Str(name), value);
  const absl::StatusOr<PyValue> made = link_->Function("create", PyValue::Tuple(std::move(args)),
                                                       *PyValue::Dict(std::move(keywords)));
  if (!made.ok()) return made.status();
  const absl::StatusOr<absl::Span<const PyValue>> parts = made->AsItems();
  if (!parts.ok() || parts->size() != 2 || !(*parts)[0].AsStr().ok()) {
    return PythonTypeError("create: the server has returned no ident");
  }
  Token token = {std::string(type_id), PyValue(), std::string(*(*parts)[0].AsStr())};
  return Proxy::Of(link_, std::move(token), true);
}

absl::StatusOr<Proxy> ManagerClient::Rebuild(const PyValue& value) const {
  absl::StatusOr<PickledProxy> proxy = ProxyOf(value);
  if (!proxy.ok()) return proxy.status();
  return Proxy::Of(link_, std::move(proxy->token), false);
}

absl::StatusOr<int64_t> ManagerClient::NumberOfObjects() const {
  const absl::StatusOr<PyValue> number =
      link_->Function("number_of_objects", NoArguments(), NoKeywords());
  if (!number.ok()) return number.status();
  return number->AsInt();
}

absl::StatusOr<std::string> ManagerClient::DebugInfo() const {
  const absl::StatusOr<PyValue> info = link_->Function("debug_info", NoArguments(), NoKeywords());
  if (!info.ok()) return info.status();
  const absl::StatusOr<absl::string_view> text = info->AsStr();
  if (!text.ok()) return text.status();
  return std::string(*text);
}

absl::Status ManagerClient::Shutdown() const {
  return link_->Function("shutdown", NoArguments(), NoKeywords()).status();
}

}  // namespace someos::multiprocessing
