#include "server/operators_role.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"

namespace kyc {

absl::StatusOr<std::unique_ptr<OperatorsRole>> OperatorsRole::Make(
    const config::Admin& admin, std::shared_ptr<const tls::WatchedPair> pair, Metrics& metrics,
    admin::OperatorTexts texts, std::shared_ptr<spdlog::logger> log) {
  auto socket = net::ListenSocket::Open(admin.listener.address);
  if (!socket.ok()) {
    return absl::Status(socket.status().code(),
                        absl::StrCat(socket.status().message(), " (", admin.listener.field, ")"));
  }
  http::ServerOptions options;
  options.pair = std::move(pair);
  options.metrics = &metrics;
  options.name = "admin";
  options.log = [log = std::move(log)](absl::string_view line) {
    log->warn("{}", std::string(line));
  };
  auto access = std::make_shared<admin::OperatorAccess>(metrics, options.log);
  access->Use(admin);
  return std::unique_ptr<OperatorsRole>(new OperatorsRole(*std::move(socket), std::move(options),
                                                          std::move(access), std::move(texts)));
}

OperatorsRole::OperatorsRole(net::ListenSocket socket, http::ServerOptions options,
                             std::shared_ptr<admin::OperatorAccess> access,
                             admin::OperatorTexts texts)
    : access_(std::move(access)),
      socket_(std::move(socket)),
      options_(std::move(options)),
      handler_(admin::OperatorPages(
          std::move(texts),
          [access = access_](const http::HttpCall& head) { return access->RefusalOf(head); })) {}

void OperatorsRole::Serve() {
  server_ = http::Server::Serve(std::move(socket_), options_, std::move(handler_));
}

}  // namespace kyc
