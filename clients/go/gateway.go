// Package kyc is a client of KYC Gateway: calls with typed errors, and a watch that never ends by itself. What it does is said in
// clients/README.md.
package kyc

//go:generate ./stubs.sh

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"maps"
	chance "math/rand/v2"
	"os"
	"time"

	"github.com/google/uuid"
	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	finpayv1 "kyc-gateway/clients/go/finpay/linkage/v1"
	errorsv1 "kyc-gateway/clients/go/kyc/errors/v1"
	netzmev1 "kyc-gateway/clients/go/netzme/v1"
	widekycv1 "kyc-gateway/clients/go/widekyc/v1"
)

// Options say who calls, and how.
type Options struct {
	// Token returns the bearer token of the moment.
	Token     func() string
	Plaintext bool
	// PEM files, read for each connection. Without CAFile the system's authorities are believed.
	CAFile, CertificateFile, KeyFile string
	// Headers are more of each call, their names in small letters.
	Headers map[string]string
	// NoProxy: the environment's proxies are not heeded, as gRPC does.
	NoProxy bool
	// NoRequestIDs: a call that has no request_id gets none.
	NoRequestIDs bool
	// Timeout bounds a call with its repeats, if its context does not sooner. Default 30 s.
	Timeout time.Duration
}

// Gateway makes calls and watches of one gateway. Safe for concurrent use. The errors of calls are *Error. A call of
// finpay or widekyc puts a request_id into a request that has none, and so repeats of the same request are one call.
type Gateway struct {
	// Connection: stubs can be made of it for what has no method here: kyc.admin.v1, health.
	Connection *grpc.ClientConn
	address    string
	options    Options
	finpay     finpayv1.UpgradeAccountServiceClient
	widekyc    widekycv1.WideKycServiceClient
	netzme     netzmev1.UpgradeNotificationServiceClient
}

// Open connects when the first call is made.
func Open(address string, options Options) (*Gateway, error) {
	connection, err := dial(address, options)
	if err != nil {
		return nil, err
	}
	if options.Timeout == 0 {
		options.Timeout = 30 * time.Second
	}
	return &Gateway{connection, address, options, finpayv1.NewUpgradeAccountServiceClient(connection),
		widekycv1.NewWideKycServiceClient(connection), netzmev1.NewUpgradeNotificationServiceClient(connection)}, nil
}

// Close ends all calls. Watches have connections of their own.
func (g *Gateway) Close() error { return g.Connection.Close() }

func (g *Gateway) CreateUpgradeAccountWidget(ctx context.Context, request *finpayv1.CreateUpgradeAccountWidgetRequest) (
	*finpayv1.CreateUpgradeAccountWidgetResponse, error) {
	return call(ctx, g, g.finpay.CreateUpgradeAccountWidget, request, false)
}

func (g *Gateway) DetectLiveness(ctx context.Context, request *widekycv1.DetectLivenessRequest) (*widekycv1.DetectLivenessResponse, error) {
	return call(ctx, g, g.widekyc.DetectLiveness, request, false)
}

func (g *Gateway) RecognizeId(ctx context.Context, request *widekycv1.RecognizeIdRequest) (*widekycv1.RecognizeIdResponse, error) {
	return call(ctx, g, g.widekyc.RecognizeId, request, false)
}

func (g *Gateway) ValidateId(ctx context.Context, request *widekycv1.ValidateIdRequest) (*widekycv1.ValidateIdResponse, error) {
	return call(ctx, g, g.widekyc.ValidateId, request, false)
}

func (g *Gateway) GetUpgrade(ctx context.Context, request *netzmev1.GetUpgradeRequest) (*netzmev1.GetUpgradeResponse, error) {
	return call(ctx, g, g.netzme.GetUpgrade, request, true)
}

func (g *Gateway) ListUpgrades(ctx context.Context, request *netzmev1.ListUpgradesRequest) (*netzmev1.ListUpgradesResponse, error) {
	return call(ctx, g, g.netzme.ListUpgrades, request, true)
}

// call repeats, twice at most, only what cannot be billed twice, whatever an upstream says.
func call[Q proto.Message, R any](ctx context.Context, g *Gateway, method func(context.Context, Q, ...grpc.CallOption) (R, error), request Q,
	onlyReads bool) (R, error) {
	requestID := ""
	if !onlyReads {
		requestID = g.keyOf(request)
	}
	ctx, cancel := context.WithTimeout(ctx, g.options.Timeout)
	defer cancel()
	for tries := 1; ; tries++ {
		response, err := method(ctx, request)
		if err == nil {
			return response, nil
		}
		failure := errorOf(err, onlyReads, requestID)
		free := failure.MayRepeat() && failure.Outcome != errorsv1.Outcome_OUTCOME_REFUSED
		pause := max(failure.RetryDelay, pauseAfter(tries, 2*time.Second))
		until, _ := ctx.Deadline()
		if tries >= 3 || !free || pause >= time.Until(until) || !sleep(ctx, pause) {
			return response, failure
		}
	}
}

// keyOf is the call's own key, which is put into a request that has none: its repeats have it, too.
func (g *Gateway) keyOf(request proto.Message) string {
	message := request.ProtoReflect()
	field := message.Descriptor().Fields().ByName("request_id")
	if message.Get(field).String() == "" && !g.options.NoRequestIDs {
		message.Set(field, protoreflect.ValueOfString(uuid.NewString()))
	}
	return message.Get(field).String()
}

// pauseAfter doubles from 0.1 s on; chance takes away up to a half, so that callers do not come back together.
func pauseAfter(tries int, longest time.Duration) time.Duration {
	pause := min(100*time.Millisecond<<min(tries, 20), longest)
	return pause - time.Duration(chance.Int64N(int64(pause)/2))
}

// sleep is false if the context ended first.
func sleep(ctx context.Context, pause time.Duration) bool {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// What no connection does by itself is repeat a call that was sent: gRPC's retryPolicy goes by the code alone, and Unavailable is also
// what the library says of a connection that broke while a billed call ran. What gRPC repeats without being told never reached the
// server's application. For the same reason no service config from DNS is taken.
func dial(address string, options Options) (*grpc.ClientConn, error) {
	security, err := securityOf(options)
	if err != nil {
		return nil, err
	}
	dial := []grpc.DialOption{
		grpc.WithTransportCredentials(security),
		grpc.WithPerRPCCredentials(headers{&options}),
		grpc.WithKeepaliveParams(keepalive.ClientParameters{Time: 30 * time.Second, Timeout: 10 * time.Second, PermitWithoutStream: true}),
		grpc.WithDefaultCallOptions(grpc.MaxCallSendMsgSize(20<<20), grpc.MaxCallRecvMsgSize(20<<20)),
		grpc.WithDefaultServiceConfig(`{"loadBalancingConfig": [{"round_robin": {}}]}`),
		grpc.WithDisableServiceConfig(),
		grpc.WithConnectParams(grpc.ConnectParams{MinConnectTimeout: 5 * time.Second,
			Backoff: backoff.Config{BaseDelay: time.Second, Multiplier: 1.6, Jitter: 0.2, MaxDelay: 5 * time.Second}}),
	}
	if options.NoProxy {
		dial = append(dial, grpc.WithNoProxy())
	}
	return grpc.NewClient(address, dial...)
}

func securityOf(options Options) (credentials.TransportCredentials, error) {
	if options.Plaintext {
		return insecure.NewCredentials(), nil
	}
	config := &tls.Config{}
	if options.CAFile != "" {
		pem, err := os.ReadFile(options.CAFile)
		if err != nil {
			return nil, err
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("%s holds no certificate", options.CAFile)
		}
	}
	if options.CertificateFile != "" {
		pair, err := tls.LoadX509KeyPair(options.CertificateFile, options.KeyFile)
		if err != nil {
			return nil, err
		}
		config.Certificates = []tls.Certificate{pair}
	}
	return credentials.NewTLS(config), nil
}

// headers of each call, the bearer token of the moment among them.
type headers struct{ *Options }

func (h headers) GetRequestMetadata(context.Context, ...string) (map[string]string, error) {
	if h.Token == nil {
		return h.Headers, nil
	}
	all := map[string]string{"authorization": "Bearer " + h.Token()}
	maps.Copy(all, h.Headers)
	return all, nil
}

func (h headers) RequireTransportSecurity() bool { return h.Token != nil && !h.Plaintext }
