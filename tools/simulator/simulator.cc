#include "tools/simulator/simulator.h"

#include <boost/json/object.hpp>
#include <cstdio>
#include <utility>

#include "tools/simulator/documents.h"
#include "tools/simulator/widekyc.h"

namespace kyc::simulator {
namespace {

namespace json = boost::json;

constexpr char kWidget[] = "/upgrade-account-widget";

std::string PathOf(const std::string& target) { return target.substr(0, target.find('?')); }

// The value of `reference` in the query; nothing is unescaped.
std::string ReferenceIn(const std::string& target) {
  const std::string mark = "?reference=";
  const size_t at = target.find(mark);
  return at == std::string::npos ? "" : target.substr(at + mark.size());
}

json::object RecordOf(const Request& request, const std::string& path, const Exchange& exchange) {
  json::object headers;
  for (const auto& [name, value] : request.headers) headers[name] = value;
  return {{"path", path},
          {"method", request.method},
          {"connection", request.connection},
          {"body_bytes", request.body.size()},
          {"headers", std::move(headers)},
          {"fields", exchange.fields},
          {"images", exchange.images},
          {"magic", exchange.magic},
          {"status", exchange.answer.status}};
}

bool NeverProcessed(Fault fault) {
  return fault == Fault::kResetMidBody || fault == Fault::kEarlyReply;
}

}  // namespace

Simulator::Simulator(boost::asio::io_context& io, Options options)
    : options_(std::move(options)),
      notifier_(io, options_.notifier, history_, options_.quiet),
      server_(io, {boost::asio::ip::make_address(options_.host), options_.port},
              {[this](const Request& partial) { return AnswerEarly(partial); },
               [this](const Request& request) { return AnswerWhole(request); }},
              options_.delay) {}

std::optional<Answer> Simulator::AnswerEarly(const Request& partial) const {
  const std::string_view phone = PeekText(partial.body, "phoneNo");
  const MagicRow* row =
      phone.empty() ? FindMagic(MagicField::kCustRefNo, PeekText(partial.body, "cust_ref_no"))
                    : FindMagic(MagicField::kPhoneNo, phone);
  if (row == nullptr || !NeverProcessed(row->answer.fault)) return std::nullopt;
  if (!options_.quiet) {
    std::fprintf(stderr, "simulator: within a request: magic %s\n", row->value.c_str());
  }
  return row->answer;
}

Answer Simulator::AnswerWhole(const Request& request) {
  const std::string path = PathOf(request.target);
  if (path.starts_with("/sim/")) return AnswerSim(request, path);
  Exchange exchange = AnswerCompany(request, path);
  history_.Add(exchange.reference, RecordOf(request, path, exchange));
  if (!options_.quiet) Log(exchange, path, request.body.size());
  if (!NeverProcessed(exchange.answer.fault)) notifier_.Send(std::move(exchange.upgrade));
  return std::move(exchange.answer);
}

Exchange Simulator::AnswerCompany(const Request& request, const std::string& path) {
  Exchange exchange;
  const bool under_base = path.starts_with(options_.widekyc_base + "/");
  const std::string widekyc = under_base ? path.substr(options_.widekyc_base.size()) : path;
  const bool is_finpay = path == options_.finpay_base + kWidget;
  if (request.method != "POST" || (!is_finpay && !IsWideKycPath(widekyc))) {
    exchange.answer = {404, "Not Found", "text/plain"};
    return exchange;
  }
  if (!is_finpay) {
    exchange = AnswerWideKyc(request, widekyc, options_.widekyc_token);
    const bool came = exchange.later.has_value() && history_.CountOf(exchange.reference) > 0;
    if (came) exchange.answer = *std::move(exchange.later);
    return exchange;
  }
  exchange = AnswerFinpay(request, options_.finpay);
  // The document only says that the reference is unique: what a repeat gets is our guess.
  if (!exchange.upgrade.reference.empty() && SeenBefore(exchange.reference)) {
    exchange.upgrade = {};
    exchange.answer = {409, FinpayReply("4090001", "Duplicate partnerReferenceNo")};
  }
  return exchange;
}

bool Simulator::SeenBefore(const std::string& reference) {
  if (!options_.refuse_duplicates) return false;
  const std::lock_guard lock(mutex_);
  return seen_.size() < History::kCounted && !seen_.insert(reference).second;
}

Answer Simulator::AnswerSim(const Request& request, const std::string& path) {
  const std::string reference = ReferenceIn(request.target);
  if (path == "/sim/last") return {.body = history_.Last(reference)};
  if (path == "/sim/count") return {.body = history_.Count(reference)};
  if (path == "/sim/notifications") return {.body = history_.Notifications(reference)};
  if (path == "/sim/redirected") {
    history_.Add(path, RecordOf(request, path, {}));
    return {.body = "{}"};
  }
  if (path == "/sim/reset" && request.method == "POST") {
    history_.Clear();
    return {.body = "{}"};
  }
  return {404, "Not Found", "text/plain"};
}

// No reference, no value of a request: only what kind of thing happened.
void Simulator::Log(const Exchange& exchange, const std::string& path, size_t bytes) const {
  const bool known = exchange.answer.status != 404 || !exchange.magic.empty();
  std::fprintf(stderr, "simulator: %s, %zu bytes: HTTP %d%s%s\n", known ? path.c_str() : "unknown",
               bytes, exchange.answer.status, exchange.magic.empty() ? "" : ", magic ",
               exchange.magic.c_str());
}

}  // namespace kyc::simulator
