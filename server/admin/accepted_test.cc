#include "server/admin/accepted.h"

#include <gtest/gtest.h>

namespace kyc::admin {
namespace {

constexpr char kOpenMetrics[] = "application/openmetrics-text";

TEST(Accepted, HowMuchATypeIsLiked) {
  struct Case {
    const char* accept;
    double open_metrics;
    double text;
  };
  for (const Case& of : {
           Case{"", 1, 1},
           Case{"*/*", 1, 1},
           Case{"text/html, */*;q=0.8", 0.8, 0.8},
           Case{"text/plain", 0, 1},
           Case{"text/*;q=0.3", 0, 0.3},
           Case{"TEXT/Plain;Version=0.0.4", 0, 1},
           Case{"text/plain;version=9", 0, 0},
           Case{"application/openmetrics-text; version=1.0.0; charset=utf-8", 1, 0},
           Case{"application/openmetrics-text;version=2.0.0", 0, 0},
           Case{"application/openmetrics-text;q=0, */*", 0, 1},
           Case{"application/openmetrics-text;q=wrong", 0, 0},
           Case{"application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;"
                "version=0.0.1;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
                0.5, 0.3},
           Case{";;,,;q=", 0, 0},
       }) {
    EXPECT_EQ(LikingOf(of.accept, kOpenMetrics, "1.0.0"), of.open_metrics) << of.accept;
    EXPECT_EQ(LikingOf(of.accept, "text/plain", "0.0.4"), of.text) << of.accept;
  }
}

TEST(Accepted, WhetherGzipIsTaken) {
  for (const char* taken : {"gzip", "GZIP", "br, gzip;q=0.5", "*", "identity;q=0, *;q=1"}) {
    EXPECT_TRUE(TakesGzip(taken)) << taken;
  }
  for (const char* not_taken : {"", "identity", "br", "gzip;q=0", "*, gzip;q=0", "gzip;q=no"}) {
    EXPECT_FALSE(TakesGzip(not_taken)) << not_taken;
  }
}

}  // namespace
}  // namespace kyc::admin
