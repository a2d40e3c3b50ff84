import { ChannelCredentials, ClientOptions, ClientUnaryCall, credentials, Metadata, ServiceError } from "@grpc/grpc-js";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { contracts } from "./contracts.js";
import { CursorInMemory, CursorStore } from "./cursors.js";
import { errorOf, GatewayError } from "./errors.js";
import type { CreateUpgradeAccountWidgetRequest } from "./stubs/finpay/linkage/v1/CreateUpgradeAccountWidgetRequest.js";
import type { CreateUpgradeAccountWidgetResponse__Output } from "./stubs/finpay/linkage/v1/CreateUpgradeAccountWidgetResponse.js";
import type { GetUpgradeRequest } from "./stubs/netzme/v1/GetUpgradeRequest.js";
import type { GetUpgradeResponse__Output } from "./stubs/netzme/v1/GetUpgradeResponse.js";
import type { ListUpgradesRequest } from "./stubs/netzme/v1/ListUpgradesRequest.js";
import type { ListUpgradesResponse__Output } from "./stubs/netzme/v1/ListUpgradesResponse.js";
import type { DetectLivenessRequest } from "./stubs/widekyc/v1/DetectLivenessRequest.js";
import type { DetectLivenessResponse__Output } from "./stubs/widekyc/v1/DetectLivenessResponse.js";
import type { RecognizeIdRequest } from "./stubs/widekyc/v1/RecognizeIdRequest.js";
import type { RecognizeIdResponse__Output } from "./stubs/widekyc/v1/RecognizeIdResponse.js";
import type { ValidateIdRequest } from "./stubs/widekyc/v1/ValidateIdRequest.js";
import type { ValidateIdResponse__Output } from "./stubs/widekyc/v1/ValidateIdResponse.js";
import { Watch, WatchOptions } from "./watch.js";

export interface GatewayOptions {
  /** A bearer token, or a function that returns the one of the moment. */
  token?: string | (() => string);
  plaintext?: boolean;
  /** PEM files. Without caFile the system's authorities are believed. */
  caFile?: string;
  certificateFile?: string;
  keyFile?: string;
  /** More of each call, their names in small letters. */
  headers?: Record<string, string>;
  /** Whether the environment's proxies are heeded, as gRPC does. Default true. */
  useProxy?: boolean;
  /** Whether a call that has no requestId gets one. Default true. */
  requestIds?: boolean;
  /** Bounds a call with its repeats. Default 30,000. */
  timeoutMs?: number;
}

// What no channel does by itself is repeat a call that was sent: gRPC's retryPolicy goes by the code alone, and UNAVAILABLE is also
// what the library says of a connection that broke while a billed call ran. What gRPC repeats without being told never reached the
// server's application. For the same reason no service config from DNS is taken.
const channelOptions: ClientOptions = {
  "grpc.service_config": JSON.stringify({ loadBalancingConfig: [{ round_robin: {} }] }),
  "grpc.service_config_disable_resolution": 1,
  "grpc.keepalive_time_ms": 30_000,
  "grpc.keepalive_timeout_ms": 10_000,
  "grpc.keepalive_permit_without_calls": 1,
  "grpc.max_send_message_length": 20 << 20,
  "grpc.max_receive_message_length": 20 << 20,
  "grpc.max_reconnect_backoff_ms": 5_000,
  "grpc.use_local_subchannel_pool": 1,
};

/** Where the gateway is, and who calls. */
export class Target {
  private readonly security: ChannelCredentials;

  constructor(
    private readonly address: string,
    private readonly options: GatewayOptions,
  ) {
    const file = (path?: string) => (path === undefined ? null : readFileSync(path));
    this.security = options.plaintext
      ? credentials.createInsecure()
      : credentials.createSsl(file(options.caFile), file(options.keyFile), file(options.certificateFile));
  }

  open<Client>(type: new (address: string, security: ChannelCredentials, options: ClientOptions) => Client): Client {
    return new type(this.address, this.security, { ...channelOptions, "grpc.enable_http_proxy": this.options.useProxy === false ? 0 : 1 });
  }

  headers(): Metadata {
    const headers = new Metadata();
    for (const [name, value] of Object.entries(this.options.headers ?? {})) headers.set(name, value);
    const token = typeof this.options.token === "function" ? this.options.token() : this.options.token;
    if (token) headers.set("authorization", `Bearer ${token}`);
    return headers;
  }
}

/** Doubles from 0.1 s on; chance takes away up to a half, so that callers do not come back together. */
export function pauseAfter(tries: number, longestMs: number): number {
  return Math.min(100 * 2 ** Math.min(tries, 20), longestMs) * (1 - Math.random() / 2);
}

type Method<Request, Response> = (
  request: Request,
  headers: Metadata,
  options: { deadline: number },
  done: (error: ServiceError | null, response?: Response) => void,
) => ClientUnaryCall;

/**
 * Calls and watches of one gateway. Each call rejects with a GatewayError where it fails. A call of finpay or widekyc puts a requestId
 * into a request that has none, and so repeats of the same request are one call.
 */
export class Gateway {
  private readonly target: Target;
  private readonly finpay;
  private readonly wideKyc;
  private readonly netzme;

  constructor(
    address: string,
    private readonly options: GatewayOptions = {},
  ) {
    this.target = new Target(address, options);
    this.finpay = this.target.open(contracts.finpay.linkage.v1.UpgradeAccountService);
    this.wideKyc = this.target.open(contracts.widekyc.v1.WideKycService);
    this.netzme = this.target.open(contracts.netzme.v1.UpgradeNotificationService);
  }

  /** Ends all calls. Watches have connections of their own. */
  close(): void {
    for (const client of [this.finpay, this.wideKyc, this.netzme]) client.close();
  }

  createUpgradeAccountWidget(request: CreateUpgradeAccountWidgetRequest, timeoutMs?: number) {
    return this.call<CreateUpgradeAccountWidgetRequest, CreateUpgradeAccountWidgetResponse__Output>(
      this.finpay.createUpgradeAccountWidget.bind(this.finpay), request, timeoutMs);
  }

  detectLiveness(request: DetectLivenessRequest, timeoutMs?: number) {
    return this.call<DetectLivenessRequest, DetectLivenessResponse__Output>(
      this.wideKyc.detectLiveness.bind(this.wideKyc), request, timeoutMs);
  }

  recognizeId(request: RecognizeIdRequest, timeoutMs?: number) {
    return this.call<RecognizeIdRequest, RecognizeIdResponse__Output>(this.wideKyc.recognizeId.bind(this.wideKyc), request, timeoutMs);
  }

  validateId(request: ValidateIdRequest, timeoutMs?: number) {
    return this.call<ValidateIdRequest, ValidateIdResponse__Output>(this.wideKyc.validateId.bind(this.wideKyc), request, timeoutMs);
  }

  getUpgrade(request: GetUpgradeRequest, timeoutMs?: number) {
    return this.call<GetUpgradeRequest, GetUpgradeResponse__Output>(this.netzme.getUpgrade.bind(this.netzme), request, timeoutMs, true);
  }

  listUpgrades(request: ListUpgradesRequest, timeoutMs?: number) {
    return this.call<ListUpgradesRequest, ListUpgradesResponse__Output>(
      this.netzme.listUpgrades.bind(this.netzme), request, timeoutMs, true);
  }

  /** Each stream has a connection of its own. Without a store the cursor is kept in memory. */
  watchUpgrades(cursors: CursorStore = new CursorInMemory(), options: WatchOptions = {}): Watch {
    return new Watch(this.target, cursors, options);
  }

  /** Repeats, twice at most, only what cannot be billed twice, whatever an upstream says. */
  private async call<Request extends object, Response>(
    method: Method<Request, Response>, asked: Request, timeoutMs: number | undefined, onlyReads = false,
  ): Promise<Response> {
    const request = onlyReads ? asked : this.keyed(asked);
    const { requestId } = request as { requestId?: string };
    const deadline = Date.now() + (timeoutMs ?? this.options.timeoutMs ?? 30_000);
    for (let tries = 1; ; ++tries) {
      const answer = await new Promise<Response | GatewayError>((resolve, reject) =>
        method(request, this.target.headers(), { deadline }, (error, response) => {
          try {
            resolve(error ? errorOf(error, onlyReads, requestId) : response!);
          } catch (other) {
            reject(other);
          }
        }),
      );
      if (!(answer instanceof GatewayError)) return answer;
      const free = answer.mayRepeat() && answer.outcome !== "OUTCOME_REFUSED";
      const pause = Math.max(answer.retryDelayMs ?? 0, pauseAfter(tries, 2_000));
      if (tries >= 3 || !free || Date.now() + pause >= deadline) throw answer;
      await sleep(pause);
    }
  }

  /** With a key of the call's own, which is put into a request that has none: its repeats have it, too. */
  private keyed<Request extends { requestId?: string }>(request: Request): Request {
    if (request.requestId || this.options.requestIds === false) return request;
    const requestId = randomUUID();
    Reflect.set(request, "requestId", requestId); // A frozen one stays as it is; the error tells the key.
    return { ...request, requestId };
  }
}
