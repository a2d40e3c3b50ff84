#include "server/admin/readiness.h"

#include <gtest/gtest.h>

namespace kyc::admin {
namespace {

using Is = ReadyCheck::Is;

TEST(Readiness, InAWordAndInFull) {
  const ReadyCheck good{"leaving"};
  const ReadyCheck warns{"quarantine", Is::kWarns, "it is nearly full"};
  const ReadyCheck fails{"event_log", Is::kFails, "it cannot be written"};
  struct Case {
    std::vector<ReadyCheck> checks;
    bool ready;
    const char* text;
    const char* verbose;
  };
  for (const Case& of : {
           Case{{}, true, "ok\n", "ready\n"},
           Case{{good}, true, "ok\n", "ok leaving\nready\n"},
           Case{{good, warns},
                true,
                "ok\nit is nearly full\n",
                "ok leaving\nWARN quarantine: it is nearly full\nready\n"},
           Case{{good, warns, fails},
                false,
                "it cannot be written\n",
                "ok leaving\nWARN quarantine: it is nearly full\n"
                "FAIL event_log: it cannot be written\nnot ready\n"},
       }) {
    EXPECT_EQ(IsReady(of.checks), of.ready);
    EXPECT_EQ(ReadinessText(of.checks, false), of.text);
    EXPECT_EQ(ReadinessText(of.checks, true), of.verbose);
  }
}

}  // namespace
}  // namespace kyc::admin
