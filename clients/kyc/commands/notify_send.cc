// A notification such as Netzme sends, to try the webhook by hand.
#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "clients/kyc/cli/reach.h"
#include "clients/kyc/cli/table.h"
#include "clients/kyc/commands/files.h"
#include "clients/kyc/commands/http_post.h"
#include "clients/kyc/commands/makers.h"
#include "clients/kyc/json_text.h"

namespace kyc::cli {
namespace {

using client::QuoteJson;

class NotifySend final : public Command {
 public:
  void Declare(Options& options) override {
    options.Text("--reference", "REFERENCE", reference_, "its originalReferenceNo",
                 Need::kRequired);
    options.Choice("--status", status_, {"approved", "rejected"}, "approved");
    options.Text("--customer", "ID", customer_, "its custId");
    options.Text("--callback-token-file", "FILE", token_file_,
                 "holds the webhook's callback token; tools/run's is "
                 ".run/secrets/netzme-callback-token",
                 Need::kRequired);
    options.Text("--to", "URL", to_, "the webhook; that of tools/run where it is left out");
  }

  int Run(Session& session) override {
    const absl::StatusOr<std::string> token = ReadWhole(token_file_, session.in);
    if (!token.ok()) return Fail(session, token.status());
    HttpPoster poster(to_);
    const std::vector<std::string> headers = {
        "Content-Type: application/json",
        absl::StrCat("x-callback-token: ", absl::StripSuffix(*token, "\n"))};
    const auto reply = poster.Post(Body(), headers, TimeoutOf(session));
    if (!reply.ok()) return Fail(session, reply.status());
    if (session.json) {
      session.out << reply->body << "\n";
    } else {
      session.out << PairsText(
          {{"http", absl::StrCat(reply->status)}, {"answer", Printable(reply->body)}});
    }
    if (reply->status == 200) return kDone;
    return reply->status == 429 || reply->status >= 500 ? kUnavailable : kRefused;
  }

 private:
  std::string Body() const {
    const char* const more =
        status_ == "approved" ? R"("benefits":["Kamu bisa beli pulsa dengan harga lebih murah."])"
                              : R"("rejectReasons":["Foto KTP tidak jelas"])";
    return absl::StrCat("{\"originalReferenceNo\":", QuoteJson(reference_),
                        ",\"custId\":", QuoteJson(customer_), ",\"status\":", QuoteJson(status_),
                        ",\"additionalInfo\":{\"type\":\"upgrade_account\",", more, "}}");
  }

  std::string reference_, token_file_;
  std::string customer_ = "G7tKXzoD";
  std::string status_ = "approved";
  std::string to_ = "http://127.0.0.1:8081/v1.0/snap/account/upgrade/notify";
};

}  // namespace

std::unique_ptr<Command> MakeNotifySend() { return std::make_unique<NotifySend>(); }

}  // namespace kyc::cli
