import { ServiceError, status } from "@grpc/grpc-js";
import { methods } from "./contracts.js";
import { CursorStore } from "./cursors.js";
import { errorOf, GatewayError } from "./errors.js";
import { pauseAfter, Target } from "./gateway.js";
import type { Reason__Output as Reason } from "./stubs/kyc/errors/v1/Reason.js";
import type { From } from "./stubs/netzme/v1/From.js";
import type { UpgradeEvent__Output } from "./stubs/netzme/v1/UpgradeEvent.js";
import type { UpgradeFilter } from "./stubs/netzme/v1/UpgradeFilter.js";
import type { View } from "./stubs/netzme/v1/View.js";
import type { WatchUpgradesRequest } from "./stubs/netzme/v1/WatchUpgradesRequest.js";
import type { WatchUpgradesResponse__Output as Message } from "./stubs/netzme/v1/WatchUpgradesResponse.js";

export type WatchState = "connecting" | "catching up" | "live" | "waiting" | "stopped";

/** The server cannot go on from the cursor. reason: REASON_CURSOR_EXPIRED, _FOREIGN, _AHEAD or _INVALID. */
export interface CursorProblem {
  readonly reason: Reason;
  readonly cursor: string;
  /** Going on from these sees all that is left, or only what is new. */
  readonly oldestCursor: string;
  readonly newestCursor: string;
  readonly error: GatewayError;
}

/** Where a watch begins when its store has no cursor, and what it sees. */
export interface WatchOptions {
  start?: From;
  /** Begins with the first event received at or after this, instead of start. */
  since?: Date;
  filter?: UpgradeFilter;
  view?: View;
  /** 1 to 60 seconds, default 15. After three of them without a word the connection is given up. */
  heartbeatSeconds?: number;
  /** Asked when the cursor is no good: the cursor to go on from, or undefined to end the watch with the error. Without it, it ends. */
  onCursorProblem?: (problem: CursorProblem) => string | undefined | Promise<string | undefined>;
  /** Told of each change of the state, with the error that made it. */
  onState?: (state: WatchState, error?: GatewayError) => void;
}

/** Events that arrived together, oldest first, and the cursor behind them. */
export interface Batch {
  readonly events: readonly UpgradeEvent__Output[];
  readonly cursor: string;
  /** These events, and all before, are done with: the watch never brings them again. */
  confirm(): Promise<void>;
}

const cursorProblems: readonly string[] = [
  "REASON_CURSOR_EXPIRED", "REASON_CURSOR_FOREIGN", "REASON_CURSOR_AHEAD", "REASON_CURSOR_INVALID",
];
// What asking again does not mend. Later, these may be a rotation of tokens or an upgrade, which passes.
const wrongAtFirst = [status.UNAUTHENTICATED, status.PERMISSION_DENIED, status.UNIMPLEMENTED];
const timestampOf = (time: Date) => ({ seconds: Math.floor(time.getTime() / 1000), nanos: (time.getTime() % 1000) * 1e6 });
const stopped = Symbol("stopped");
const silent = Symbol("silent");

/** Iterate over it by `for await` for batches. It ends by stop(), by an error that no repeat mends, or when a bad cursor is not replaced. */
export class Watch implements AsyncIterable<Batch> {
  private current: WatchState = "connecting";
  private completeAt = performance.now();
  private cursor?: string; // The last one that was confirmed.
  private handed = 0; // Batches are counted.
  private confirmed = 0;
  private fruitless = 0; // Streams that brought nothing.
  private startedOnce = false;
  private nearRetention = false;
  private stopNow!: () => void;
  private readonly stopping = new Promise<typeof stopped>((resolve) => (this.stopNow = () => resolve(stopped)));
  private readonly heartbeatSeconds: number;

  constructor(
    private readonly target: Target,
    private readonly cursors: CursorStore,
    private readonly options: WatchOptions,
  ) {
    this.heartbeatSeconds = options.heartbeatSeconds ?? 15;
  }

  get state(): WatchState {
    return this.current;
  }

  /** Seconds since all that was committed was known to have been handed over: an upper bound of what is not known yet. */
  get lag(): number {
    return (performance.now() - this.completeAt) / 1000;
  }

  /** The iteration ends as soon as it asks for more. */
  stop(): void {
    this.stopNow();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Batch, void, undefined> {
    this.cursor = await this.cursors.load();
    try {
      for (;;) {
        this.enter("connecting");
        const end = yield* this.stream();
        if (end === stopped || (await this.goOn(end)) === stopped) return;
      }
    } finally {
      this.enter("stopped");
    }
  }

  /** Returns why the stream ended. */
  private async *stream(): AsyncGenerator<Batch, GatewayError | typeof stopped, undefined> {
    const client = this.target.open();
    const { path, requestSerialize, responseDeserialize } = methods.WatchUpgrades;
    const call = client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, this.request(), this.target.headers());
    call.on("error", () => {}); // The one that follows cancel(), which nobody awaits.
    const messages = call[Symbol.asyncIterator]();
    try {
      for (;;) {
        const next = await this.within(messages.next(), 3000 * this.heartbeatSeconds);
        if (next === stopped) return stopped;
        if (next === silent) return new GatewayError(status.UNAVAILABLE, "the server has fallen silent", undefined, true);
        if (next.done) return new GatewayError(status.OK, "the server ended the stream", undefined, true);
        const message: Message = next.value;
        const number = this.take(message);
        if (number === undefined) await this.confirm(0, message.cursor);
        else yield { events: message.events!.events, cursor: message.cursor, confirm: () => this.confirm(number, message.cursor) };
      }
    } catch (failure) {
      if ((failure as Partial<ServiceError>).metadata === undefined) throw failure; // The store's, or the program's.
      return errorOf(failure as ServiceError, true);
    } finally {
      call.cancel();
      client.close();
    }
  }

  private async within<Value>(value: Promise<Value>, milliseconds: number): Promise<Value | typeof stopped | typeof silent> {
    let timer: NodeJS.Timeout | undefined;
    const time = new Promise<typeof silent>((resolve) => (timer = setTimeout(() => resolve(silent), milliseconds)));
    value.catch(() => {}); // It may fail after the race.
    try {
      return await Promise.race([value, time, this.stopping]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Of the next stream. What was handed out without being confirmed will come again. */
  private request(): WatchUpgradesRequest {
    this.confirmed = this.handed;
    this.nearRetention = false;
    const { start = "FROM_LATEST", since, filter, view } = this.options;
    const heartbeatInterval = {
      seconds: Math.floor(this.heartbeatSeconds), nanos: Math.round((this.heartbeatSeconds % 1) * 1e9),
    };
    const place = this.cursor ? { cursor: this.cursor } : since ? { since: timestampOf(since) } : { from: start };
    return { filter, view, heartbeatInterval, ...place };
  }

  /** The number of the batch if the message brings events. */
  private take(message: Message): number | undefined {
    if (message.kind === "started") {
      this.startedOnce = true;
      this.enter("catching up");
    }
    if (message.kind === "caughtUp") this.enter("live");
    if (message.kind === "goodbye") this.nearRetention = message.goodbye!.reason === "GOODBYE_REASON_NEAR_RETENTION";
    if (message.kind === "events" || message.kind === "heartbeat") this.fruitless = 0;
    if (this.current === "live") this.completeAt = performance.now();
    return message.kind === "events" ? ++this.handed : undefined;
  }

  /** Moves the place behind a batch; behind a message without one only when every batch is confirmed. */
  private async confirm(number: number, cursor: string): Promise<void> {
    if (number === 0 ? this.confirmed < this.handed : number <= this.confirmed) return;
    this.confirmed = Math.max(this.confirmed, number);
    if (!cursor || cursor === this.cursor) return;
    this.cursor = cursor;
    await this.cursors.save(cursor);
  }

  private async goOn(error: GatewayError): Promise<typeof stopped | undefined> {
    if (cursorProblems.includes(error.reason)) return this.replaceCursor(error);
    if (error.code === status.INVALID_ARGUMENT || (!this.startedOnce && wrongAtFirst.includes(error.code))) throw error;
    this.enter("waiting", error);
    if (this.nearRetention) return undefined;
    const pause = Math.max(pauseAfter(this.fruitless++, 10_000), Math.min(error.retryDelayMs ?? 0, 60_000));
    return (await this.within(new Promise<never>(() => {}), pause)) === stopped ? stopped : undefined;
  }

  private async replaceCursor(error: GatewayError): Promise<undefined> {
    const { oldestCursor = "", newestCursor = "" } = error.metadata;
    const cursor = await this.options.onCursorProblem?.(
      { reason: error.reason, cursor: this.cursor ?? "", oldestCursor, newestCursor, error });
    if (!cursor) throw error;
    this.cursor = cursor;
    await this.cursors.save(cursor);
  }

  private enter(state: WatchState, error?: GatewayError): void {
    if (state === this.current) return;
    this.current = state;
    this.options.onState?.(state, error);
  }
}
