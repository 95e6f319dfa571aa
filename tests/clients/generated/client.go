// What client.mts does, with the client that oapi-codegen makes.
package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
)

func need(fine bool, what string, got any) {
	if !fine {
		fmt.Fprintf(os.Stderr, "%s: %v\n", what, got)
		os.Exit(1)
	}
}

func main() {
	ctx, name, password := context.Background(), os.Getenv("NAME"), os.Getenv("PASSWORD")
	c, err := NewClientWithResponses(os.Getenv("URL"))
	need(err == nil, "client", err)

	registered, err := c.Corev1PostRegisterWithResponse(ctx,
		RegisterBody{ActorName: name, AuthPayload: Newcomer{Password: password}})
	need(err == nil && registered.JSON201 != nil, "register", err)

	csr := Csr{}
	need(csr.FromCsr0(os.Getenv("CSR")) == nil, "csr", nil)
	trusted, err := c.Corev1PostSessionTrustWithResponse(ctx,
		TrustBody{ActorName: name, AuthPayload: AuthPayload{Password: password}, Csr: csr})
	need(err == nil && trusted.JSON201 != nil && trusted.JSON201.Token != nil, "log in", err)
	bearer := func(_ context.Context, r *http.Request) error {
		r.Header.Set("Authorization", "Bearer "+*trusted.JSON201.Token)
		return nil
	}

	body := KeymaterialBody{}
	need(body.FromKeymaterialBodyObject(KeymaterialBodyObject{KeyData: os.Getenv("KEY_DATA")}) == nil, "body", nil)
	stored, err := c.Corev1PostSessionKeymaterialWithResponse(ctx, body, bearer)
	need(err == nil && stored.StatusCode() == 201, "store", err)

	fetched, err := c.Corev1GetSessionKeymaterialWithResponse(ctx, nil, bearer)
	need(err == nil && fetched.JSON200 != nil && len(*fetched.JSON200) == 1, "fetch", err)
	need((*fetched.JSON200)[0].KeyData == os.Getenv("KEY_DATA"), "what was stored", *fetched.JSON200)

	certs, err := c.Corev1GetIdcertActorWithResponse(ctx, registered.JSON201.Fid, nil)
	need(err == nil && certs.JSON200 != nil && len(*certs.JSON200) == 1, "look up", err)
	need((*certs.JSON200)[0].IdCertPem == trusted.JSON201.IdCert, "the ID-Cert", *certs.JSON200)

	refused, err := c.Corev1GetSessionsWithResponse(ctx)
	need(err == nil && refused.StatusCode() == 401, "an error", err)
	fmt.Println("ok")
}
