// Stands between libgrpc and what the clients of its server send: no byte is parsed that
// FrameCounter has not looked at.
//
// libgrpc reads a connection by recvmsg, or in TLS by SSL_read. A program that links this library
// has these two names itself, and the dynamic linker gives every library's calls to the program
// first: here they go on to the real ones. The same holds for close, which ends the counting. It
// does not hold for a libgrpc that is linked statically, or that reads in another way: so a start
// proves by proof.h that it does.
#ifndef SERVER_FRAMES_COUNTED_READS_H_
#define SERVER_FRAMES_COUNTED_READS_H_

#include <cstdint>
#include <string>

// OpenSSL's SSL, without its headers: BoringSSL's have the same names.
struct ssl_st;

namespace kyc::frames {

// Descriptors from this number on cannot be counted.
inline constexpr int kMaxDescriptor = 1 << 20;

// What is read from this connection in plaintext is counted from now on, until it is closed. Before
// anybody else reads it. Connections of one `source` also share bounds: crowd.h. False if its
// number is too large. Thread-safe.
bool CountReadsOf(int descriptor, std::string source);

// While it lives, what this thread makes of OpenSSL's sessions are of connections of this source.
// Used by one thread, one at a time.
class SessionsOf {
 public:
  explicit SessionsOf(const std::string& source);
  ~SessionsOf();
  SessionsOf(const SessionsOf&) = delete;
  SessionsOf& operator=(const SessionsOf&) = delete;
};

// In TLS every connection is counted by itself of which this process is the server, whatever it
// agreed on by ALPN: what libgrpc takes is not for this library to guess. Those of no SessionsOf
// are of one source together. But for the sessions of a listener that does not speak HTTP/2, which
// says so of each before anything is read from it. False if there is no memory to note that.
// Thread-safe.
bool LeaveUncounted(ssl_st* session);

// What was seen so far in the whole process. Thread-safe.
struct Seen {
  // Connections that began HTTP/2.
  int64_t begun_plain = 0;
  int64_t begun_tls = 0;
  int64_t tls_of_no_source = 0;  // Of those of TLS.
  // Connections that were ended.
  int64_t not_http2 = 0;
  int64_t header_block = 0;
  int64_t control_frames = 0;
  int64_t work = 0;
  int64_t source = 0;
  int64_t crowd = 0;
};
Seen SeenSoFar();

}  // namespace kyc::frames

#endif  // SERVER_FRAMES_COUNTED_READS_H_
