// The probe of the client for Node: see faults/run.py.
import { type Batch, CursorFile, Gateway, GatewayError, type GatewayOptions } from "kyc-gateway-client";

const say = (line: string) => process.stdout.write(line + "\n");
const short = (text: string) => text.replace(/^(REASON|OUTCOME)_/, "");

/** The error as a line of calls.expected. */
function told(error: unknown): string {
  if (!(error instanceof GatewayError)) throw error;
  const code = error.message.split(":")[0];
  if (code === "DEADLINE_EXCEEDED") return code; // Who was first, the library or the gateway, is chance.
  const parts = [code, short(error.reason), short(error.outcome), `repeat=${error.mayRepeat() ? "yes" : "no"}`];
  if (error.retryDelayMs) parts.push(`retry=${error.retryDelayMs / 1000}`);
  if (error.requestId) parts.push(`id=${error.requestId}`);
  if (error.trxId) parts.push(`trx=${error.trxId}`);
  if (error.fieldViolations.length) parts.push("fields=" + error.fieldViolations.map(({ field }) => field).join(","));
  return parts.join(" ");
}

const card = (custRefNo: string): { custRefNo: string; nik: string; requestId?: string } => ({ custRefNo, nik: "3671121401010004" });

async function repeat(address: string, reference: string) {
  const gateway = new Gateway(address, { plaintext: true });
  const request = card(reference);
  for (let again = true; again; ) {
    try {
      await gateway.validateId(request);
      say(`OK id=${request.requestId}`);
      again = false;
    } catch (error) {
      say(told(error));
      again = (error as GatewayError).mayRepeat();
      await new Promise((done) => setTimeout(done, 100));
    }
  }
  gateway.close();
}

async function calls(address: string, dead: string, lonely: string, logless: string, tls: string, caFile: string, token: string) {
  const opened: Gateway[] = [];
  const open = (to: string, options: GatewayOptions) => {
    opened.push(new Gateway(to, options));
    return opened[opened.length - 1];
  };
  const tell = async (name: string, answer: Promise<string>) => say(`${name}: ${await answer.catch(told)}`);
  const plain = open(address, { plaintext: true });
  const nobody = open(dead, { plaintext: true, timeoutMs: 5_000 });
  const picture = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.alloc(100)]);
  const liveness = async (gateway: Gateway, custRefNo: string, selfieImage = picture, timeoutMs?: number) =>
    `OK ${(await gateway.detectLiveness({ custRefNo, selfieImage }, timeoutMs)).live}`;
  const validate = async (gateway: Gateway, custRefNo: string, timeoutMs?: number) =>
    `OK ${JSON.stringify(await gateway.validateId(card(custRefNo), timeoutMs))}`;
  const get = async (gateway: Gateway) => `OK ${JSON.stringify(await gateway.getUpgrade({ originalReferenceNo: "nobody" }))}`;

  await tell("live", liveness(plain, "probe"));
  await tell("large", liveness(plain, "probe", Buffer.concat([picture, Buffer.alloc(8_000_000)])));
  const widget = plain.createUpgradeAccountWidget({ partnerReferenceNo: "probe-00001", phoneNo: "081234567890" });
  await tell("widget", widget.then(({ outcome }) => `OK ${outcome}`));
  await tell("invalid", plain.validateId({ nik: "1", birthDate: "31-02-2000" }).then(() => "OK"));
  await tell("rate", validate(plain, "sim-429"));
  await tell("quota", validate(plain, "sim-quota"));
  await tell("broken", validate(plain, "sim-500"));
  await tell("lost", validate(plain, "sim-close-before-reply"));
  await tell("no verdict", liveness(plain, "sim-no-verdict"));
  await tell("no event", get(plain));
  await tell("named", plain.validateId({ ...card("sim-500"), requestId: "own-1" }).then(() => "OK"));
  await tell("late", validate(plain, "sim-slow-5000", 500));
  await tell("dead", validate(nobody, "probe"));
  await tell("dead, nameless", validate(open(dead, { plaintext: true, timeoutMs: 5_000, requestIds: false }), "probe"));
  await tell("dead, reading", get(nobody));
  await tell("unreachable", liveness(open(lonely, { plaintext: true }), "probe"));
  await tell("no log", liveness(open(logless, { plaintext: true }), "probe"));
  await tell("no log, nameless", liveness(open(logless, { plaintext: true, requestIds: false }), "probe"));
  await tell("tls", liveness(open(tls, { caFile, token: () => token }), "probe"));
  await tell("tls, wrong token", liveness(open(tls, { caFile, token: "wrong" }), "probe"));
  await tell("tls, wrong authority", liveness(open(tls, { token }), "probe", picture, 5_000));
  const forwarded = open(address, { plaintext: true, headers: { "x-forwarded-for": "192.0.2.1" }, useProxy: false });
  await tell("a header of proxies", liveness(forwarded, "probe"));
  for (const gateway of opened) gateway.close();
}

async function watch(address: string, file: string, what: string) {
  const gateway = new Gateway(address, { plaintext: true });
  const watch = gateway.watchUpgrades(new CursorFile(file), {
    since: new Date(1_500),
    heartbeatSeconds: 1,
    onState: (state, error) => say(`state ${state}${error ? ` after ${error.message}` : ""}`),
    onCursorProblem: ({ reason, oldestCursor, newestCursor }) => {
      say(`problem ${short(reason)}`);
      return { oldest: oldestCursor, newest: newestCursor }[what];
    },
  });
  process.once("SIGTERM", () => watch.stop());
  let last: Batch | undefined;
  try {
    for await (const batch of watch) {
      for (const event of batch.events) say(`event ${event.sequence} ${event.originalReferenceNo}`);
      await batch.confirm();
      await last?.confirm(); // Moves nothing back.
      last = batch;
    }
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    say(`failed ${error.message.split(":")[0]} ${error.reasonText}`);
    process.exitCode = 1;
    return;
  } finally {
    gateway.close();
  }
  say("stopped");
}

const [what, ...rest] = process.argv.slice(2);
await ({ calls, repeat, watch } as Record<string, (...where: string[]) => Promise<void>>)[what](...rest);
