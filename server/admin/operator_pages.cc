#include "server/admin/operator_pages.h"

#include <memory>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "server/admin/console/files.h"
#include "server/admin/exposition.h"

namespace kyc::admin {
namespace {

constexpr char kServed[] =
    "Served here: / (the console), /metrics, /calls, /livez, /healthz, /readyz (?verbose).\n";

http::HttpReply Text(int status, std::string body) {
  http::HttpReply reply;
  reply.status = status;
  reply.content_type = "text/plain; charset=utf-8";
  reply.body = std::move(body);
  return reply;
}

// "?verbose", with or without a value, as one of the query's parts.
bool AsksVerbose(absl::string_view query) {
  return absl::c_any_of(absl::StrSplit(query, '&'), [](absl::string_view part) {
    return part.substr(0, part.find('=')) == "verbose";
  });
}

http::HttpReply Readiness(const std::vector<ReadyCheck>& checks, bool verbose) {
  return Text(IsReady(checks) ? 200 : 503, ReadinessText(checks, verbose));
}

bool IsProbe(absl::string_view path) {
  return path == "/livez" || path == "/healthz" || path == "/readyz";
}

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

using Pages =
    absl::flat_hash_map<std::string, std::function<http::HttpReply(const http::HttpCall&)>>;

Pages PagesOf(OperatorTexts texts) {
  Pages pages;
  for (const ConsoleFile& file : ConsoleFiles()) {
    pages[file.path] = [&file](const http::HttpCall&) { return Page(file); };
  }
  pages["/metrics"] = [metrics = std::move(texts.metrics)](const http::HttpCall& call) {
    return MetricsReply(call, metrics());
  };
  pages["/calls"] = [calls = std::move(texts.calls)](const http::HttpCall&) {
    http::HttpReply reply = Text(200, calls());
    reply.content_type = "application/json";
    return reply;
  };
  pages["/livez"] = [](const http::HttpCall&) { return Text(200, "ok\n"); };
  pages["/healthz"] = pages["/livez"];
  pages["/readyz"] = [ready = std::move(texts.ready)](const http::HttpCall& call) {
    return Readiness(ready(), AsksVerbose(call.query));
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
      return Text(404, kServed);
    }
    if (head.method != "GET" && head.method != "HEAD") {
      http::HttpReply reply = Text(405, "Only GET and HEAD.\n");
      reply.headers.emplace_back("Allow", "GET, HEAD");
      return reply;
    }
    return absl::nullopt;
  };
  handler.handle = [pages](const http::HttpCall& call, http::OnReply on_reply) {
    std::move(on_reply)(pages->at(call.path)(call));
  };
  handler.refuse = [](int status) { return Text(status, absl::StrCat("refused: ", status, "\n")); };
  return handler;
}

}  // namespace kyc::admin
