#include "server/events/jetstream/nats.h"

#include <nats/nats.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/call/error.h"

namespace kyc::events::jetstream {
namespace {

// A server that is stopped, or cut off, is given up after about three seconds.
constexpr int64_t kPingIntervalMs = 1000;
constexpr int kMaxPingsOut = 2;
constexpr int64_t kConnectTimeoutMs = 2000;
constexpr int64_t kReconnectWaitMs = 100;

struct DestroyOptions {
  void operator()(natsOptions* options) const { natsOptions_Destroy(options); }
};
struct DestroyMessage {
  void operator()(natsMsg* message) const { natsMsg_Destroy(message); }
};
using OwnedMessage = std::unique_ptr<natsMsg, DestroyMessage>;

absl::Status StatusOf(natsStatus status) {
  return status == NATS_OK ? absl::OkStatus() : Unreachable(natsStatus_GetText(status));
}

int64_t WaitMs(absl::Duration timeout) {
  return std::max<int64_t>(0, absl::ToInt64Milliseconds(timeout));
}

std::string HeaderOf(natsMsg* message, const char* name) {
  const char* value = nullptr;
  return natsMsgHeader_Get(message, name, &value) == NATS_OK && value != nullptr ? value : "";
}

std::string TextOf(const char* text) { return text == nullptr ? "" : text; }

Message MessageOf(const OwnedMessage& from) {
  Message message;
  message.subject = TextOf(natsMsg_GetSubject(from.get()));
  message.reply = TextOf(natsMsg_GetReply(from.get()));
  const int length = natsMsg_GetDataLength(from.get());
  if (length > 0) {
    message.data.assign(natsMsg_GetData(from.get()), static_cast<size_t>(length));
    return message;
  }
  // Whatever is stored has a body, so only the server's own words have none.
  message.status = HeaderOf(from.get(), "Status");
  message.last_consumer_sequence = HeaderOf(from.get(), "Nats-Last-Consumer");
  message.stalled_reply = HeaderOf(from.get(), "Nats-Consumer-Stalled");
  return message;
}

natsStatus SetCredentials(natsOptions* options, const ConnectionOptions& from) {
  if (!from.user.empty()) {
    return natsOptions_SetUserInfo(options, from.user.c_str(), from.password.Reveal().c_str());
  }
  if (!from.token.empty()) return natsOptions_SetToken(options, from.token.Reveal().c_str());
  if (!from.creds_file.empty()) {
    return natsOptions_SetUserCredentialsFromFiles(options, from.creds_file.c_str(), nullptr);
  }
  return NATS_OK;
}

natsStatus SetOptions(natsOptions* options, const ConnectionOptions& from) {
  std::vector<const char*> servers;
  for (const std::string& server : from.servers) servers.push_back(server.c_str());
  natsStatus status =
      natsOptions_SetServers(options, servers.data(), static_cast<int>(servers.size()));
  if (status == NATS_OK) status = natsOptions_SetName(options, from.name.c_str());
  // By itself the library takes tls:// for a wish.
  const bool encrypted = std::any_of(from.servers.begin(), from.servers.end(), [](const auto& url) {
    return absl::StartsWith(url, "tls://");
  });
  if (status == NATS_OK) status = natsOptions_SetSecure(options, encrypted);
  // What servers tell of each other may lead where the configuration does not allow plaintext.
  if (status == NATS_OK) status = natsOptions_SetIgnoreDiscoveredServers(options, true);
  if (status == NATS_OK) status = SetCredentials(options, from);
  if (status == NATS_OK && !from.ca_file.empty()) {
    status = natsOptions_LoadCATrustedCertificates(options, from.ca_file.c_str());
  }
  if (status == NATS_OK) status = natsOptions_SetTimeout(options, kConnectTimeoutMs);
  if (status == NATS_OK) status = natsOptions_SetPingInterval(options, kPingIntervalMs);
  if (status == NATS_OK) status = natsOptions_SetMaxPingsOut(options, kMaxPingsOut);
  if (status == NATS_OK) {
    status = natsOptions_SetMaxReconnect(options, std::numeric_limits<int>::max());
  }
  if (status == NATS_OK) status = natsOptions_SetReconnectWait(options, kReconnectWaitMs);
  if (status == NATS_OK) status = natsOptions_SetReconnectJitter(options, 100, 100);
  if (status == NATS_OK) {
    status = natsOptions_SetWriteDeadline(options,
                                          absl::ToInt64Milliseconds(Connection::kWriteDeadline));
  }
  // Requests under way are told at once that their connection is gone.
  if (status == NATS_OK) status = natsOptions_SetFailRequestsOnDisconnect(options, true);
  return status;
}

}  // namespace

absl::Status Unreachable(absl::string_view cause) {
  Error error;
  error.code = absl::StatusCode::kUnavailable;
  error.reason = "LOG_UNREACHABLE";
  error.message = absl::StrCat("The event log cannot be reached: ", cause);
  error.retry_after = absl::Seconds(1);
  return ToStatus(error);
}

Subscription::~Subscription() { connection_.Retire(subscription_); }

absl::StatusOr<absl::optional<Message>> Subscription::Next(absl::Duration timeout) {
  natsMsg* taken = nullptr;
  const natsStatus status = natsSubscription_NextMsg(&taken, subscription_, WaitMs(timeout));
  const OwnedMessage message(taken);
  if (status == NATS_TIMEOUT) return absl::optional<Message>();
  if (status != NATS_OK && status != NATS_SLOW_CONSUMER) return StatusOf(status);
  if (message == nullptr) return absl::optional<Message>();
  return absl::make_optional(MessageOf(message));
}

absl::StatusOr<std::unique_ptr<Connection>> Connection::Open(const ConnectionOptions& from) {
  std::unique_ptr<Connection> connection(new Connection());
  natsOptions* made = nullptr;
  natsStatus status = natsOptions_Create(&made);
  const std::unique_ptr<natsOptions, DestroyOptions> options(made);
  if (status == NATS_OK) status = SetOptions(options.get(), from);
  const auto lost = [](natsConnection*, void* self) {
    static_cast<Connection*>(self)->connected_ = false;
  };
  const auto found = [](natsConnection*, void* self) {
    static_cast<Connection*>(self)->connected_ = true;
  };
  const auto closed = [](natsConnection*, void* self) {
    const auto closed = static_cast<Connection*>(self)->closed_;
    static_cast<Connection*>(self)->connected_ = false;
    closed->set_value();
  };
  Connection* const self = connection.get();
  if (status == NATS_OK) status = natsOptions_SetDisconnectedCB(options.get(), lost, self);
  if (status == NATS_OK) status = natsOptions_SetReconnectedCB(options.get(), found, self);
  if (status == NATS_OK) status = natsOptions_SetClosedCB(options.get(), closed, self);
  // The library's own handler would write to stderr.
  if (status == NATS_OK) {
    status = natsOptions_SetErrorHandler(
        options.get(), [](natsConnection*, natsSubscription*, natsStatus, void*) {}, nullptr);
  }
  if (status == NATS_OK) status = natsConnection_Connect(&connection->connection_, options.get());
  if (status != NATS_OK) return StatusOf(status);
  return connection;
}

Connection::~Connection() {
  if (connection_ == nullptr) return;
  natsConnection_Close(connection_);
  closed_->get_future().wait();  // Its reading thread has ended.
  for (natsSubscription* subscription : retired_) natsSubscription_Destroy(subscription);
  natsConnection_Destroy(connection_);
}

void Connection::Retire(natsSubscription* subscription) {
  natsSubscription_Unsubscribe(subscription);
  const std::lock_guard<std::mutex> lock(mutex_);
  retired_.push_back(subscription);
}

std::vector<natsSubscription*> Connection::TakeRetired() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return std::exchange(retired_, {});
}

void Connection::PutBack(const std::vector<natsSubscription*>& retired) {
  const std::lock_guard<std::mutex> lock(mutex_);
  retired_.insert(retired_.end(), retired.begin(), retired.end());
}

absl::Status Connection::Publish(const std::string& subject, const std::string& reply,
                                 const Headers& headers, absl::string_view data) {
  natsMsg* made = nullptr;
  natsStatus status =
      natsMsg_Create(&made, subject.c_str(), reply.empty() ? nullptr : reply.c_str(), data.data(),
                     static_cast<int>(data.size()));
  const OwnedMessage message(made);
  for (const auto& [name, value] : headers) {
    if (status == NATS_OK) status = natsMsgHeader_Set(made, name.c_str(), value.c_str());
  }
  if (status == NATS_OK) status = natsConnection_PublishMsg(connection_, made);
  return StatusOf(status);
}

absl::StatusOr<Message> Connection::Request(const std::string& subject, absl::string_view data,
                                            absl::Duration timeout) {
  const std::vector<natsSubscription*> retired = TakeRetired();
  natsMsg* taken = nullptr;
  const natsStatus status =
      natsConnection_Request(&taken, connection_, subject.c_str(), data.data(),
                             static_cast<int>(data.size()), std::max<int64_t>(1, WaitMs(timeout)));
  const OwnedMessage message(taken);
  if (status != NATS_OK) {
    PutBack(retired);
    return StatusOf(status);
  }
  for (natsSubscription* subscription : retired) natsSubscription_Destroy(subscription);
  return MessageOf(message);
}

absl::StatusOr<std::unique_ptr<Subscription>> Connection::Subscribe(const std::string& subject) {
  natsSubscription* made = nullptr;
  const natsStatus status = natsConnection_SubscribeSync(&made, connection_, subject.c_str());
  if (status != NATS_OK) return StatusOf(status);
  return std::unique_ptr<Subscription>(new Subscription(*this, made));
}

std::string Connection::NewInbox() {
  natsInbox* made = nullptr;
  if (natsInbox_Create(&made) != NATS_OK) return "";
  std::string inbox = made;
  natsInbox_Destroy(made);
  return inbox;
}

}  // namespace kyc::events::jetstream
