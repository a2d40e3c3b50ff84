#include "server/admin/operator_pages.h"

#include <memory>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "server/admin/console/files.h"
#include "server/admin/exposition.h"
#include "server/admin/live.h"

namespace kyc::admin {
namespace {

constexpr char kServed[] =
    "Served here: / (the console), /live, /metrics, /calls, /config, /log-level, "
    "/livez, /healthz, /readyz (?verbose).\n";
constexpr char kLogLevel[] = "/log-level";

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

// Of the query, or of a body that is written in the same way.
absl::optional<absl::string_view> Parameter(const http::HttpCall& call, absl::string_view name) {
  for (const absl::string_view all :
       {absl::string_view(call.query), absl::string_view(call.body)}) {
    for (absl::string_view part : absl::StrSplit(all, '&')) {
      if (absl::ConsumePrefix(&part, name) && absl::ConsumePrefix(&part, "=")) {
        return absl::StripAsciiWhitespace(part);
      }
    }
  }
  return absl::nullopt;
}

bool Changes(const http::HttpCall& call) { return call.method == "POST" || call.method == "PUT"; }

// Of another site's, or of one that made its name lead here, it would come with the operator's own
// password; the console itself changes nothing.
bool IsOfAPage(const http::HttpCall& head) {
  return head.Header("origin").has_value() || head.Header("sec-fetch-site").has_value();
}

absl::optional<http::HttpReply> MethodFault(const http::HttpCall& head) {
  if (head.method == "GET" || head.method == "HEAD") return absl::nullopt;
  const bool changes = head.path == kLogLevel && Changes(head);
  if (changes && !IsOfAPage(head)) return absl::nullopt;
  if (changes) {
    return Text(403, "Not from a page in a browser: ask by a program of yours, such as curl.\n");
  }
  const std::string methods = head.path == kLogLevel ? "GET, HEAD, POST, PUT" : "GET, HEAD";
  http::HttpReply reply = Text(405, absl::StrCat("Only ", methods, ".\n"));
  reply.headers.emplace_back("Allow", methods);
  return reply;
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
  const auto live = std::make_shared<Live>(
      LiveTexts{texts.metrics, texts.calls, std::move(texts.others), texts.ready});
  pages["/live"] = [live](const http::HttpCall&) { return live->Reply(); };
  pages["/metrics"] = [metrics = std::move(texts.metrics)](const http::HttpCall& call) {
    return MetricsReply(call, metrics());
  };
  pages["/calls"] = [calls = std::move(texts.calls)](const http::HttpCall&) {
    http::HttpReply reply = Text(200, calls());
    reply.content_type = "application/json";
    return reply;
  };
  pages["/config"] = [config = std::move(texts.config)](const http::HttpCall&) {
    return Text(200, config());
  };
  pages[kLogLevel] = [levels = std::move(texts.log_levels),
                      set = std::move(texts.set_log_level)](const http::HttpCall& call) {
    if (!Changes(call)) return Text(200, levels());
    const absl::Status changed =
        set(Parameter(call, "room").value_or(""), Parameter(call, "level").value_or(""));
    return changed.ok() ? Text(200, levels()) : Text(400, absl::StrCat(changed.message(), "\n"));
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
    return MethodFault(head);
  };
  handler.handle = [pages](const http::HttpCall& call, http::OnReply on_reply) {
    std::move(on_reply)(pages->at(call.path)(call));
  };
  handler.refuse = [](int status) { return Text(status, absl::StrCat("refused: ", status, "\n")); };
  return handler;
}

}  // namespace kyc::admin
