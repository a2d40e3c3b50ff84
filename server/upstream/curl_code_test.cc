#include "server/upstream/curl_code.h"

#include <string>

#include "gtest/gtest.h"

namespace kyc::upstream {
namespace {

struct Case {
  const char* name;
  TransferFacts facts;
  std::string expected;
};

TransferFacts Facts(CURLcode code, int tries, size_t taken, curl_off_t uploaded = 0) {
  TransferFacts facts;
  facts.code = code;
  facts.tries = tries;
  facts.body_size = 100;
  facts.body_taken = taken;
  facts.uploaded = uploaded;
  return facts;
}

TransferFacts ReplyBegan(TransferFacts facts) {
  facts.reply_began = true;
  return facts;
}

TransferFacts TimeUp(TransferFacts facts, FailureKind on_expiry) {
  facts.time_was_up = true;
  facts.on_expiry = on_expiry;
  return facts;
}

TransferFacts EmptyBody(TransferFacts facts) {
  facts.body_size = 0;
  return facts;
}

TransferFacts Proxied(TransferFacts facts, bool connected, long status) {
  facts.through_proxy = true;
  facts.connected = connected;
  facts.proxy_status = status;
  return facts;
}

TEST(CurlCodeTest, CodeAndCountsTellTheKindAndWhetherABodyLeft) {
  const Case cases[] = {
      {"resolve", Facts(CURLE_COULDNT_RESOLVE_HOST, 0, 0), "unreachable not sent"},
      {"connect", Facts(CURLE_COULDNT_CONNECT, 0, 0), "unreachable not sent"},
      {"connect after a dead idle one", Facts(CURLE_COULDNT_CONNECT, 1, 0), "unreachable not sent"},
      {"handshake", Facts(CURLE_SSL_CONNECT_ERROR, 0, 0), "unreachable not sent"},
      {"certificate", Facts(CURLE_PEER_FAILED_VERIFICATION, 0, 0), "untrusted not sent"},
      {"certificate after a dead idle one", Facts(CURLE_PEER_FAILED_VERIFICATION, 1, 0),
       "untrusted not sent"},
      {"no ca_file any more", Facts(CURLE_SSL_CACERT_BADFILE, 0, 0), "untrusted not sent"},
      {"proxy's name", Proxied(Facts(CURLE_COULDNT_RESOLVE_PROXY, 0, 0), false, 0),
       "proxy_unreachable not sent"},
      {"proxy refuses TCP", Proxied(Facts(CURLE_COULDNT_CONNECT, 0, 0), false, 0),
       "proxy_unreachable not sent"},
      {"proxy's TCP takes too long", Proxied(Facts(CURLE_OPERATION_TIMEDOUT, 0, 0), false, 0),
       "proxy_unreachable not sent"},
      {"proxy says nothing", Proxied(Facts(CURLE_OPERATION_TIMEDOUT, 0, 0), true, 0),
       "unreachable not sent"},
      {"proxy closes", Proxied(Facts(CURLE_RECV_ERROR, 0, 0), true, 0), "unreachable not sent"},
      {"proxy finds nobody", Proxied(Facts(CURLE_RECV_ERROR, 0, 0), true, 502),
       "unreachable not sent"},
      {"proxy knows us not", Proxied(Facts(CURLE_RECV_ERROR, 0, 0), true, 407),
       "proxy_unauthorized not sent"},
      {"proxy forbids", Proxied(Facts(CURLE_RECV_ERROR, 0, 0), true, 403),
       "proxy_refused not sent"},
      {"handshake through a proxy", Proxied(Facts(CURLE_SSL_CONNECT_ERROR, 0, 0), true, 200),
       "unreachable not sent"},
      {"certificate through a proxy",
       Proxied(Facts(CURLE_PEER_FAILED_VERIFICATION, 0, 0), true, 200), "untrusted not sent"},
      {"lost through a proxy", Proxied(Facts(CURLE_GOT_NOTHING, 1, 100, 100), true, 200),
       "connection_lost sent"},
      {"reset in the handshake", Facts(CURLE_RECV_ERROR, 0, 0), "unreachable not sent"},
      {"connect timeout", Facts(CURLE_OPERATION_TIMEDOUT, 0, 0), "unreachable not sent"},
      {"attempt timeout",
       TimeUp(Facts(CURLE_OPERATION_TIMEDOUT, 1, 100), FailureKind::kAttemptTimeout),
       "attempt_timeout sent"},
      {"deadline", TimeUp(Facts(CURLE_OPERATION_TIMEDOUT, 1, 100), FailureKind::kCallerDeadline),
       "caller_deadline sent"},
      {"deadline while connecting",
       TimeUp(Facts(CURLE_OPERATION_TIMEDOUT, 0, 0), FailureKind::kCallerDeadline),
       "caller_deadline not sent"},
      {"nothing came", Facts(CURLE_GOT_NOTHING, 1, 100, 100), "connection_lost sent"},
      {"reset", Facts(CURLE_RECV_ERROR, 1, 100, 100), "connection_lost sent"},
      {"reset before the body", Facts(CURLE_RECV_ERROR, 1, 0), "connection_lost not sent"},
      {"first write failed", Facts(CURLE_SEND_ERROR, 1, 100, 0), "connection_lost not sent"},
      {"later write failed", Facts(CURLE_SEND_ERROR, 1, 100, 50), "connection_lost sent"},
      {"write failed at the second try", Facts(CURLE_SEND_ERROR, 2, 100, 0),
       "connection_lost sent"},
      {"rewind refused, of which libcurl says 0 bytes", Facts(CURLE_SEND_FAIL_REWIND, 1, 100, 0),
       "connection_lost sent"},
      {"the guard stopped it", Facts(CURLE_ABORTED_BY_CALLBACK, 2, 100, 0), "connection_lost sent"},
      {"empty body, lost", EmptyBody(Facts(CURLE_GOT_NOTHING, 1, 0)), "connection_lost sent"},
      {"empty body, no connection", EmptyBody(Facts(CURLE_COULDNT_CONNECT, 0, 0)),
       "unreachable not sent"},
      {"cut body", ReplyBegan(Facts(CURLE_PARTIAL_FILE, 1, 100)), "reply_unreadable sent"},
      {"reset in the reply", ReplyBegan(Facts(CURLE_RECV_ERROR, 1, 100)), "reply_unreadable sent"},
      {"not HTTP", Facts(CURLE_UNSUPPORTED_PROTOCOL, 1, 100), "reply_unreadable sent"},
      {"announced as too large", ReplyBegan(Facts(CURLE_FILESIZE_EXCEEDED, 1, 100)),
       "reply_too_large sent"},
      {"endless first line", Facts(CURLE_OUT_OF_MEMORY, 1, 100), "reply_too_large sent"},
  };
  for (const Case& c : cases) {
    const std::string kind(FailureName(KindOf(c.facts)));
    EXPECT_EQ(kind + (BodySent(c.facts) ? " sent" : " not sent"), c.expected) << c.name;
  }
}

TEST(CurlCodeTest, OurOwnLimitOnTheReplyWins) {
  TransferFacts facts = ReplyBegan(Facts(CURLE_WRITE_ERROR, 1, 100));
  facts.reply_too_large = true;
  EXPECT_EQ(KindOf(facts), FailureKind::kReplyTooLarge);
}

}  // namespace
}  // namespace kyc::upstream
