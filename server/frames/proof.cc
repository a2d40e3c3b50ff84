#include "server/frames/proof.h"

#include <fcntl.h>
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_builder.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "server/frames/counted_reads.h"
#include "server/frames/proof_tls.h"

namespace kyc::frames {
namespace {

// HTTP/2's preface with the empty settings that follow it, and what acknowledges those.
constexpr absl::string_view kHello("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0", 24 + 9);
constexpr absl::string_view kSeen("\0\0\0\4\1\0\0\0\0", 9);
const std::string kSource = "this process itself";
constexpr timeval kPatience = {.tv_sec = 5, .tv_usec = 0};

// Takes one connection and no call.
class ShortServer {
 public:
  explicit ShortServer(const std::shared_ptr<grpc::ServerCredentials>& credentials) {
    grpc::ServerBuilder builder;
    acceptor_ = builder.experimental().AddExternalConnectionAcceptor(
        grpc::ServerBuilder::experimental_type::ExternalConnectionType::FROM_FD, credentials);
    builder.RegisterAsyncGenericService(&service_);
    queue_ = builder.AddCompletionQueue();
    server_ = builder.BuildAndStart();
    if (server_ == nullptr) return;
    thread_ = std::thread([queue = queue_.get()] {
      void* tag;
      bool ok;
      while (queue->Next(&tag, &ok)) {
      }
    });
  }
  ~ShortServer() {
    if (server_ != nullptr) server_->Shutdown(std::chrono::system_clock::now());
    queue_->Shutdown();
    if (thread_.joinable()) thread_.join();
  }

  bool serves() const { return server_ != nullptr; }
  void Take(int connection) {
    grpc::experimental::ExternalConnectionAcceptor::NewConnectionParameters taken;
    taken.fd = connection;
    acceptor_->HandleNewConnection(&taken);
  }

 private:
  std::unique_ptr<grpc::experimental::ExternalConnectionAcceptor> acceptor_;
  grpc::AsyncGenericService service_;
  std::unique_ptr<grpc::ServerCompletionQueue> queue_;
  std::unique_ptr<grpc::Server> server_;
  std::thread thread_;
};

absl::Status NotTried(absl::string_view why) {
  return absl::UnavailableError(
      absl::StrCat("the frame counter could not be tried at the start: ", why));
}

// Whether the other side has read the hello, as it acknowledges it.
bool Greet(int socket) {
  if (send(socket, kHello.data(), kHello.size(), MSG_NOSIGNAL) < 0) return false;
  std::string got;
  char bytes[512];
  while (got.find(std::string(kSeen)) == std::string::npos) {
    const ssize_t size = recv(socket, bytes, sizeof(bytes), 0);
    if (size <= 0) return false;
    got.append(bytes, static_cast<size_t>(size));
  }
  return true;
}

bool GreetOverTls(int socket, AgreeBy by) {
  TlsClient client(socket, by);
  if (!client.Connect() || !client.Write(kHello)) return false;
  std::string got;
  while (got.find(std::string(kSeen)) == std::string::npos) {
    if (!client.ReadInto(got)) return false;
  }
  return true;
}

absl::Status Try(ShortServer& server, absl::FunctionRef<bool(int)> greet, bool count) {
  int ends[2];
  if (!server.serves()) return NotTried("gRPC made no server");
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    return NotTried("no pair of sockets could be made");
  }
  setsockopt(ends[0], SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof(kPatience));
  fcntl(ends[1], F_SETFL, O_NONBLOCK);
  if (count) CountReadsOf(ends[1], kSource);
  {
    const SessionsOf of(kSource);
    server.Take(ends[1]);
  }
  const bool greeted = greet(ends[0]);
  close(ends[0]);
  return greeted ? absl::OkStatus() : NotTried("gRPC's server did not answer");
}

absl::Status NotCounted(absl::string_view function) {
  return absl::UnavailableError(absl::StrCat(
      "gRPC's reading does not pass the frame counter: libgrpc is another one than Debian 12's, or "
      "it does not call this program's ",
      function, "; hostile callers could stop the gateway"));
}

absl::Status OfNoSource() {
  return absl::UnavailableError(
      "gRPC makes a connection's TLS session later than the frame counter can tell whose it is: "
      "libgrpc is another one than Debian 12's; one hostile caller could take all others' share");
}

absl::Status ProvePlain() {
  const int64_t before = SeenSoFar().begun_plain;
  ShortServer server(grpc::InsecureServerCredentials());
  if (absl::Status tried = Try(server, Greet, true); !tried.ok()) return tried;
  return SeenSoFar().begun_plain > before ? absl::OkStatus() : NotCounted("recvmsg");
}

// By every way that a client can take; one that gRPC's server does not know lets nobody in.
absl::Status ProveTls() {
  const auto pair = MakeSelfSigned();
  if (!pair.has_value()) return NotTried("no certificate could be made");
  grpc::SslServerCredentialsOptions options;
  options.pem_key_cert_pairs.push_back({pair->key, pair->certificate});
  ShortServer server(grpc::SslServerCredentials(options));
  for (const AgreeBy by : {AgreeBy::kAlpn, AgreeBy::kNpn}) {
    const Seen before = SeenSoFar();
    absl::Status tried = Try(
        server, [by](int socket) { return GreetOverTls(socket, by); }, false);
    if (!tried.ok() && by == AgreeBy::kAlpn) return tried;
    if (!tried.ok()) continue;
    const Seen now = SeenSoFar();
    if (now.begun_tls == before.begun_tls) return NotCounted("SSL_read");
    if (now.tls_of_no_source > before.tls_of_no_source) return OfNoSource();
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ProveReadsAreCounted(Wire wire) {
  return wire == Wire::kPlain ? ProvePlain() : ProveTls();
}

}  // namespace kyc::frames
