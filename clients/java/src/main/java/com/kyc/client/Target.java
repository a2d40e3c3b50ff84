package com.kyc.client;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ChannelCredentials;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.TlsChannelCredentials;
import java.io.File;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Where the gateway is, and who calls. Without caFile the system's authorities are believed.
 *
 * @param token returns the bearer token of the moment; null: none
 * @param headers more of each call, their names in small letters
 * @param usesProxy whether the system's proxies are heeded, as gRPC does
 */
public record Target(String address, Supplier<String> token, boolean isPlaintext, File caFile, File certificateFile, File keyFile,
    Map<String, String> headers, boolean usesProxy) {
  private static final Metadata.Key<String> AUTHORIZATION = keyOf("authorization");

  private static Metadata.Key<String> keyOf(String name) { return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER); }

  public static Target tls(String address) { return new Target(address, null, false, null, null, null, Map.of(), true); }

  public static Target plaintext(String address) { return new Target(address, null, true, null, null, null, Map.of(), true); }

  public Target withToken(Supplier<String> other) {
    return new Target(address, other, isPlaintext, caFile, certificateFile, keyFile, headers, usesProxy);
  }

  public Target withCaFile(File other) {
    return new Target(address, token, isPlaintext, other, certificateFile, keyFile, headers, usesProxy);
  }

  public Target withCertificate(File certificate, File key) {
    return new Target(address, token, isPlaintext, caFile, certificate, key, headers, usesProxy);
  }

  public Target withHeaders(Map<String, String> others) {
    return new Target(address, token, isPlaintext, caFile, certificateFile, keyFile, Map.copyOf(others), usesProxy);
  }

  public Target withoutProxy() {
    return new Target(address, token, isPlaintext, caFile, certificateFile, keyFile, headers, false);
  }

  /**
   * What no channel does by itself is repeat a call that was sent: gRPC's retryPolicy goes by the code alone, and UNAVAILABLE is also what
   * the library says of a connection that broke while a billed call ran. What gRPC repeats without being told never reached the server's
   * application. For the same reason no service config from DNS is taken.
   */
  ManagedChannel open() {
    try {
      ManagedChannelBuilder<?> channel = Grpc.newChannelBuilder(address, credentials());
      if (!usesProxy) channel.proxyDetector(to -> null);
      return channel
          .defaultLoadBalancingPolicy("round_robin")
          .disableServiceConfigLookUp()
          .keepAliveTime(30, TimeUnit.SECONDS)
          .keepAliveTimeout(10, TimeUnit.SECONDS)
          .keepAliveWithoutCalls(true)
          .maxInboundMessageSize(20 << 20)
          .intercept(new Caller(token, headers))
          .build();
    } catch (IOException unreadable) {
      throw new IllegalArgumentException(unreadable);
    }
  }

  private ChannelCredentials credentials() throws IOException {
    if (isPlaintext) return InsecureChannelCredentials.create();
    TlsChannelCredentials.Builder tls = TlsChannelCredentials.newBuilder();
    if (caFile != null) tls.trustManager(caFile);
    if (certificateFile != null) tls.keyManager(certificateFile, keyFile);
    return tls.build();
  }

  private record Caller(Supplier<String> token, Map<String, String> more) implements ClientInterceptor {
    @Override
    public <Q, R> ClientCall<Q, R> interceptCall(MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
      return new ForwardingClientCall.SimpleForwardingClientCall<>(next.newCall(method, options)) {
        @Override
        public void start(Listener<R> listener, Metadata headers) {
          more.forEach((name, value) -> headers.put(keyOf(name), value));
          if (token != null) headers.put(AUTHORIZATION, "Bearer " + token.get());
          super.start(listener, headers);
        }
      };
    }
  }
}
