#include "server/operators_role.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace kyc {

absl::StatusOr<std::unique_ptr<OperatorsRole>> OperatorsRole::Make(const config::Admin& admin,
                                                                   Metrics& metrics,
                                                                   admin::OperatorTexts texts) {
  auto socket = net::ListenSocket::Open(admin.listener.address);
  if (!socket.ok()) {
    return absl::Status(socket.status().code(),
                        absl::StrCat(socket.status().message(), " (", admin.listener.field, ")"));
  }
  http::ServerOptions options;
  options.metrics = &metrics;
  options.name = "admin";
  return std::unique_ptr<OperatorsRole>(new OperatorsRole(*std::move(socket), std::move(options),
                                                          admin::OperatorPages(std::move(texts))));
}

void OperatorsRole::Serve() {
  server_ = http::Server::Serve(std::move(socket_), options_, std::move(handler_));
}

}  // namespace kyc
