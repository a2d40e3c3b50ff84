import { ChannelCredentials, Client, ClientOptions, credentials, Metadata } from "@grpc/grpc-js";
import type { MethodDefinition } from "@grpc/proto-loader";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { methods } from "./contracts.js";
import { CursorInMemory, CursorStore } from "./cursors.js";
import { errorOf, GatewayError } from "./errors.js";
import { Watch, WatchOptions } from "./watch.js";

export interface GatewayOptions {
  /** A bearer token, or a function that returns the one of the moment. */
  token?: string | (() => string);
  plaintext?: boolean;
  /** PEM files, read for each connection. Without caFile the system's authorities are believed. */
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
  constructor(
    private readonly address: string,
    private readonly options: GatewayOptions,
  ) {}

  /** A connection of its own. */
  open(): Client {
    const proxy = { "grpc.enable_http_proxy": this.options.useProxy === false ? 0 : 1 };
    return new Client(this.address, this.security(), { ...channelOptions, ...proxy });
  }

  headers(): Metadata {
    const headers = new Metadata();
    for (const [name, value] of Object.entries(this.options.headers ?? {})) headers.set(name, value);
    const token = typeof this.options.token === "function" ? this.options.token() : this.options.token;
    if (token) headers.set("authorization", `Bearer ${token}`);
    return headers;
  }

  private security(): ChannelCredentials {
    if (this.options.plaintext) return credentials.createInsecure();
    const file = (path?: string) => (path === undefined ? null : readFileSync(path));
    return credentials.createSsl(file(this.options.caFile), file(this.options.keyFile), file(this.options.certificateFile));
  }
}

/** Doubles from 0.1 s on; chance takes away up to a half, so that callers do not come back together. */
export function pauseAfter(tries: number, longestMs: number): number {
  return Math.min(100 * 2 ** Math.min(tries, 20), longestMs) * (1 - Math.random() / 2);
}

/**
 * Calls and watches of one gateway. Each call rejects with a GatewayError where it fails. A call of finpay or widekyc puts a requestId
 * into a request that has none, and so repeats of the same request are one call.
 */
export class Gateway {
  readonly createUpgradeAccountWidget = this.method(methods.CreateUpgradeAccountWidget);
  readonly detectLiveness = this.method(methods.DetectLiveness);
  readonly recognizeId = this.method(methods.RecognizeId);
  readonly validateId = this.method(methods.ValidateId);
  readonly getUpgrade = this.method(methods.GetUpgrade, true);
  readonly listUpgrades = this.method(methods.ListUpgrades, true);
  private readonly target: Target;
  private readonly client: Client;

  constructor(
    address: string,
    private readonly options: GatewayOptions = {},
  ) {
    this.target = new Target(address, options);
    this.client = this.target.open();
  }

  /** Ends all calls. Watches have connections of their own. */
  close(): void {
    this.client.close();
  }

  /** Each stream has a connection of its own. Without a store the cursor is kept in memory. */
  watchUpgrades(cursors: CursorStore = new CursorInMemory(), options: WatchOptions = {}): Watch {
    return new Watch(this.target, cursors, options);
  }

  /** Repeats, twice at most, only what cannot be billed twice, whatever an upstream says. */
  private method<Request extends object, Response>(method: MethodDefinition<Request, any, any, Response>, onlyReads = false) {
    return async (asked: Request, timeoutMs?: number): Promise<Response> => {
      const request = onlyReads ? asked : this.keyed(asked);
      const deadline = Date.now() + (timeoutMs ?? this.options.timeoutMs ?? 30_000);
      for (let tries = 1; ; ++tries) {
        const answer = await this.once(method, request, deadline, onlyReads);
        if (!(answer instanceof GatewayError)) return answer;
        const free = answer.mayRepeat() && answer.outcome !== "OUTCOME_REFUSED";
        const pause = Math.max(answer.retryDelayMs ?? 0, pauseAfter(tries, 2_000));
        if (tries >= 3 || !free || Date.now() + pause >= deadline) throw answer;
        await sleep(pause);
      }
    };
  }

  private once<Request, Response>(
    method: MethodDefinition<Request, any, any, Response>, request: Request & { requestId?: string }, deadline: number, onlyReads: boolean,
  ): Promise<Response | GatewayError> {
    const { path, requestSerialize, responseDeserialize } = method;
    return new Promise((resolve, reject) =>
      this.client.makeUnaryRequest(path, requestSerialize, responseDeserialize, request, this.target.headers(), { deadline },
        (error, response) => {
          if (!error) resolve(response!);
          else if (error.code === undefined) reject(error); // Not gRPC's: a request that does not fit its type.
          else resolve(errorOf(error, onlyReads, onlyReads ? "" : request.requestId));
        }),
    );
  }

  /** With a key of the call's own, which is put into a request that has none: its repeats have it, too. */
  private keyed<Request extends { requestId?: string }>(request: Request): Request {
    if (request.requestId || this.options.requestIds === false) return request;
    const requestId = randomUUID();
    Reflect.set(request, "requestId", requestId); // A frozen one stays as it is; the error tells the key.
    return { ...request, requestId };
  }
}
