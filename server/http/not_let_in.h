// What is told of requests that are refused for who sends them.
#ifndef SERVER_HTTP_NOT_LET_IN_H_
#define SERVER_HTTP_NOT_LET_IN_H_

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "server/call/few_addresses.h"
#include "server/call/ip_address.h"
#include "server/call/metrics.h"
#include "server/call/repeated_lines.h"
#include "server/call/steady_now.h"

namespace kyc::http {

// Of one listener, whose thread uses it.
class NotLetIn {
 public:
  // `metrics` outlives it; `write` as RepeatedLines has it.
  NotLetIn(std::string listener, Metrics& metrics, RepeatedLines::Write write)
      : listener_(std::move(listener)), metrics_(metrics), lines_(std::move(write)) {}

  // `why` is one of few words.
  void Note(absl::string_view why, const IpAddress& from) {
    metrics_.RequestNotLetIn(listener_, why);
    lines_.Say(absl::StrCat("not let in: listener=", listener_, " why=", why,
                            " from=", addresses_.Known(from.Text(), SteadyNow())));
  }

 private:
  const std::string listener_;
  Metrics& metrics_;
  RepeatedLines lines_;
  FewAddresses addresses_;
};

}  // namespace kyc::http

#endif  // SERVER_HTTP_NOT_LET_IN_H_
