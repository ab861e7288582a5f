# The authentik client needs about 2.3 GB of memory to compile.
#
# Both base images can be held to what was looked at, by digest. This tells the
# digest of today, and the second line builds with it:
#
#   docker buildx imagetools inspect golang:1.26 --format '{{.Manifest.Digest}}'
#   docker build --build-arg BUILD=golang:1.26@sha256:... --build-arg BASE=gcr.io/distroless/static-debian13:nonroot@sha256:... .
ARG BUILD=golang:1.26
ARG BASE=gcr.io/distroless/static-debian13:nonroot

FROM ${BUILD} AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -ldflags='-s -w -buildid=' -o /authpocket ./cmd/authpocket

FROM ${BASE}
COPY --from=build /authpocket /authpocket
USER 65532:65532
EXPOSE 8480
# A container has to listen on all its addresses, which others may reach: so it
# does not start without a certificate (AUTHPOCKET_TLS_CERT, AUTHPOCKET_TLS_KEY),
# a trusted proxy (AUTHPOCKET_TRUSTED_PROXY, AUTHPOCKET_PUBLIC_URL), or your word
# that plain http is fine. Give that where the port is published on loopback alone:
#
#   docker run -p 127.0.0.1:8480:8480 -e AUTHPOCKET_INSECURE_HTTP=true authpocket
ENV AUTHPOCKET_LISTEN=0.0.0.0:8480 AUTHPOCKET_STATE=/tmp/authpocket
ENTRYPOINT ["/authpocket"]
