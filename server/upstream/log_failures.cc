#include "server/upstream/log_failures.h"

#include <utility>

namespace kyc::upstream {

SendHttp LogFailures(SendHttp send, std::string upstream, std::string account,
                     std::shared_ptr<spdlog::logger> log) {
  return [send = std::move(send), upstream = std::move(upstream), account = std::move(account),
          log = std::move(log)](const CallContext& context, HttpRequest request,
                                OnResponse on_response) {
    send(context, std::move(request),
         [upstream, account, log, request_id = context.request_id,
          on_response = std::move(on_response)](HttpResult result) mutable {
           if (const auto* failure = std::get_if<HttpFailure>(&result);
               failure != nullptr && failure->kind != FailureKind::kCancelled) {
             const absl::string_view kind = FailureName(failure->kind);
             log->warn(
                 "upstream call failed request_id={} upstream={} account={} kind={} sent={} "
                 "attempts={} cause=\"{}\"",
                 request_id, upstream, account, std::string(kind), failure->sent, failure->attempts,
                 failure->cause);
           }
           std::move(on_response)(std::move(result));
         });
  };
}

}  // namespace kyc::upstream
