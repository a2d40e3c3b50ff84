// The probe of the Go client: see faults/run.py.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"regexp"
	"strings"
	"syscall"
	"time"

	"google.golang.org/grpc/codes"

	kyc "kyc-gateway/clients/go"
	finpayv1 "kyc-gateway/clients/go/finpay/linkage/v1"
	netzmev1 "kyc-gateway/clients/go/netzme/v1"
	widekycv1 "kyc-gateway/clients/go/widekyc/v1"
)

func main() {
	switch os.Args[1] {
	case "calls":
		calls(os.Args[2:])
	case "repeat":
		repeat(os.Args[2], os.Args[3])
	case "watch":
		watch(os.Args[2], os.Args[3], os.Args[4])
	}
}

func say(format string, values ...any) { fmt.Printf(format+"\n", values...) }

// constant is a code's name as the other languages write it.
func constant(code codes.Code) string {
	return strings.ToUpper(regexp.MustCompile(`([a-z])([A-Z])`).ReplaceAllString(code.String(), "${1}_$2"))
}

// told is the error as a line of calls.expected.
func told(err error) string {
	var failure *kyc.Error
	if !errors.As(err, &failure) {
		return err.Error()
	}
	if failure.Code == codes.DeadlineExceeded {
		return constant(failure.Code) // Who was first, the library or the gateway, is chance.
	}
	repeat := "no"
	if failure.MayRepeat() {
		repeat = "yes"
	}
	line := fmt.Sprintf("%s %s %s repeat=%s", constant(failure.Code), strings.TrimPrefix(failure.Reason.String(), "REASON_"),
		strings.TrimPrefix(failure.Outcome.String(), "OUTCOME_"), repeat)
	if failure.RetryDelay > 0 {
		line += fmt.Sprintf(" retry=%.0f", failure.RetryDelay.Seconds())
	}
	if failure.RequestID != "" {
		line += " id=" + failure.RequestID
	}
	if failure.TrxID() != "" {
		line += " trx=" + failure.TrxID()
	}
	fields := []string{}
	for _, violation := range failure.FieldViolations {
		fields = append(fields, violation.Field)
	}
	if len(fields) > 0 {
		line += " fields=" + strings.Join(fields, ",")
	}
	return line
}

func open(address string, options kyc.Options) *kyc.Gateway {
	gateway, err := kyc.Open(address, options)
	if err != nil {
		panic(err)
	}
	return gateway
}

func tell[R any](name string, result func(R) string, response R, err error) {
	if err != nil {
		say("%s: %s", name, told(err))
	} else {
		say("%s: OK %s", name, result(response))
	}
}

func card(reference string) *widekycv1.ValidateIdRequest {
	return &widekycv1.ValidateIdRequest{CustRefNo: reference, Nik: "3671121401010004"}
}

func repeat(address, reference string) {
	gateway, request := open(address, kyc.Options{Plaintext: true}), card(reference)
	for {
		_, err := gateway.ValidateId(context.Background(), request)
		if err == nil {
			say("OK id=%s", request.RequestId)
			return
		}
		say("%s", told(err))
		var failure *kyc.Error
		if !errors.As(err, &failure) || !failure.MayRepeat() {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
}

func calls(where []string) {
	address, dead, lonely, logless, tls, authority, token := where[0], where[1], where[2], where[3], where[4], where[5], where[6]
	of := func(token string) func() string { return func() string { return token } }
	plain := open(address, kyc.Options{Plaintext: true})
	nobody := open(dead, kyc.Options{Plaintext: true, Timeout: 5 * time.Second})

	picture := append([]byte("\xff\xd8\xff\xe0"), make([]byte, 100)...)
	ctx := context.Background()
	liveness := func(name string, gateway *kyc.Gateway, reference string, picture []byte) {
		response, err := gateway.DetectLiveness(ctx, &widekycv1.DetectLivenessRequest{CustRefNo: reference, SelfieImage: picture})
		tell(name, func(r *widekycv1.DetectLivenessResponse) string { return fmt.Sprint(r.Live) }, response, err)
	}
	validate := func(name string, gateway *kyc.Gateway, request *widekycv1.ValidateIdRequest, timeout time.Duration) {
		ctx, cancel := context.WithTimeout(ctx, timeout)
		defer cancel()
		response, err := gateway.ValidateId(ctx, request)
		tell(name, func(r *widekycv1.ValidateIdResponse) string { return r.String() }, response, err)
	}
	get := func(name string, gateway *kyc.Gateway) {
		response, err := gateway.GetUpgrade(ctx, &netzmev1.GetUpgradeRequest{OriginalReferenceNo: "nobody"})
		tell(name, func(r *netzmev1.GetUpgradeResponse) string { return r.String() }, response, err)
	}

	liveness("live", plain, "probe", picture)
	liveness("large", plain, "probe", append(picture, make([]byte, 8_000_000)...))
	widget, err := plain.CreateUpgradeAccountWidget(ctx, &finpayv1.CreateUpgradeAccountWidgetRequest{
		PartnerReferenceNo: "probe-00001", PhoneNo: "081234567890"})
	tell("widget", func(r *finpayv1.CreateUpgradeAccountWidgetResponse) string { return r.Outcome.String() }, widget, err)
	validate("invalid", plain, &widekycv1.ValidateIdRequest{Nik: "1", BirthDate: "31-02-2000"}, 30*time.Second)
	for _, row := range [][2]string{{"rate", "sim-429"}, {"quota", "sim-quota"}, {"broken", "sim-500"}, {"lost", "sim-close-before-reply"}} {
		validate(row[0], plain, card(row[1]), 30*time.Second)
	}
	liveness("no verdict", plain, "sim-no-verdict", picture)
	get("no event", plain)
	named := card("sim-500")
	named.RequestId = "own-1"
	validate("named", plain, named, 30*time.Second)
	validate("late", plain, card("sim-slow-5000"), 500*time.Millisecond)
	validate("dead", nobody, card("probe"), 5*time.Second)
	nameless := open(dead, kyc.Options{Plaintext: true, Timeout: 5 * time.Second, NoRequestIDs: true})
	validate("dead, nameless", nameless, card("probe"), 5*time.Second)
	get("dead, reading", nobody)
	liveness("unreachable", open(lonely, kyc.Options{Plaintext: true}), "probe", picture)
	liveness("no log", open(logless, kyc.Options{Plaintext: true}), "probe", picture)
	liveness("no log, nameless", open(logless, kyc.Options{Plaintext: true, NoRequestIDs: true}), "probe", picture)
	liveness("tls", open(tls, kyc.Options{CAFile: authority, Token: of(token)}), "probe", picture)
	liveness("tls, wrong token", open(tls, kyc.Options{CAFile: authority, Token: of("wrong")}), "probe", picture)
	liveness("tls, wrong authority", open(tls, kyc.Options{Token: of(token)}), "probe", picture)
	forwarded := open(address, kyc.Options{Plaintext: true, Headers: map[string]string{"x-forwarded-for": "192.0.2.1"}, NoProxy: true})
	liveness("a header of proxies", forwarded, "probe", picture)
}

func watch(address, file, what string) {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	gateway := open(address, kyc.Options{Plaintext: true})
	defer gateway.Close()
	watch := gateway.WatchUpgrades(kyc.CursorFile(file), kyc.WatchOptions{
		Since: time.Unix(1, 0), Heartbeat: time.Second,
		OnState: func(state kyc.WatchState, err *kyc.Error) { say("state %s %v", state, err) },
		OnCursorProblem: func(problem kyc.CursorProblem) string {
			say("problem %s", strings.TrimPrefix(problem.Reason.String(), "REASON_"))
			return map[string]string{"oldest": problem.OldestCursor, "newest": problem.NewestCursor}[what]
		},
	})
	var last *kyc.Batch
	for batch, err := range watch.Batches(ctx) {
		var failure *kyc.Error
		if errors.As(err, &failure) {
			say("failed %s %s", constant(failure.Code), failure.ReasonText)
			os.Exit(1)
		} else if err != nil {
			panic(err)
		}
		for _, event := range batch.Events {
			say("event %d %s", event.Sequence, event.OriginalReferenceNo)
		}
		if err := batch.Confirm(); err != nil {
			panic(err)
		}
		if last != nil && last.Confirm() != nil { // Moves nothing back.
			panic("confirming again")
		}
		last = batch
	}
	say("stopped")
}
