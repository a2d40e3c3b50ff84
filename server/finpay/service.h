// The Finpay rpc: check, send, read.
#ifndef SERVER_FINPAY_SERVICE_H_
#define SERVER_FINPAY_SERVICE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "finpay/linkage/v1/linkage.pb.h"
#include "server/call/call_context.h"
#include "server/call/current.h"
#include "server/call/kept_replies.h"
#include "server/call/metrics.h"
#include "server/call/ready_call.h"
#include "server/finpay/upgrade_account_widget.h"
#include "server/upstream/http.h"

namespace kyc::finpay {

// One merchant, with its own way out: slots and breaker are per account.
struct Account {
  std::string name;
  WidgetCredentials credentials;
  upstream::SendHttp send;
};

// Thread-safe. A running call keeps what it needs, so that the service may go before its calls end;
// `metrics` and `kept` outlive both. The images are let go of when they have been sent.
class UpgradeAccountService {
 public:
  // `accounts` has at least one; with one it is the default. Fills in options.accounts. Without
  // `kept` no unreadable reply is kept.
  UpgradeAccountService(WidgetOptions options, std::vector<Account> accounts, Metrics* metrics,
                        KeptReplies* kept = nullptr);

  // `images` are the request's own, whose `content` fields are empty.
  void CreateUpgradeAccountWidget(
      CallContext context, ::finpay::linkage::v1::CreateUpgradeAccountWidgetRequest request,
      WidgetImages images,
      Done<::finpay::linkage::v1::CreateUpgradeAccountWidgetResponse> done) const;

  // The same in two steps: checked, and sent when that is wanted.
  absl::StatusOr<ReadyCall<::finpay::linkage::v1::CreateUpgradeAccountWidgetResponse>>
  ReadyToCreateWidget(::finpay::linkage::v1::CreateUpgradeAccountWidgetRequest request,
                      WidgetImages images) const;

  // Calls of this account that start from now on use these; running ones keep theirs. Called by one
  // thread.
  void UseCredentials(absl::string_view account, WidgetCredentials credentials);

 private:
  using Accounts = std::vector<std::shared_ptr<const Account>>;

  // Null if there is none of that name.
  std::shared_ptr<const Account> FindAccount(const std::string& name) const;

  std::shared_ptr<const WidgetOptions> options_;
  Current<Accounts> accounts_;
  Metrics* metrics_;
  KeptReplies* kept_;
};

}  // namespace kyc::finpay

#endif  // SERVER_FINPAY_SERVICE_H_
