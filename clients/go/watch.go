package kyc

import (
	"context"
	"errors"
	"iter"
	"sync/atomic"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	errorsv1 "kyc-gateway/clients/go/kyc/errors/v1"
	netzmev1 "kyc-gateway/clients/go/netzme/v1"
)

// WatchState is where a watch stands.
type WatchState string

const (
	Connecting WatchState = "connecting"
	CatchingUp WatchState = "catching up" // What was stored before is on its way.
	Live       WatchState = "live"
	Waiting    WatchState = "waiting" // Before the next attempt.
	Stopped    WatchState = "stopped"
)

// CursorProblem: the server cannot go on from the cursor. Reason is CURSOR_EXPIRED, _FOREIGN, _AHEAD or _INVALID.
type CursorProblem struct {
	Reason errorsv1.Reason
	Cursor string
	// Going on from these sees all that is left, or only what is new.
	OldestCursor, NewestCursor string
	Error                      *Error
}

// WatchOptions: where a watch begins when its store has no cursor, and what it sees.
type WatchOptions struct {
	Start netzmev1.From
	// Since begins with the first event received at or after this, instead of Start, unless it is zero.
	Since  time.Time
	Filter *netzmev1.UpgradeFilter
	View   netzmev1.View
	// 1 to 60 seconds, default 15. After three of them without a word the connection is given up.
	Heartbeat time.Duration
	// Asked when the cursor is no good: returns the cursor to go on from, or nothing to end the watch with the error. Without it, the
	// watch ends.
	OnCursorProblem func(CursorProblem) string
	// Told of each change of the state, with the error that made it.
	OnState func(WatchState, *Error)
}

// Batch is events that arrived together, oldest first, and the cursor behind them.
type Batch struct {
	Events []*netzmev1.UpgradeEvent
	Cursor string
	watch  *Watch
	number int64
}

// Confirm: these events, and all before, are done with; the watch never brings them again. In the goroutine that iterates.
func (b *Batch) Confirm() error { return b.watch.confirm(b.number, b.Cursor) }

// Watch never ends by itself. One goroutine iterates; State and Lag may be asked by any.
type Watch struct {
	gateway    *Gateway
	cursors    CursorStore
	options    WatchOptions
	state      atomic.Value // WatchState
	completeAt atomic.Int64 // Nanoseconds after began.
	began      time.Time

	cursor            string // The last one that was confirmed.
	handed, confirmed int64  // Batches are counted.
	fruitless         int    // Streams that brought nothing.
	startedOnce       bool
	goodbye           netzmev1.GoodbyeReason
}

// WatchUpgrades: each stream has a connection of its own. With a nil store the cursor is kept in memory.
func (g *Gateway) WatchUpgrades(cursors CursorStore, options WatchOptions) *Watch {
	if cursors == nil {
		cursors = &CursorInMemory{}
	}
	if options.Heartbeat == 0 {
		options.Heartbeat = 15 * time.Second
	}
	watch := &Watch{gateway: g, cursors: cursors, options: options, began: time.Now()}
	watch.state.Store(Connecting)
	return watch
}

func (w *Watch) State() WatchState { return w.state.Load().(WatchState) }

// Lag is the time since all that was committed was known to have been handed over: an upper bound of what is not known yet.
func (w *Watch) Lag() time.Duration { return time.Since(w.began) - time.Duration(w.completeAt.Load()) }

// Batches ends without an error when the context does; with one, when no repeat mends it, a bad cursor is not replaced, or the store
// fails.
func (w *Watch) Batches(ctx context.Context) iter.Seq2[*Batch, error] {
	return func(yield func(*Batch, error) bool) {
		defer w.enter(Stopped, nil)
		var end, err error
		for w.cursor, err = w.cursors.Load(); err == nil && ctx.Err() == nil; {
			w.enter(Connecting, nil)
			if end, err = w.stream(ctx, yield); err == nil && ctx.Err() == nil {
				err = w.goOn(ctx, end)
			}
		}
		if err != nil && err != errLeft {
			yield(nil, err)
		}
	}
}

// The loop that iterates was left.
var errLeft = errors.New("left")

// stream returns why it ended, or why the watch does.
func (w *Watch) stream(ctx context.Context, yield func(*Batch, error) bool) (end, err error) {
	connection, err := dial(w.gateway.address, w.gateway.options)
	if err != nil {
		return err, nil
	}
	defer connection.Close()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	silent := time.AfterFunc(3*w.options.Heartbeat, cancel)
	defer silent.Stop()
	call, end := netzmev1.NewUpgradeNotificationServiceClient(connection).WatchUpgrades(ctx, w.request())
	for end == nil && err == nil {
		var message *netzmev1.WatchUpgradesResponse
		silent.Reset(3 * w.options.Heartbeat)
		message, end = call.Recv()
		silent.Stop()
		if end != nil {
			break
		}
		if number := w.take(message); number == 0 {
			err = w.confirm(0, message.Cursor)
		} else if !yield(&Batch{message.GetEvents().Events, message.Cursor, w, number}, nil) {
			err = errLeft
		}
	}
	return end, err
}

// request is that of the next stream. What was handed out without being confirmed will come again.
func (w *Watch) request() *netzmev1.WatchUpgradesRequest {
	w.confirmed, w.goodbye = w.handed, netzmev1.GoodbyeReason_GOODBYE_REASON_UNSPECIFIED
	request := &netzmev1.WatchUpgradesRequest{Filter: w.options.Filter, View: w.options.View,
		HeartbeatInterval: durationpb.New(w.options.Heartbeat)}
	if w.cursor != "" {
		request.Start = &netzmev1.WatchUpgradesRequest_Cursor{Cursor: w.cursor}
	} else if !w.options.Since.IsZero() {
		request.Start = &netzmev1.WatchUpgradesRequest_Since{Since: timestamppb.New(w.options.Since)}
	} else {
		request.Start = &netzmev1.WatchUpgradesRequest_From{From: w.options.Start}
	}
	return request
}

// take returns the batch's number if the message brings events, else 0.
func (w *Watch) take(message *netzmev1.WatchUpgradesResponse) int64 {
	number := int64(0)
	switch kind := message.Kind.(type) {
	case *netzmev1.WatchUpgradesResponse_Started:
		w.startedOnce = true
		w.enter(CatchingUp, nil)
	case *netzmev1.WatchUpgradesResponse_CaughtUp:
		w.enter(Live, nil)
	case *netzmev1.WatchUpgradesResponse_Goodbye:
		w.goodbye = kind.Goodbye.Reason
	case *netzmev1.WatchUpgradesResponse_Heartbeat:
		w.fruitless = 0
	case *netzmev1.WatchUpgradesResponse_Events:
		w.fruitless = 0
		w.handed++
		number = w.handed
	}
	if w.State() == Live {
		w.completeAt.Store(int64(time.Since(w.began)))
	}
	return number
}

// confirm moves the place behind a batch; behind a message without one only when every batch is confirmed.
func (w *Watch) confirm(number int64, cursor string) error {
	if number == 0 && w.confirmed < w.handed || number != 0 && number <= w.confirmed {
		return nil
	}
	w.confirmed = max(w.confirmed, number)
	if cursor == "" || cursor == w.cursor {
		return nil
	}
	w.cursor = cursor
	return w.cursors.Save(cursor)
}

// goOn prepares the next stream, or returns the error that no other stream mends.
func (w *Watch) goOn(ctx context.Context, end error) error {
	if status.Code(end) == codes.Canceled { // ctx has not ended, so it was the timer.
		end = status.Error(codes.Unavailable, "the server has fallen silent")
	}
	failure := errorOf(end, true, "")
	switch failure.Reason {
	case errorsv1.Reason_REASON_CURSOR_EXPIRED, errorsv1.Reason_REASON_CURSOR_FOREIGN, errorsv1.Reason_REASON_CURSOR_AHEAD,
		errorsv1.Reason_REASON_CURSOR_INVALID:
		return w.replaceCursor(failure)
	}
	switch failure.Code {
	case codes.InvalidArgument:
		return failure
	case codes.Unauthenticated, codes.PermissionDenied, codes.Unimplemented: // Later this passes: a rotation of tokens, an upgrade.
		if !w.startedOnce {
			return failure
		}
	}
	w.enter(Waiting, failure)
	if w.goodbye != netzmev1.GoodbyeReason_GOODBYE_REASON_NEAR_RETENTION {
		sleep(ctx, max(pauseAfter(w.fruitless, 10*time.Second), min(failure.RetryDelay, time.Minute)))
		w.fruitless++
	}
	return nil
}

func (w *Watch) replaceCursor(failure *Error) error {
	cursor := ""
	if ask := w.options.OnCursorProblem; ask != nil {
		cursor = ask(CursorProblem{failure.Reason, w.cursor, failure.Metadata["oldestCursor"], failure.Metadata["newestCursor"], failure})
	}
	if cursor == "" {
		return failure
	}
	w.cursor = cursor
	return w.cursors.Save(cursor)
}

func (w *Watch) enter(state WatchState, failure *Error) {
	if w.state.Swap(state) != state && w.options.OnState != nil {
		w.options.OnState(state, failure)
	}
}
