#include "server/admin/live.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "server/json/body.h"

namespace kyc::admin {
namespace {

// The fields of a JSON object, without its braces.
absl::string_view FieldsOf(absl::string_view object) {
  object = absl::StripSuffix(object, "\n");
  absl::ConsumePrefix(&object, "{");
  absl::ConsumeSuffix(&object, "}");
  return object;
}

}  // namespace

Live::Live(LiveTexts texts, absl::Duration every) : texts_(std::move(texts)), every_(every) {}

http::HttpReply Live::Reply() const {
  http::HttpReply reply;
  reply.content_type = "text/event-stream";
  reply.headers = {{"Cache-Control", "no-store"}, {"X-Content-Type-Options", "nosniff"}};
  if (open_.use_count() > kMostAtOnce) {
    reply.status = 503;
    reply.content_type = "text/plain; charset=utf-8";
    reply.body = "Too many consoles are open: close one, or come again later.\n";
    return reply;
  }
  auto pieces = std::make_shared<http::Pieces>();
  pieces->every = every_;
  pieces->next = [this, open = open_, calls = std::string()]() mutable { return Event(calls); };
  reply.pieces = std::move(pieces);
  return reply;
}

std::string Live::Event(std::string& calls_before) const {
  const std::vector<ReadyCheck> checks = texts_.ready();
  json::ObjectWriter told;
  told.Bool("ready", IsReady(checks));
  told.String("reasons", ReadinessText(checks, false));
  told.String("metrics", texts_.metrics());
  const std::string head = std::move(told).Finish().ToString();
  std::string calls = texts_.calls();
  const bool others = calls != std::exchange(calls_before, calls);
  return absl::StrCat("data: {", FieldsOf(head), ",", others ? FieldsOf(calls) : "",
                      others ? "," : "", FieldsOf(texts_.others()), "}\n\n");
}

}  // namespace kyc::admin
