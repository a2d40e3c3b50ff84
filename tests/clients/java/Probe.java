// The probe of the Java client: see faults/run.py.
import com.finpay.linkage.v1.CreateUpgradeAccountWidgetRequest;
import com.google.protobuf.ByteString;
import com.kyc.client.CursorFile;
import com.kyc.client.Gateway;
import com.kyc.client.GatewayException;
import com.kyc.client.Target;
import com.kyc.client.Watch;
import com.kyc.client.WatchOptions;
import com.netzme.v1.GetUpgradeRequest;
import com.netzme.v1.UpgradeEvent;
import com.widekyc.v1.DetectLivenessRequest;
import com.widekyc.v1.ValidateIdRequest;
import io.grpc.Status;
import java.io.File;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import java.util.stream.Collectors;

final class Probe {
  private static final ByteString PICTURE = picture(100);

  public static void main(String[] arguments) throws Exception {
    if (arguments[0].equals("calls")) {
      calls(arguments[1], arguments[2], arguments[3], arguments[4], arguments[5], new File(arguments[6]),
          arguments[7]);
    } else if (arguments[0].equals("repeat")) {
      repeat(arguments[1], arguments[2]);
    } else {
      watch(arguments[1], Path.of(arguments[2]), arguments[3]);
    }
  }

  private static void say(String line) {
    System.out.println(line);
    System.out.flush();
  }

  private static ByteString picture(int size) {
    byte[] bytes = new byte[size + 4];
    for (int i = 0; i < 4; ++i) bytes[i] = (byte) (0xffd8ffe0 >> (24 - 8 * i));
    return ByteString.copyFrom(bytes);
  }

  /** The error as a line of calls.expected. */
  private static String told(GatewayException error) {
    // Who was first, the library or the gateway, is chance.
    if (error.code() == Status.Code.DEADLINE_EXCEEDED) return error.code().name();
    String line = error.code() + " " + error.reason().name().substring("REASON_".length()) + " "
        + error.outcome().name().substring("OUTCOME_".length()) + " repeat=" + (error.mayRepeat() ? "yes" : "no");
    if (!error.retryDelay().isZero()) line += " retry=" + error.retryDelay().toSeconds();
    if (!error.requestId().isEmpty()) line += " id=" + error.requestId();
    if (!error.trxId().isEmpty()) line += " trx=" + error.trxId();
    if (!error.fieldViolations().isEmpty()) {
      line += " fields="
          + error.fieldViolations().stream().map(GatewayException.FieldViolation::field).collect(Collectors.joining(","));
    }
    return line;
  }

  private static void tell(String name, Supplier<Object> call) {
    try {
      say(name + ": OK " + call.get());
    } catch (GatewayException error) {
      say(name + ": " + told(error));
    }
  }

  private static boolean live(Gateway gateway, String reference, ByteString picture) {
    return gateway.detectLiveness(DetectLivenessRequest.newBuilder().setCustRefNo(reference).setSelfieImage(picture).build()).getLive();
  }

  private static ValidateIdRequest card(String reference) {
    return ValidateIdRequest.newBuilder().setCustRefNo(reference).setNik("3671121401010004").build();
  }

  private static Object valid(Gateway gateway, String reference) { return gateway.validateId(card(reference)); }

  private static void repeat(String address, String reference) throws InterruptedException {
    ValidateIdRequest request = Gateway.withRequestId(card(reference));
    try (Gateway gateway = new Gateway(Target.plaintext(address))) {
      for (;;) {
        try {
          gateway.validateId(request);
          say("OK id=" + request.getRequestId());
          return;
        } catch (GatewayException error) {
          say(told(error));
          if (!error.mayRepeat()) return;
          Thread.sleep(100);
        }
      }
    }
  }

  private static Object found(Gateway gateway) {
    return gateway.getUpgrade(GetUpgradeRequest.newBuilder().setOriginalReferenceNo("nobody").build());
  }

  private static void calls(String address, String dead, String lonely, String logless, String tls, File authority, String token) {
    Target trusted = Target.tls(tls).withCaFile(authority);
    try (Gateway plain = new Gateway(Target.plaintext(address));
        Gateway forwarded = new Gateway(Target.plaintext(address).withHeaders(Map.of("x-forwarded-for", "192.0.2.1")).withoutProxy());
        Gateway nobody = new Gateway(Target.plaintext(dead), Duration.ofSeconds(5));
        Gateway cutOff = new Gateway(Target.plaintext(lonely));
        Gateway forgetful = new Gateway(Target.plaintext(logless));
        Gateway secure = new Gateway(trusted.withToken(() -> token));
        Gateway stranger = new Gateway(trusted.withToken(() -> "wrong"));
        Gateway untrusting = new Gateway(Target.tls(tls).withToken(() -> token), Duration.ofSeconds(5))) {
      tell("live", () -> live(plain, "probe", PICTURE));
      tell("large", () -> live(plain, "probe", picture(8_000_000)));
      tell("widget", () -> plain.createUpgradeAccountWidget(CreateUpgradeAccountWidgetRequest.newBuilder()
          .setPartnerReferenceNo("probe-00001").setPhoneNo("081234567890").build()).getOutcome());
      tell("invalid", () -> plain.validateId(ValidateIdRequest.newBuilder().setNik("1").setBirthDate("31-02-2000").build()));
      tell("rate", () -> valid(plain, "sim-429"));
      tell("quota", () -> valid(plain, "sim-quota"));
      tell("broken", () -> valid(plain, "sim-500"));
      tell("lost", () -> valid(plain, "sim-close-before-reply"));
      tell("no verdict", () -> live(plain, "sim-no-verdict", PICTURE));
      tell("no event", () -> found(plain));
      tell("named", () -> plain.validateId(card("sim-500").toBuilder().setRequestId("own-1").build()));
      tell("late", () -> valid(plain.within(Duration.ofMillis(500)), "sim-slow-5000"));
      tell("dead", () -> valid(nobody, "probe"));
      tell("dead, nameless", () -> valid(nobody.withoutRequestIds(), "probe"));
      tell("dead, reading", () -> found(nobody));
      tell("unreachable", () -> live(cutOff, "probe", PICTURE));
      tell("no log", () -> live(forgetful, "probe", PICTURE));
      tell("no log, nameless", () -> live(forgetful.withoutRequestIds(), "probe", PICTURE));
      tell("tls", () -> live(secure, "probe", PICTURE));
      tell("tls, wrong token", () -> live(stranger, "probe", PICTURE));
      tell("tls, wrong authority", () -> live(untrusting, "probe", PICTURE));
      tell("a header of proxies", () -> live(forwarded, "probe", PICTURE));
    }
  }

  private static void watch(String address, Path file, String what) throws Exception {
    WatchOptions options = WatchOptions.defaults().withSince(Instant.ofEpochSecond(1)).withHeartbeat(Duration.ofSeconds(1))
        .onState((state, error) -> say("state " + state.name().toLowerCase() + (error == null ? "" : " after " + error.getMessage())))
        .onCursorProblem(problem -> {
          say("problem " + problem.reason().name().substring("REASON_".length()));
          return what.equals("oldest") ? problem.oldestCursor() : what.equals("newest") ? problem.newestCursor() : null;
        });
    try (Gateway gateway = new Gateway(Target.plaintext(address));
        Watch watch = gateway.watchUpgrades(new CursorFile(file), options)) {
      // SIGTERM: the hook lets Java end only once the watch has.
      CountDownLatch ended = new CountDownLatch(1);
      Runtime.getRuntime().addShutdownHook(new Thread(() -> {
        watch.stop();
        try {
          ended.await();
        } catch (InterruptedException interrupted) {
          Thread.currentThread().interrupt();
        }
        Runtime.getRuntime().halt(0);
      }));
      Watch.Batch last = null;
      for (Watch.Batch batch; (batch = watch.next()) != null; last = batch) {
        for (UpgradeEvent event : batch.events()) say("event " + event.getSequence() + " " + event.getOriginalReferenceNo());
        batch.confirm();
        if (last != null) last.confirm(); // Moves nothing back.
      }
      say("stopped");
      ended.countDown();
    } catch (GatewayException error) {
      say("failed " + error.code() + " " + error.reason().name().substring("REASON_".length()));
      Runtime.getRuntime().halt(1);
    }
  }
}
