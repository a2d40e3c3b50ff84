#include "server/finpay/service.h"

#include <utility>

#include "absl/status/statusor.h"
#include "server/call/error.h"
#include "server/finpay/refusal.h"
#include "server/json/value.h"
#include "server/upstream/read_reply.h"

namespace kyc::finpay {
namespace {

using ::finpay::linkage::v1::CreateUpgradeAccountWidgetRequest;
using ::finpay::linkage::v1::CreateUpgradeAccountWidgetResponse;

constexpr absl::string_view kEndpoint = "upgrade-account-widget";

}  // namespace

UpgradeAccountService::UpgradeAccountService(WidgetOptions options, std::vector<Account> accounts,
                                             Metrics* metrics, KeptReplies* kept)
    : metrics_(metrics), kept_(kept) {
  options.accounts.clear();
  Accounts shared;
  for (Account& account : accounts) {
    options.accounts.push_back(account.name);
    shared.push_back(std::make_shared<const Account>(std::move(account)));
  }
  accounts_.Set(std::make_shared<const Accounts>(std::move(shared)));
  options_ = std::make_shared<const WidgetOptions>(std::move(options));
}

void UpgradeAccountService::CreateUpgradeAccountWidget(
    CallContext context, CreateUpgradeAccountWidgetRequest request, WidgetImages images,
    Done<CreateUpgradeAccountWidgetResponse> done) const {
  auto call = ReadyToCreateWidget(std::move(request), std::move(images));
  if (!call.ok()) return std::move(done)(call.status());
  std::move(call->send)(context, std::move(done));
}

absl::StatusOr<ReadyCall<CreateUpgradeAccountWidgetResponse>>
UpgradeAccountService::ReadyToCreateWidget(CreateUpgradeAccountWidgetRequest request,
                                           WidgetImages images) const {
  if (absl::Status valid = Validate(request, images, *options_); !valid.ok()) return valid;
  const std::shared_ptr<const Account> account = FindAccount(request.account());
  if (account == nullptr) return GatewayBug("the choice of a Finpay account");
  for (const std::string& deviation : DeviationsOf(request)) {
    metrics_->Deviation(kUpstream, deviation);
  }
  upstream::HttpRequest http = ToHttp(request, std::move(images), account->credentials, *options_);
  return ReadyCall<CreateUpgradeAccountWidgetResponse>{
      account->name,
      [http = std::move(http), account, request = std::move(request), options = options_,
       metrics = metrics_, kept = kept_](const CallContext& context,
                                         Done<CreateUpgradeAccountWidgetResponse> done) mutable {
        account->send(
            context, std::move(http),
            [account, request = std::move(request), request_id = context.request_id, options,
             metrics, kept, done = std::move(done)](upstream::HttpResult result) mutable {
              upstream::ReplyOf of;
              of.upstream = kUpstream;
              of.account = account->name;
              of.endpoint = kEndpoint;
              of.request_id = request_id;
              of.max_bytes = static_cast<size_t>(options->max_reply_bytes);
              of.metrics = metrics;
              of.kept = kept;
              const auto read = [&](const auto& response, auto& deviations) {
                return FromHttp(response, request, account->credentials, *options, deviations);
              };
              std::move(done)(upstream::ReadReply<CreateUpgradeAccountWidgetResponse>(
                  std::move(result), of, read));
            });
      }};
}

void UpgradeAccountService::UseCredentials(absl::string_view account,
                                           WidgetCredentials credentials) {
  Accounts accounts = *accounts_.Get();
  for (std::shared_ptr<const Account>& each : accounts) {
    if (each->name != account) continue;
    each = std::make_shared<const Account>(Account{each->name, std::move(credentials), each->send});
    break;
  }
  accounts_.Set(std::make_shared<const Accounts>(std::move(accounts)));
}

std::shared_ptr<const Account> UpgradeAccountService::FindAccount(const std::string& name) const {
  const std::shared_ptr<const Accounts> accounts = accounts_.Get();
  for (const std::shared_ptr<const Account>& account : *accounts) {
    if (name.empty() || account->name == name) return account;
  }
  return nullptr;
}

}  // namespace kyc::finpay
