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
                            std::function<std::string()> unready,
                            std::function<std::string()> warning) {
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
  handler.handle = [metrics = std::move(metrics), unready = std::move(unready),
                    warning = std::move(warning)](http::HttpCall call, http::OnReply on_reply) {
    if (call.path == "/metrics") {
      http::HttpReply reply = Text(200, metrics());
      reply.content_type = "text/plain; version=0.0.4; charset=utf-8";
      return std::move(on_reply)(std::move(reply));
    }
    if (call.path == "/healthz") return std::move(on_reply)(Text(200, "ok\n"));
    if (const std::string why_not = unready(); !why_not.empty()) {
      return std::move(on_reply)(Text(503, why_not + "\n"));
    }
    const std::string warned = warning();
    std::move(on_reply)(Text(200, warned.empty() ? "ok\n" : absl::StrCat("ok\n", warned, "\n")));
  };
  handler.refuse = [](int status) { return Text(status, absl::StrCat("refused: ", status, "\n")); };
  return handler;
}

}  // namespace kyc::admin
