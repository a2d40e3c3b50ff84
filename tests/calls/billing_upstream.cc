#include "tests/calls/billing_upstream.h"

#include "absl/strings/str_cat.h"
#include "absl/types/optional.h"

namespace kyc::tests {
namespace {

// Of {"cust_ref_no":"call-1",...}.
std::string CustRefNoIn(const std::string& body) {
  static constexpr char kName[] = "\"cust_ref_no\":\"";
  const size_t at = body.find(kName);
  if (at == body.npos) return "";
  const size_t begin = at + sizeof(kName) - 1;
  return body.substr(begin, body.find('"', begin) - begin);
}

std::string Reply(const char* status, const std::string& body) {
  return absl::StrCat("HTTP/1.1 ", status, "\r\nContent-Type: application/json\r\n",
                      "Content-Length: ", body.size(), "\r\n\r\n", body);
}

std::string Live(const std::string& trx_id) {
  return absl::StrCat(R"({"statusCode":"SUCCESSFUL","content":{"result":{"trx_id":")", trx_id,
                      R"(","status":"success","result":"True"}}})");
}

}  // namespace

BillingUpstream::BillingUpstream(unsigned seed)
    : random_(seed), upstream_([this](ScriptedPeer& peer) { Serve(peer); }) {}

BillingUpstream::Bill BillingUpstream::BillOf(const std::string& cust_ref_no) const {
  const std::lock_guard lock(mutex_);
  const auto found = bills_.find(cust_ref_no);
  return found == bills_.end() ? Bill() : found->second;
}

BillingUpstream::Fate BillingUpstream::FateOf() {
  const unsigned chance = random_() % 100;
  if (chance < 50) return Fate::kAnswered;
  if (chance < 70) return Fate::kAnsweredSlowly;
  if (chance < 76) return Fate::kFailed;
  if (chance < 84) return Fate::kRefused;
  if (chance < 90) return Fate::kUnread;
  if (chance < 95) return Fate::kCutAnswer;
  return Fate::kLateError;
}

void BillingUpstream::Serve(ScriptedPeer& peer) {
  for (;;) {
    const absl::optional<ScriptedPeer::Request> request = peer.ReadRequest();
    if (!request.has_value() || !Answer(peer, CustRefNoIn(request->body))) return;
  }
}

bool BillingUpstream::Answer(ScriptedPeer& peer, const std::string& cust_ref_no) {
  Fate fate;
  std::string trx_id;
  {
    const std::lock_guard lock(mutex_);
    fate = FateOf();
    trx_id = absl::StrCat("trx-", ++transactions_);
    Bill& bill = bills_[cust_ref_no];
    ++bill.whole;
    if (fate == Fate::kRefused) ++bill.refused;
    bill.answers.insert(trx_id);
  }
  const std::string live = Reply("200 OK", Live(trx_id));
  switch (fate) {
    case Fate::kAnsweredSlowly:
      return Tell(peer, cust_ref_no, live, absl::Milliseconds(100));
    case Fate::kAnswered:
      return Tell(peer, cust_ref_no, live);
    case Fate::kFailed:
      return Tell(peer, cust_ref_no,
                  Reply("400 Bad Request", R"({"statusCode":"INVALID","content":{}})"));
    case Fate::kRefused:
      return peer.Write(Reply("429 Too Many Requests", "{}"));
    case Fate::kUnread:
      return false;
    case Fate::kCutAnswer:
      peer.Write(live.substr(0, live.size() - 20));
      return false;
    case Fate::kLateError:
      return peer.Write(Reply("503 Service Unavailable", "{}"));
  }
  return false;
}

bool BillingUpstream::Tell(ScriptedPeer& peer, const std::string& cust_ref_no,
                           const std::string& reply, absl::Duration after) {
  const bool left =
      (after > absl::ZeroDuration() && peer.ClosesWithin(after)) || !peer.Write(reply);
  const std::lock_guard lock(mutex_);
  Bill& bill = bills_[cust_ref_no];
  ++(left ? bill.left : bill.told);
  return !left;
}

}  // namespace kyc::tests
