#include "server/file_needs.h"

#include <gtest/gtest.h>

namespace kyc {
namespace {

config::Settings Everything() {
  config::Settings settings;
  settings.grpc.emplace();
  settings.webhook.emplace();
  settings.admin.emplace();
  settings.finpay.emplace().accounts.resize(2);
  settings.widekyc.emplace().accounts.resize(1);
  settings.widekyc->upstream.slots = 100;
  return settings;
}

TEST(FileNeeds, AreThoseOfSlotsAndConnectionsTogether) {
  EXPECT_EQ(FilesNeeded(Everything()), 128 + 2 * 2000 + 100 + 2 * 10'000 + 1024 + 1024);
  EXPECT_EQ(FilesNeeded(config::Settings()), 128);
}

TEST(FileNeeds, FewerAreALineThatSaysWhatToDo) {
  EXPECT_EQ(TooFewFiles(Everything(), FilesNeeded(Everything())), "");
  EXPECT_EQ(TooFewFiles(Everything(), 1024),
            "the hard limit of open files is 1024, and all that the configuration allows at once "
            "needs 26276: 4100 for slots, 22048 for connections (of callers two each). Beyond the "
            "limit connections are turned away and calls are UNAVAILABLE: raise it (LimitNOFILE), "
            "or lower slots or max_connections");
}

}  // namespace
}  // namespace kyc
