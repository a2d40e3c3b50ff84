#include "server/admin/operator_pages.h"

#include <memory>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "server/admin/console/files.h"

namespace kyc::admin {
namespace {

http::HttpReply Text(int status, std::string body) {
  http::HttpReply reply;
  reply.status = status;
  reply.content_type = "text/plain; charset=utf-8";
  reply.body = std::move(body);
  return reply;
}

http::HttpReply Readiness(const std::string& why_not, const std::string& warning) {
  if (!why_not.empty()) return Text(503, absl::StrCat(why_not, "\n"));
  return Text(200, warning.empty() ? "ok\n" : absl::StrCat("ok\n", warning, "\n"));
}

bool IsProbe(absl::string_view path) { return path == "/healthz" || path == "/readyz"; }

// Nothing of another site, nothing inline, and in nobody's frame.
http::HttpReply Page(const ConsoleFile& file) {
  http::HttpReply reply;
  reply.content_type = file.content_type;
  reply.body = file.text;
  reply.headers = {
      {"Content-Security-Policy",
       "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
       "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"},
      {"X-Content-Type-Options", "nosniff"},
      {"Referrer-Policy", "no-referrer"},
      {"Cache-Control", "no-cache"},
  };
  return reply;
}

using Pages = absl::flat_hash_map<std::string, std::function<http::HttpReply()>>;

Pages PagesOf(OperatorTexts texts) {
  Pages pages;
  for (const ConsoleFile& file : ConsoleFiles()) {
    pages[file.path] = [&file] { return Page(file); };
  }
  pages["/metrics"] = [metrics = std::move(texts.metrics)] {
    http::HttpReply reply = Text(200, metrics());
    reply.content_type = "text/plain; version=0.0.4; charset=utf-8";
    return reply;
  };
  pages["/calls"] = [calls = std::move(texts.calls)] {
    http::HttpReply reply = Text(200, calls());
    reply.content_type = "application/json";
    return reply;
  };
  pages["/healthz"] = [] { return Text(200, "ok\n"); };
  pages["/readyz"] = [unready = std::move(texts.unready), warning = std::move(texts.warning)] {
    return Readiness(unready(), warning());
  };
  return pages;
}

}  // namespace

http::Handler OperatorPages(OperatorTexts texts, Refusal refusal) {
  const auto pages = std::make_shared<const Pages>(PagesOf(std::move(texts)));
  http::Handler handler;
  handler.check_head = [pages, refusal = std::move(refusal)](
                           const http::HttpCall& head) -> absl::optional<http::HttpReply> {
    if (!IsProbe(head.path)) {
      if (absl::optional<http::HttpReply> refused = refusal(head)) return refused;
    }
    if (!pages->contains(head.path)) {
      return Text(404, "Served here: / (the console), /metrics, /calls, /healthz, /readyz.\n");
    }
    if (head.method != "GET" && head.method != "HEAD") {
      http::HttpReply reply = Text(405, "Only GET and HEAD.\n");
      reply.headers.emplace_back("Allow", "GET, HEAD");
      return reply;
    }
    return absl::nullopt;
  };
  handler.handle = [pages](const http::HttpCall& call, http::OnReply on_reply) {
    std::move(on_reply)(pages->at(call.path)());
  };
  handler.refuse = [](int status) { return Text(status, absl::StrCat("refused: ", status, "\n")); };
  return handler;
}

}  // namespace kyc::admin
