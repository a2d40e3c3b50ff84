#include "server/admin/operator_pages.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace kyc::admin {
namespace {

http::HttpReply Text(int status, std::string body) {
  http::HttpReply reply;
  reply.status = status;
  reply.content_type = "text/plain; charset=utf-8";
  reply.body = std::move(body);
  return reply;
}

}  // namespace

http::Handler OperatorPages(std::function<std::string()> metrics,
                            std::function<std::string()> unready) {
  http::Handler handler;
  handler.check_head = [](const http::HttpCall& head) -> absl::optional<http::HttpReply> {
    if (head.path != "/metrics" && head.path != "/healthz" && head.path != "/readyz") {
      return Text(404, "Served here: /metrics, /healthz, /readyz.\n");
    }
    if (head.method != "GET" && head.method != "HEAD") {
      http::HttpReply reply = Text(405, "Only GET and HEAD.\n");
      reply.headers.emplace_back("Allow", "GET, HEAD");
      return reply;
    }
    return absl::nullopt;
  };
  handler.handle = [metrics = std::move(metrics), unready = std::move(unready)](
                       http::HttpCall call, http::OnReply on_reply) {
    if (call.path == "/metrics") {
      http::HttpReply reply = Text(200, metrics());
      reply.content_type = "text/plain; version=0.0.4; charset=utf-8";
      return std::move(on_reply)(std::move(reply));
    }
    const std::string why_not = call.path == "/readyz" ? unready() : "";
    if (!why_not.empty()) return std::move(on_reply)(Text(503, why_not + "\n"));
    std::move(on_reply)(Text(200, "ok\n"));
  };
  handler.refuse = [](int status) { return Text(status, absl::StrCat("refused: ", status, "\n")); };
  return handler;
}

}  // namespace kyc::admin
