// A unary method whose requests may have a key of their callers' own.
#ifndef SERVER_ONCE_KEYED_METHOD_H_
#define SERVER_ONCE_KEYED_METHOD_H_

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "server/call/blob.h"
#include "server/call/call_context.h"
#include "server/call/ready_call.h"
#include "server/once/call_name.h"
#include "server/once/errors.h"
#include "server/once/keyed_calls.h"
#include "server/rpc/large_fields.h"
#include "server/rpc/method.h"
#include "server/usage/meter.h"
#include "server/usage/metered.h"

namespace kyc::once {

// What a method of requests with `request_id` and `account` is made of.
template <typename Request, typename Response>
struct KeyedHandler {
  // Counts its calls, and says which may be sent. Null: nobody does.
  std::shared_ptr<usage::Meter> meter;
  // Checks a request, or says what is wrong with it.
  std::function<absl::StatusOr<ReadyCall<Response>>(Request, std::vector<Blob>)> ready;
  // The reference that it carries: whose data it is.
  std::function<std::string(const Request&)> subject;
};

template <typename Response>
absl::StatusOr<std::string> BytesOf(const absl::StatusOr<Response>& response) {
  if (!response.ok()) return response.status();
  return response->SerializeAsString();
}

// The call, which is counted where it ends. One that may not be made is counted here.
template <typename Request, typename Response>
absl::StatusOr<ReadyCall<Response>> Ready(const KeyedHandler<Request, Response>& handler,
                                          const usage::CallTo& whose, Request request,
                                          std::vector<Blob> blobs) {
  absl::StatusOr<ReadyCall<Response>> call = handler.ready(std::move(request), std::move(blobs));
  if (handler.meter == nullptr) return call;
  if (call.ok()) return usage::Metered(handler.meter, std::string(whose.method), *std::move(call));
  handler.meter->CountUnsent(whose, call.status());
  return call;
}

// Sends it at once.
template <typename Response>
void SendUnkeyed(absl::StatusOr<ReadyCall<Response>> call, const CallContext& context,
                 rpc::OnUnaryAnswer done) {
  if (!call.ok()) return std::move(done)(call.status());
  std::move(call->send)(context,
                        [done = std::move(done)](absl::StatusOr<Response> response) mutable {
                          if (!response.ok()) return std::move(done)(response.status());
                          std::move(done)(rpc::Serialize(*response));
                        });
}

// The digest of a request's content: its key and account stand in the name of the key.
template <typename Request>
std::string ContentOf(const events::CallKeySecrets& secrets, const CallName& name, Request& request,
                      const std::vector<Blob>& blobs) {
  std::string request_id = std::move(*request.mutable_request_id());
  std::string account = std::move(*request.mutable_account());
  request.clear_request_id();
  request.clear_account();
  std::string digest = ContentDigest(secrets, name, request, blobs);
  *request.mutable_request_id() = std::move(request_id);
  *request.mutable_account() = std::move(account);
  return digest;
}

template <typename Request, typename Response>
void SendKeyed(KeyedCalls& calls, const KeyedHandler<Request, Response>& handler,
               const std::string& method, const CallContext& context, Request request,
               std::vector<Blob> blobs, rpc::OnUnaryAnswer done) {
  const events::CallKeySecrets* secrets = calls.secrets();
  const std::string request_id = request.request_id();
  const CallName name{context.caller, method, request_id};
  const std::string subject = handler.subject(request);
  std::string content = secrets == nullptr ? "" : ContentOf(*secrets, name, request, blobs);
  absl::StatusOr<ReadyCall<Response>> call =
      Ready(handler, {context.caller, "", absl::string_view(method).substr(1)}, std::move(request),
            std::move(blobs));
  if (!call.ok()) return std::move(done)(call.status());
  if (secrets == nullptr) return std::move(done)(NoLog());
  // What is sent is counted where that ends, what is not where it is answered.
  const auto sent = std::make_shared<bool>(false);
  const auto count = [sent, meter = handler.meter, caller = context.caller, account = call->account,
                      method](const KeyedAnswer& answer) {
    if (*sent || meter == nullptr) return;
    const usage::CallTo whose{caller, account, absl::string_view(method).substr(1)};
    answer.replay ? meter->CountReplay(whose) : meter->CountUnsent(whose, answer.result.status());
  };
  calls.Run(
      context, KeyOf(*secrets, name, call->account, subject, std::move(content)),
      [sent, send = std::move(call->send)](const CallContext& own,
                                           Done<std::string> ended) mutable {
        *sent = true;
        std::move(send)(own, [ended = std::move(ended)](absl::StatusOr<Response> response) mutable {
          std::move(ended)(BytesOf(response));
        });
      },
      [count, done = std::move(done), &calls, method](KeyedAnswer answer) mutable {
        count(answer);
        calls.Count(absl::StripPrefix(method, "/"), answer.by);
        if (!answer.result.ok()) {
          rpc::UnaryAnswer error = answer.result.status();
          error.replay = answer.replay;
          return std::move(done)(std::move(error));
        }
        rpc::UnaryAnswer response = rpc::BufferOf(*answer.result);
        response.replay = answer.replay;
        std::move(done)(std::move(response));
      });
}

// `large` as rpc::Unary's. A call without a key costs a look at the field.
template <typename Request, typename Response>
rpc::Method Keyed(std::shared_ptr<KeyedCalls> calls, std::string name, size_t max_request_bytes,
                  std::vector<rpc::FieldPath> large, KeyedHandler<Request, Response> handler) {
  rpc::Method method;
  method.name = name;
  method.max_request_bytes = max_request_bytes;
  method.keeps_deadline = true;
  method.unary = [calls = std::move(calls), name = std::move(name), large = std::move(large),
                  handler = std::move(handler)](CallContext context,
                                                std::shared_ptr<grpc::ByteBuffer> bytes,
                                                rpc::OnUnaryAnswer done) {
    std::vector<Blob> blobs;
    Request request;
    const usage::CallTo whose{context.caller, "", absl::string_view(name).substr(1)};
    const absl::Status parsed = rpc::ParseApart(bytes, large, request, blobs);
    if (!parsed.ok()) {
      if (handler.meter != nullptr) handler.meter->CountUnsent(whose, parsed);
      return std::move(done)(parsed);
    }
    bytes.reset();
    if (request.request_id().empty()) {
      return SendUnkeyed(Ready(handler, whose, std::move(request), std::move(blobs)), context,
                         std::move(done));
    }
    SendKeyed(*calls, handler, name, context, std::move(request), std::move(blobs),
              std::move(done));
  };
  return method;
}

}  // namespace kyc::once

#endif  // SERVER_ONCE_KEYED_METHOD_H_
