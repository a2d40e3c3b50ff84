// Metrics on their way to whoever scrapes them: other forms of Prometheus' text. Pure.
#ifndef SERVER_ADMIN_EXPOSITION_H_
#define SERVER_ADMIN_EXPOSITION_H_

#include <string>

#include "absl/strings/string_view.h"
#include "server/http/handler.h"

namespace kyc::admin {

// As OpenMetrics 1.0. Samples keep their text, `le` too: a series is the same one in both forms.
std::string OpenMetricsOf(absl::string_view text);

// As gzip, at the least effort.
std::string Gzipped(absl::string_view text);

// The reply to `call` with `text`, in the form and the coding that it likes best.
http::HttpReply MetricsReply(const http::HttpCall& call, std::string text);

}  // namespace kyc::admin

#endif  // SERVER_ADMIN_EXPOSITION_H_
