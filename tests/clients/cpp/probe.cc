// The probe of the C++ client: see faults/run.py.
#include <csignal>
#include <fstream>
#include <iostream>
#include <iterator>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "clients/cpp/gateway.h"

namespace {

namespace finpay = ::finpay::linkage::v1;
namespace netzme = ::netzme::v1;
namespace widekyc = ::widekyc::v1;
using kyc_gateway::Answer;
using kyc_gateway::Error;
using kyc_gateway::Gateway;
using kyc_gateway::Target;

void Say(const std::string& line) { std::cout << line << std::endl; }

constexpr const char* kCodes[] = {
    "OK",        "CANCELLED",      "UNKNOWN",           "INVALID_ARGUMENT",   "DEADLINE_EXCEEDED",
    "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
    "ABORTED",   "OUT_OF_RANGE",   "UNIMPLEMENTED",     "INTERNAL",           "UNAVAILABLE",
    "DATA_LOSS", "UNAUTHENTICATED"};

std::string Short(const std::string& name, const char* prefix) {
  return std::string(absl::StripPrefix(name, prefix));
}

// The error as a line of calls.expected.
std::string Told(const Error& error) {
  // Who was first, the library or the gateway, is chance.
  if (error.code == grpc::StatusCode::DEADLINE_EXCEEDED) return kCodes[error.code];
  std::vector<std::string> parts = {kCodes[error.code],
                                    Short(kyc::errors::v1::Reason_Name(error.reason), "REASON_"),
                                    Short(kyc::errors::v1::Outcome_Name(error.outcome), "OUTCOME_"),
                                    error.MayRepeat() ? "repeat=yes" : "repeat=no"};
  if (error.retry_delay > absl::ZeroDuration()) {
    parts.push_back(absl::StrCat("retry=", absl::ToInt64Seconds(error.retry_delay)));
  }
  if (!error.request_id.empty()) parts.push_back(absl::StrCat("id=", error.request_id));
  if (!error.trx_id().empty()) parts.push_back(absl::StrCat("trx=", error.trx_id()));
  std::vector<std::string> fields;
  for (const auto& violation : error.field_violations) fields.push_back(violation.field);
  if (!fields.empty()) parts.push_back(absl::StrCat("fields=", absl::StrJoin(fields, ",")));
  return absl::StrJoin(parts, " ");
}

std::string ResultOf(const widekyc::DetectLivenessResponse& response) {
  return response.live() ? "true" : "false";
}
std::string ResultOf(const finpay::CreateUpgradeAccountWidgetResponse& response) {
  return finpay::Outcome_Name(response.outcome());
}
template <typename Response>
std::string ResultOf(const Response&) {
  return "";
}

template <typename Response>
void Tell(const std::string& name, const Answer<Response>& answer) {
  Say(absl::StrCat(name, ": ",
                   answer.ok() ? absl::StrCat("OK ", ResultOf(*answer)) : Told(answer.error())));
}

std::string Picture(size_t size) {
  return std::string("\xff\xd8\xff\xe0", 4) + std::string(size, '\0');
}

Answer<widekyc::DetectLivenessResponse> Liveness(Gateway& gateway, const std::string& reference,
                                                 size_t size = 100) {
  widekyc::DetectLivenessRequest request;
  request.set_cust_ref_no(reference);
  request.set_selfie_image(Picture(size));
  return gateway.DetectLiveness(request);
}

widekyc::ValidateIdRequest Card(const std::string& reference) {
  widekyc::ValidateIdRequest request;
  request.set_cust_ref_no(reference);
  request.set_nik("3671121401010004");
  return request;
}

Answer<widekyc::ValidateIdResponse> Validate(Gateway& gateway, const std::string& reference) {
  widekyc::ValidateIdRequest request = Card(reference);
  return gateway.ValidateId(request);
}

Answer<netzme::GetUpgradeResponse> Get(Gateway& gateway) {
  netzme::GetUpgradeRequest request;
  request.set_original_reference_no("nobody");
  return gateway.GetUpgrade(request);
}

std::string ReadFile(const std::string& path) {
  std::ifstream file(path);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

Target Plain(const std::string& address) { return {.address = address, .plaintext = true}; }

Target Nameless(const std::string& address) {
  return {.address = address, .plaintext = true, .request_ids = false};
}

void TellFailures(Gateway& plain) {
  widekyc::ValidateIdRequest invalid;
  invalid.set_nik("1");
  invalid.set_birth_date("31-02-2000");
  Tell("invalid", plain.ValidateId(invalid));
  Tell("rate", Validate(plain, "sim-429"));
  Tell("quota", Validate(plain, "sim-quota"));
  Tell("broken", Validate(plain, "sim-500"));
  Tell("lost", Validate(plain, "sim-close-before-reply"));
  Tell("no verdict", Liveness(plain, "sim-no-verdict"));
  Tell("no event", Get(plain));
}

int Calls(char** where) {
  const std::string address = where[0], dead = where[1], lonely = where[2];
  const std::string logless = where[3], tls = where[4], token = where[6];
  const std::string authority = ReadFile(where[5]);
  Gateway plain(Plain(address));
  Gateway brief(Plain(address), absl::Milliseconds(500));
  Gateway nobody(Plain(dead), absl::Seconds(5));
  Gateway cut_off(Plain(lonely));
  Tell("live", Liveness(plain, "probe"));
  Tell("large", Liveness(plain, "probe", 8'000'000));
  finpay::CreateUpgradeAccountWidgetRequest widget;
  widget.set_partner_reference_no("probe-00001");
  widget.set_phone_no("081234567890");
  Tell("widget", plain.CreateUpgradeAccountWidget(widget));
  TellFailures(plain);
  widekyc::ValidateIdRequest named = Card("sim-500");
  named.set_request_id("own-1");
  Tell("named", plain.ValidateId(named));
  Tell("late", Validate(brief, "sim-slow-5000"));
  Tell("dead", Validate(nobody, "probe"));
  Gateway nameless(Nameless(dead), absl::Seconds(5));
  Tell("dead, nameless", Validate(nameless, "probe"));
  Tell("dead, reading", Get(nobody));
  Tell("unreachable", Liveness(cut_off, "probe"));
  Gateway forgetful(Plain(logless));
  Gateway unasked(Nameless(logless));
  Tell("no log", Liveness(forgetful, "probe"));
  Tell("no log, nameless", Liveness(unasked, "probe"));
  const auto known = [token] { return token; };
  const auto wrong = [] { return std::string("wrong"); };
  Gateway trusting({.address = tls, .token = known, .ca_certificates = authority});
  Gateway stranger({.address = tls, .token = wrong, .ca_certificates = authority});
  Gateway untrusting({.address = tls, .token = known}, absl::Seconds(5));
  Tell("tls", Liveness(trusting, "probe"));
  Tell("tls, wrong token", Liveness(stranger, "probe"));
  Tell("tls, wrong authority", Liveness(untrusting, "probe"));
  Target with_header = Plain(address);
  with_header.headers = {{"x-forwarded-for", "192.0.2.1"}};
  with_header.use_proxy = false;
  Gateway forwarded(with_header);
  Tell("a header of proxies", Liveness(forwarded, "probe"));
  return 0;
}

int Repeat(const std::string& address, const std::string& reference) {
  Gateway gateway(Plain(address));
  widekyc::ValidateIdRequest request = Card(reference);
  for (;;) {
    const auto answer = gateway.ValidateId(request);
    if (answer.ok()) {
      Say(absl::StrCat("OK id=", request.request_id()));
      return 0;
    }
    Say(Told(answer.error()));
    if (!answer.error().MayRepeat()) return 0;
    absl::SleepFor(absl::Milliseconds(100));
  }
}

constexpr const char* kStates[] = {"connecting", "catching up", "live", "waiting", "stopped"};

kyc_gateway::WatchOptions Options(const std::string& what) {
  kyc_gateway::WatchOptions options;
  options.since = absl::FromUnixSeconds(1);
  options.heartbeat = absl::Seconds(1);
  options.on_state = [](kyc_gateway::WatchState state, const Error* error) {
    Say(absl::StrCat("state ", kStates[static_cast<int>(state)], error ? " after " : "",
                     error ? error->message : ""));
  };
  options.on_cursor_problem = [what](const kyc_gateway::CursorProblem& problem) -> std::string {
    Say(absl::StrCat("problem ", Short(kyc::errors::v1::Reason_Name(problem.reason), "REASON_")));
    if (what == "oldest") return problem.oldest_cursor;
    return what == "newest" ? problem.newest_cursor : "";
  };
  return options;
}

int Watch(const std::string& address, const std::string& file, const std::string& what) {
  sigset_t end;
  sigemptyset(&end);
  sigaddset(&end, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &end, nullptr);  // Of the threads that gRPC starts, too.
  Gateway gateway(Plain(address));
  kyc_gateway::CursorFile cursors(file);
  const auto watch = gateway.WatchUpgrades(cursors, Options(what));
  std::thread stopper([&] {
    int signal = 0;
    sigwait(&end, &signal);
    watch->Stop();
  });
  std::optional<kyc_gateway::Batch> last;
  while (auto batch = watch->Next()) {
    for (const auto& event : batch->events.events()) {
      Say(absl::StrCat("event ", event.sequence(), " ", event.original_reference_no()));
    }
    watch->Confirm(*batch);
    if (last) watch->Confirm(*last);  // Moves nothing back.
    last = std::move(batch);
  }
  if (watch->error()) {
    Say(absl::StrCat("failed ", kCodes[watch->error()->code], " ", watch->error()->reason_text));
    std::_Exit(1);  // The stopper still waits.
  }
  stopper.join();
  Say("stopped");
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  if (count == 9 && arguments[1] == std::string("calls")) return Calls(arguments + 2);
  if (count == 4 && arguments[1] == std::string("repeat")) {
    return Repeat(arguments[2], arguments[3]);
  }
  if (count == 5 && arguments[1] == std::string("watch")) {
    return Watch(arguments[2], arguments[3], arguments[4]);
  }
  return 2;
}
