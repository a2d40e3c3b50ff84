#include "server/tls/watched_pair.h"

#include <sys/stat.h>

#include <filesystem>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gtest/gtest.h"
#include "tests/support/certificates.h"
#include "tests/support/files.h"

namespace kyc::tls {
namespace {

namespace fs = std::filesystem;
using tests::Identity;
using tests::MakeIdentity;
using What = Found::What;

class WatchedPairTest : public testing::Test {
 protected:
  WatchedPairTest() {
    listener_.field = "grpc.listen";
    listener_.tls =
        config::Tls{Path("cert"), Path("key"), Path("ca"), config::ClientCertificate::kOptional};
    Put(first_);
    tests::WriteFile(Path("ca"), root_.Pem());
  }

  std::string Path(const std::string& name) const { return absl::StrCat(folder_, "/", name); }
  void Put(const Identity& identity) {
    tests::WriteFile(Path("cert"), identity.Pem());
    tests::WriteFile(Path("key"), identity.KeyPem());
  }
  void Open() {
    auto opened = WatchedPair::Open(listener_, absl::Now());
    ASSERT_TRUE(opened.ok()) << opened.status();
    pair_ = *opened;
  }
  Found Look() { return pair_->Look(absl::Now()); }
  bool Uses(const Identity& identity) { return pair_->Get()->certificates == identity.Pem(); }
  // What is there now is not used: the line says why, once.
  void ExpectUnusable(const std::string& why) {
    const Found found = Look();
    EXPECT_EQ(found.what, What::kUnusable) << why;
    EXPECT_EQ(found.line,
              "grpc.listen: the TLS files changed and cannot be used, connections get "
              "the old certificate, valid for 0 days: " +
                  why);
    EXPECT_EQ(Look().what, What::kNothing) << "it is told once";
    EXPECT_TRUE(Uses(first_)) << why;
  }

  const std::string folder_ = tests::MakeFolder("tls");
  const Identity root_ = MakeIdentity({.authority = true}, nullptr);
  const Identity first_ = MakeIdentity({}, &root_);
  const Identity second_ = MakeIdentity({}, &root_);
  config::Listener listener_;
  std::shared_ptr<WatchedPair> pair_;
};

TEST_F(WatchedPairTest, NewPairIsUsedFromTheNextLookOn) {
  Open();
  EXPECT_EQ(Look().what, What::kNothing);
  Put(second_);
  EXPECT_TRUE(Uses(first_));
  EXPECT_EQ(Look().what, What::kNewPair);
  EXPECT_TRUE(Uses(second_));
  EXPECT_EQ(Look().what, What::kNothing);
}

TEST_F(WatchedPairTest, WhatCannotBeUsedLeavesTheOldOneInUse) {
  Open();
  tests::WriteFile(Path("key"), second_.KeyPem());
  ExpectUnusable("the key does not fit the certificate");
  tests::WriteFile(Path("cert"), second_.Pem().substr(0, 300));
  ExpectUnusable("the certificate file holds no certificate that can be read");
  fs::remove(Path("cert"));
  ExpectUnusable("the certificate_file cannot be read: No such file or directory");
  Put(MakeIdentity({.valid_from = -absl::Hours(2), .valid_to = -absl::Minutes(1)}, &root_));
  EXPECT_TRUE(absl::StrContains(Look().line, "a certificate of the chain expired at "));
  tests::WriteFile(Path("key"), first_.KeyPem(), 0644);
  ExpectUnusable("the key_file is open to every user: chmod o= it");
  Put(second_);
  tests::WriteFile(Path("ca"), "");
  ExpectUnusable("the client_ca_file is empty");
  fs::remove(Path("ca"));
  ExpectUnusable("the client_ca_file cannot be read: No such file or directory");
  tests::WriteFile(Path("ca"), root_.Pem());
  EXPECT_EQ(Look().what, What::kNewPair);
  EXPECT_TRUE(Uses(second_));
}

// As Kubernetes does: the names are links to what is in the folder that one link names.
TEST_F(WatchedPairTest, SwappedFolderIsSeen) {
  for (const char* name : {"cert", "key"}) {
    fs::create_directories(Path("1"));
    fs::rename(Path(name), absl::StrCat(Path("1"), "/", name));
    fs::create_symlink(absl::StrCat("data/", name), Path(name));
  }
  fs::create_directory_symlink("1", Path("data"));
  Open();
  EXPECT_EQ(Look().what, What::kNothing);
  fs::create_directories(Path("2"));
  tests::WriteFile(Path("2/cert"), second_.Pem());
  tests::WriteFile(Path("2/key"), second_.KeyPem());
  fs::create_directory_symlink("2", Path("next"));
  fs::rename(Path("next"), Path("data"));
  EXPECT_EQ(Look().what, What::kNewPair);
  EXPECT_TRUE(Uses(second_));
}

TEST_F(WatchedPairTest, ExpiryOfThePairInUseIsToldOnce) {
  Open();
  const absl::Time later = absl::Now() + absl::Hours(2);
  const Found found = pair_->Look(later);
  EXPECT_EQ(found.what, What::kUnusable) << "just written files are read once more";
  EXPECT_LT(found.left, absl::ZeroDuration());
  EXPECT_EQ(pair_->Look(later).what, What::kExpired);
  EXPECT_EQ(pair_->Look(later).what, What::kNothing);
}

TEST_F(WatchedPairTest, StartNeedsAUsablePair) {
  tests::WriteFile(Path("key"), second_.KeyPem());
  EXPECT_EQ(WatchedPair::Open(listener_, absl::Now()).status().message(),
            "the TLS files cannot be used: the key does not fit the certificate (grpc.listen)");
  fs::remove(Path("key"));
  EXPECT_EQ(WatchedPair::Open(listener_, absl::Now()).status().message(),
            "the TLS files cannot be used: the key_file cannot be read: No such file or directory "
            "(grpc.listen)");
}

}  // namespace
}  // namespace kyc::tls
