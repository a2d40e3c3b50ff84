// A WideKYC that bills each whole request it gets, and does not always tell its answer.
#ifndef TESTS_CALLS_BILLING_UPSTREAM_H_
#define TESTS_CALLS_BILLING_UPSTREAM_H_

#include <map>
#include <mutex>
#include <random>
#include <set>
#include <string>

#include "absl/time/time.h"
#include "tests/support/scripted_upstream.h"

namespace kyc::tests {

// Thread-safe.
class BillingUpstream {
 public:
  explicit BillingUpstream(unsigned seed);

  std::string url() const { return upstream_.url(); }

  // Of one cust_ref_no.
  struct Bill {
    int whole = 0;                  // Requests that came whole.
    int refused = 0;                // Of these, that were refused for a passing reason: not billed.
    int left = 0;                   // Of the billed ones, whose peer left before the answer;
    int told = 0;                   // and whose answer was written whole.
    std::set<std::string> answers;  // Each answer's trx_id, heard or not.
  };
  Bill BillOf(const std::string& cust_ref_no) const;

 private:
  // What becomes of a whole request.
  enum class Fate {
    kAnswered,
    kAnsweredSlowly,
    kFailed,     // An error that will not change.
    kRefused,    // For a passing reason.
    kUnread,     // The connection ends before the answer.
    kCutAnswer,  // And in the middle of it.
    kLateError,  // 503, which tells nothing here.
  };
  Fate FateOf();
  void Serve(ScriptedPeer& peer);
  // False: the connection is over.
  bool Answer(ScriptedPeer& peer, const std::string& cust_ref_no);
  // Writes an answer whole, unless its peer leaves meanwhile.
  bool Tell(ScriptedPeer& peer, const std::string& cust_ref_no, const std::string& reply,
            absl::Duration after = absl::ZeroDuration());

  mutable std::mutex mutex_;
  std::mt19937 random_;                // Guarded by mutex_,
  std::map<std::string, Bill> bills_;  // and these too.
  int transactions_ = 0;
  ScriptedUpstream upstream_;  // Last: its threads use all the others.
};

}  // namespace kyc::tests

#endif  // TESTS_CALLS_BILLING_UPSTREAM_H_
