#include "someos/api/multiprocessing/managers/proxy.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "someos/api/multiprocessing/managers/manager_link.h"
#include "someos/api/multiprocessing/managers/message.h"
#include "someos/api/multiprocessing/managers/token.h"
#include "someos/api/multiprocessing/value/py_value.h"
#include "someos/api/python_error.h"
#include "someos/backends/base/fork_generation.h"
#include "someos/backends/base/process_lock.h"

namespace someos::multiprocessing {
namespace internal {

// A reference to an object of a server, counted there.
class Referent {
 public:
  // The reference has been counted.
  Referent(std::shared_ptr<ManagerLink> link, Token token)
      : link_(std::move(link)), token_(std::move(token)), generation_(base::ForkGeneration()) {}
  ~Referent() {
    // A forked child that has counted none gives up none.
    if (!base::InForkGeneration(generation_)) return;
    (void)link_->Function("decref", Ident(), *PyValue::Dict({}), link_->release_timeout());
  }

  ManagerLink& link() const { return *link_; }
  const std::shared_ptr<ManagerLink>& shared_link() const { return link_; }
  const Token& token() const { return token_; }

  // Counts the reference of a forked child, once.
  absl::Status CountHere() const {
    const uint32_t now = base::ForkGeneration();
    if (generation_.load(std::memory_order_acquire) == now) return absl::OkStatus();
    counting_.Lock();
    absl::Status counted;
    if (generation_.load(std::memory_order_relaxed) != now) {
      counted = link_->Function("incref", Ident(), *PyValue::Dict({})).status();
      if (counted.ok()) generation_.store(now, std::memory_order_release);
    }
    counting_.Unlock();
    return counted;
  }

 private:
  PyValue Ident() const { return PyValue::Tuple({PyValue::Str(token_.ident)}); }

  const std::shared_ptr<ManagerLink> link_;
  const Token token_;
  mutable base::ProcessLock counting_;
  mutable std::atomic<uint32_t> generation_;  // of the process that has counted it
};

}  // namespace internal

namespace {

PyValue KeywordDict(const KeywordArguments& kwargs) {
  std::vector<std::pair<PyValue, PyValue>> entries;
  for (const auto& [name, value] : kwargs) entries.emplace_back(PyValue::Str(name), value);
  return *PyValue::Dict(std::move(entries));
}

// The token of (exposed, Token).
absl::StatusOr<Token> TokenOfReply(const PyValue& value) {
  const absl::StatusOr<absl::Span<const PyValue>> parts = value.AsItems();
  if (!parts.ok() || parts->size() != 2) return PythonTypeError("expected a tuple of a proxy");
  return TokenOf((*parts)[1]);
}

absl::StatusOr<ManagerReply> CallMethod(const internal::Referent& referent,
                                        absl::string_view method, std::vector<PyValue> args,
                                        const KeywordArguments& kwargs) {
  absl::Status counted = referent.CountHere();
  if (!counted.ok()) return counted;
  return referent.link().Call(referent.token().ident, method, PyValue::Tuple(std::move(args)),
                              KeywordDict(kwargs));
}

}  // namespace

absl::StatusOr<Proxy> Proxy::Of(std::shared_ptr<internal::ManagerLink> link, Token token,
                                bool counted) {
  // The server's own address may be one that only it can use.
  token.address = link->address().ToPython();
  if (!counted) {
    const absl::StatusOr<PyValue> added =
        link->Function("incref", PyValue::Tuple({PyValue::Str(token.ident)}), *PyValue::Dict({}));
    if (!added.ok()) return added.status();
  }
  return Proxy(std::make_shared<const internal::Referent>(std::move(link), std::move(token)));
}

absl::StatusOr<PyValue> Proxy::Call(absl::string_view method, std::vector<PyValue> args,
                                    const KeywordArguments& kwargs) const {
  absl::StatusOr<ManagerReply> reply = CallMethod(*referent_, method, std::move(args), kwargs);
  if (!reply.ok()) return reply.status();
  if (!reply->is_proxy) return std::move(reply->value);
  absl::StatusOr<Token> token = TokenOfReply(reply->value);
  if (token.ok()) (void)Of(referent_->shared_link(), *std::move(token), true);
  return PythonTypeError(absl::StrCat(method, "() returns a proxy: CallForProxy"));
}

absl::StatusOr<Proxy> Proxy::CallForProxy(absl::string_view method, std::vector<PyValue> args,
                                          const KeywordArguments& kwargs) const {
  absl::StatusOr<ManagerReply> reply = CallMethod(*referent_, method, std::move(args), kwargs);
  if (!reply.ok()) return reply.status();
  if (!reply->is_proxy) {
    return PythonTypeError(absl::StrCat(method, "() returns no proxy: Call"));
  }
  absl::StatusOr<Token> token = TokenOfReply(reply->value);
  if (!token.ok()) return token.status();
  return Of(referent_->shared_link(), *std::move(token), true);
}

absl::StatusOr<std::string> Proxy::Repr() const {
  const absl::StatusOr<PyValue> text = Call("__repr__");
  if (!text.ok()) return text.status();
  const absl::StatusOr<absl::string_view> str = text->AsStr();
  if (!str.ok()) return str.status();
  return std::string(*str);
}

PyValue Proxy::ToValue() const {
  PickledProxy proxy;
  proxy.token = token();
  return ProxyValue(proxy);
}

const Token& Proxy::token() const { return referent_->token(); }

}  // namespace someos::multiprocessing
